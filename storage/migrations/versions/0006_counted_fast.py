"""What is watched over is found by an index: jobs that were given up, and permits that may still matter"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

DEAD = sa.text("state = 'dead'")
LIVE = sa.text("state IN ('waiting', 'granted', 'unknown', 'started', 'draining')")


def upgrade() -> None:
    """Both stay small, however much was done."""
    op.create_index("ix_job_dead", "job", ["seq"], sqlite_where=DEAD, postgresql_where=DEAD)
    op.create_index("ix_permit_live", "permit", ["state", "expires_at"], sqlite_where=LIVE, postgresql_where=LIVE)
