"""The schema's version: whether it is the newest, and how it gets there. Alembic is imported only to migrate."""

from pathlib import Path

from sqlalchemy import Connection, inspect, text

from storage.database import Database

VERSIONS = Path(__file__).parent / "migrations" / "versions"


def newest_version() -> str:
    """The newest version there is, by the names of the files (0001_first.py)."""
    return max(path.name.split("_", 1)[0] for path in VERSIONS.glob("[0-9]*.py"))


async def current_version(database: Database) -> str | None:
    """The version of this database, or None where it is empty."""
    async with database.begun(writing=False) as connection:
        return await connection.run_sync(_version)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()


async def migrate(database: Database) -> None:
    """Brings the schema to the newest version, in one transaction; does nothing where it is there.

    The first statement waits for whoever migrates at the same time: SQLite's writer begins with it.
    """
    async with database.begun(writing=True) as connection:
        one_by_one = "pg_advisory_xact_lock(7310420)" if connection.dialect.name == "postgresql" else "1"
        await connection.execute(text(f"SELECT {one_by_one}"))
        await connection.run_sync(_upgrade)


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(VERSIONS.parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
