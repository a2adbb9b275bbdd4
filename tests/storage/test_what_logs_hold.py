"""What people type, and the password of a database, never reach the logs."""

import json
import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bot.logs import JsonLines
from storage.database import Database


async def test_a_failed_statement_does_not_say_what_was_typed(store: Database) -> None:
    with pytest.raises(DBAPIError) as trouble:
        async with store.engine.begin() as connection:
            await connection.execute(text("INSERT INTO nowhere VALUES (:typed)"), {"typed": "typed by a person"})
    assert "typed by a person" not in str(trouble.value)


@pytest.mark.parametrize("url", ["postgresql://bot:pa:ss/word@db/stopline", "postgres://:word@db"])
def test_the_password_of_a_database_is_no_part_of_a_line(url: str) -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "cannot reach %s", (url,), None)
    line = json.loads(JsonLines().format(record))["text"]
    assert "word" not in line and "@db" in line
