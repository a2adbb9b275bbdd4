"""Drafts say in how many parts their log was read, what was not, and what it cost"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing is known of drafts that are there already."""
    op.add_column("draft", sa.Column("reading", sa.JSON()))
