"""A look at a database from outside: nothing is made, migrated or changed by it."""

import os
import shutil
from pathlib import Path

from bot.ports.operations import DatabaseLook
from storage.database import Database
from storage.dialect import clock_of, journal_mode, sqlite_file
from storage.migrate import current_version, newest_version
from storage.one_process import holder
from storage.sqlite_library import sqlite3


async def look_at(url: str) -> DatabaseLook:
    """What is there. Raises AddressWrong, StoreUnavailable, OSError."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        return DatabaseLook(None, newest_version(), file, os.access(file.parent, os.W_OK), _free(file), *_sqlite(url))
    database = Database(url)
    try:
        version = await current_version(database)
        async with database.begun(writing=False) as connection:
            clock = await clock_of(connection)
    finally:
        await database.close()
    writable = file is None or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))
    about = _sqlite(url) if file else ("", "", None)
    return DatabaseLook(version, newest_version(), file, writable, _free(file) if file else None, *about, clock)


def _sqlite(url: str) -> tuple[str, str, str | None]:
    return sqlite3.sqlite_version, journal_mode(), holder(url)


def _free(file: Path) -> int | None:
    folder = file.parent
    return shutil.disk_usage(folder).free if folder.exists() else None
