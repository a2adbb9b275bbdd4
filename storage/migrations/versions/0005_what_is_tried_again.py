"""Jobs know how urgent they are, and whether an earlier try may have had an effect"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Of what waits already nobody knows whether it had an effect: it is looked for first."""
    op.add_column("job", sa.Column("urgency", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("job", sa.Column("again", sa.Boolean(), nullable=False, server_default=sa.true()))
