"""When an incident's words were forgotten; and what is taken out of the search index is gone from its file"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """SQLite's index keeps the words of a deleted text until it merges (sqlite.org/fts5.html, secure-delete)."""
    op.add_column("incident", sa.Column("forgotten_at", sa.DateTime(timezone=True)))
    if op.get_bind().dialect.name == "sqlite":
        op.execute("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
        op.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
