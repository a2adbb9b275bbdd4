"""Checks that share a look: nobody hears of a moment before the question, and one who goes takes nobody along."""

import asyncio
from collections.abc import Sequence

import pytest

from bot.domain.ids import ServerId
from bot.ports.gate_rows import Around, Line
from bot.ports.storage import StoreUnavailable
from storage.glance import Glance

ONE, TWO = ServerId(1), ServerId(2)


class SlowDatabase:
    """Tells what it saw when a look began, once it is let go on."""

    def __init__(self) -> None:
        self.epoch = 0
        self.looks: list[list[ServerId]] = []
        self.go_on = asyncio.Event()
        self.away = False

    async def look(self, ids: Sequence[ServerId]) -> Around:
        self.looks.append(list(ids))
        began = self.epoch
        await self.go_on.wait()
        if self.away:
            raise StoreUnavailable("away")
        return Around(Line(1, None, ""), {number: began for number in ids}, [])


async def asked(glance: Glance, *ids: ServerId) -> asyncio.Task[Around]:
    task = asyncio.ensure_future(glance.around(list(ids)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    return task


async def test_a_question_during_a_look_is_answered_by_the_next_one() -> None:
    database = SlowDatabase()
    glance = Glance(database.look)
    early = await asked(glance, ONE)
    database.epoch = 1
    late, beside = await asked(glance, ONE), await asked(glance, TWO)
    database.go_on.set()
    assert (await early).epochs == {ONE: 0}
    assert (await late).epochs == {ONE: 1}
    assert (await beside).epochs == {TWO: 1}
    assert database.looks == [[ONE], [ONE, TWO]]


async def test_one_who_gives_up_while_looking_leaves_the_others_an_answer() -> None:
    database = SlowDatabase()
    glance = Glance(database.look)
    first = await asked(glance, ONE)
    second, third = await asked(glance, ONE), await asked(glance, TWO)
    first.cancel()
    await asyncio.sleep(0)
    second.cancel()
    database.go_on.set()
    assert (await third).epochs == {TWO: 0}
    assert (await glance.around([ONE])).epochs == {ONE: 0}


async def test_a_database_that_is_away_is_said_to_each_and_asked_again() -> None:
    database = SlowDatabase()
    glance = Glance(database.look)
    database.away = True
    database.go_on.set()
    for each in [await asked(glance, ONE), await asked(glance, TWO)]:
        with pytest.raises(StoreUnavailable):
            await each
    database.away = False
    assert (await glance.around([TWO])).epochs == {TWO: 0}
