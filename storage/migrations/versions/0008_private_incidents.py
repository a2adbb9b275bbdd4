"""Incidents may be private: which they are, and who is in their channel"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PRIVATE, IS_PRIVATE = sa.text("private"), sa.text("private = 1")
"""A database uses the index where the question says it in the same words."""


def upgrade() -> None:
    """What is there already is open to everybody, as it was."""
    op.add_column("incident", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_index("ix_incident_private", "incident", ["id"], sqlite_where=IS_PRIVATE, postgresql_where=PRIVATE)
    op.create_table(
        "insider",
        sa.Column("incident_id", NUMBER, sa.ForeignKey("incident.id", name="fk_insider_incident_id"), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("incident_id", "person", name="pk_insider"),
    )
    op.create_index("ix_insider_person", "insider", ["person"])
