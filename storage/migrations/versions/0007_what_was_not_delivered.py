"""How far each channel is read, when each message was heard of, and up to when a draft's channel could be read"""

import sqlalchemy as sa
from alembic import op

from storage.tables import UtcTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of the messages that are there nobody knows when they came: none of them is late."""
    op.create_table(
        "channel_read",
        sa.Column("channel", sa.String(32), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("asked", "wanted", "answered", "through")),
        *(sa.Column(name, UtcTime()) for name in ("asked_at", "read_at", "through_at", "ended_at", "gone_at")),
        sa.Column("under_way", sa.JSON()),
        sa.PrimaryKeyConstraint("channel", name="pk_channel_read"),
    )
    op.add_column("message", sa.Column("heard_at", UtcTime()))
    op.add_column("draft", sa.Column("read_to", UtcTime()))
