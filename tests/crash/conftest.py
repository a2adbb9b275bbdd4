"""The database of a journey."""

from tests.journeys.conftest import database_file

__all__ = ["database_file"]
