"""Machines act in timelines too: their names are longer than a Slack id"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """SQLite has no lengths to widen."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("entry", "actor", type_=sa.String(length=128), existing_nullable=False)
