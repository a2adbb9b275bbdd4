"""SQLite itself: a newer one than Python's own where there is a wheel for this platform, so that WAL is safe to use.

Whatever opens the bot's file in the bot's process takes it from here: with two copies of the library in one process,
a file that one of them closes drops the locks of the other (sqlite.org/howtocorrupt.html, section 2.2.1).
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import sqlite3
else:
    try:
        from pysqlite3 import dbapi2 as sqlite3
    except ImportError:
        import sqlite3

__all__ = ["sqlite3"]
