"""When an incident's words were forgotten; and what is taken out of the search index is gone from its file"""

import sqlalchemy as sa
from alembic import op

from storage.sqlite_library import sqlite3

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """SQLite's index keeps the words of a deleted text until it merges; from 3.42 on it can overwrite them at once.

    Source: sqlite.org/fts5.html, secure-delete. A SQLite before 3.42 cannot read an index that was written so.
    """
    op.add_column("incident", sa.Column("forgotten_at", sa.DateTime(timezone=True)))
    if op.get_bind().dialect.name == "sqlite":
        if sqlite3.sqlite_version_info >= (3, 42):
            op.execute("INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1)")
        op.execute("INSERT INTO search_index (search_index) VALUES ('optimize')")
