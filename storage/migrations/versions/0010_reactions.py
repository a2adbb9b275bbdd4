"""Who reacted to which message with what"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What people did before is read with the next reading of their channel."""
    op.create_table(
        "reaction",
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("ts", sa.String(32), nullable=False),
        sa.Column("name", sa.String(128), nullable=False),
        sa.Column("who", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("channel", "ts", "name", "who", name="pk_reaction"),
    )
