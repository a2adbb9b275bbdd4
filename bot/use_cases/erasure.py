"""Erases a person: from the audit log (whose chain still verifies), our list of people, their messages, done jobs."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.audit import ERASING, Act
from bot.domain.audit_chain import ERASED, Fact, Link
from bot.domain.erasure import Erasure
from bot.domain.errors import ReasonMissing
from bot.domain.ids import THE_BOT, SlackUserId
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.audit import AT_ONCE
from bot.use_cases.record import record
from bot.use_cases.transcript import OLD_NAMES


@dataclass(frozen=True, slots=True)
class Erased:
    """How much was erased; `waiting`: jobs that name the person and are still to be done."""

    rows: int
    messages: int
    jobs: int
    waiting: int


async def erase_person(outside: Outside, *, who: SlackUserId, reason: str) -> Erased:
    """Puts "erased" where the person stood. The row that says so lists what the changed rows are sealed with now.

    What is long is looked through before the transaction, so that nobody who writes waits for it; what stands there
    then is read again. Raises ReasonMissing.
    """
    if not reason.strip():
        raise ReasonMissing
    async with outside.store.read() as tx:
        person = await tx.people.get(who)
        once = await tx.facts.get(OLD_NAMES) or {}
    erasure = Erasure(who, person.name if person else once.get(who, ""))
    found: list[int] = []
    last, more = 0, True
    while more:
        async with outside.store.read() as tx:
            batch = await tx.chain.after(last, AT_ONCE)
        found += _naming(erasure, batch)
        last, more = (batch[-1][0].n, True) if batch else (last, False)
    over, waiting = await _from_jobs(outside, erasure)
    async with outside.store.write() as tx:
        while batch := await tx.chain.after(last, AT_ONCE):
            found += _naming(erasure, batch)
            last = batch[-1][0].n
        rows, messages = await _erase(tx, outside, who, erasure, found, reason)
    return Erased(rows, messages, over, waiting)


async def _from_jobs(outside: Outside, erasure: Erasure) -> tuple[int, int]:
    """How many were done and carry nothing any more, and how many still wait: those need what they carry."""
    async with outside.store.read() as tx:
        jobs = await tx.jobs.holding(erasure.words)
    naming = [(number, waits) for number, waits, carried in jobs if erasure.names(carried)]
    over = sorted({number for number, waits in naming if not waits})
    for start in range(0, len(over), AT_ONCE):
        async with outside.store.write() as tx:
            await tx.jobs.empty(over[start : start + AT_ONCE])
    return len(over), len({number for number, waits in naming if waits})


def _naming(erasure: Erasure, batch: Sequence[tuple[Link, Fact | None]]) -> list[int]:
    """The rows that name the person. What was erased earlier names nobody, and is what others are proved by."""
    rows = [fact for _, fact in batch if fact is not None and fact.act not in ERASING]
    return [fact.seq for fact in rows if erasure.names_in(fact.payload)]


async def _erase(
    tx: Transaction, outside: Outside, who: SlackUserId, erasure: Erasure, found: Sequence[int], reason: str
) -> tuple[int, int]:
    """How many rows and messages it were. The log's rows come first, as where an incident is forgotten."""
    payloads = (await tx.chain.locked(found)).items()
    naming = [(seq, payload) for seq, payload in payloads if erasure.names_in(payload)]
    renewed = {str(seq): await tx.chain.erase(seq, erasure.in_payload(payload)) for seq, payload in naming}
    messages = await tx.messages.erase(who, ERASED)
    await tx.people.forget(who)
    await tx.reactions.forget(who)
    await tx.groups.forget(who)
    if once := await tx.facts.get(OLD_NAMES):
        await tx.facts.put(OLD_NAMES, {one: name for one, name in once.items() if one != who})
    detail = {"rows": renewed, "reason": erasure.in_text(reason)}
    await record(tx, at=outside.clock.now(), act=Act.PERSON_ERASED, actor=THE_BOT, subject=ERASED, detail=detail)
    return len(renewed), messages
