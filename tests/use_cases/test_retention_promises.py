"""What is promised of forgetting by age: no table holds what people said, the record stands, the chain verifies."""

import asyncio
import subprocess
import sys
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.adapters.offline_model import OfflineModel
from bot.adapters.slack_export import read_export
from bot.domain.audit import Act
from bot.domain.backfill import Page
from bot.domain.draft import DraftKind, DraftState
from bot.domain.errors import DraftDecided
from bot.domain.ids import ChannelId, DraftId, IncidentId, MessageTs
from bot.domain.incident import Status
from bot.domain.job import ATTEMPTS, JobKind
from bot.domain.message import Message, Reaction, ts_of
from bot.domain.sight import WHOLE
from bot.i18n.texts import Texts
from bot.i18n.timeline import entry_text
from bot.ports.outside import Outside
from bot.ports.storage import NewJob
from bot.use_cases.ask import find_answer, index_incident
from bot.use_cases.audit import checkpoint_now, verify_audit
from bot.use_cases.backfill import ask_of, keep_page, take_up
from bot.use_cases.draft import decide_draft, make_draft
from bot.use_cases.erasure import erase_person
from bot.use_cases.evidence import collect_evidence
from bot.use_cases.imported import import_channel
from bot.use_cases.incident import set_status
from bot.use_cases.retention import forget, forget_in_time
from bot.use_cases.timeline import add_note, keep_messages, keep_reaction, pin_message, read_timeline
from storage.database import Database
from tests.acts import ANN, BEN, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.exports import write_export
from tests.faults import everything

OFFLINE = OfflineModel()
VERIFIER = Path(__file__).parents[2] / "bot" / "assets" / "verify_audit.py"
KEPT_FOR = timedelta(days=90)
WORDS = ("quaxom", "vexiplo", "wogrund", "yultrez", "zibbork", "jumperix")
"""Said, edited to, deleted, pinned, named as a reaction, quoted by an export's time: nobody says them otherwise."""
SAID, EDITED, DELETED, PINNED, REACTED, QUOTED = WORDS


async def found(store: Database, words: Sequence[str] = WORDS) -> set[str]:
    """Which of the words stand anywhere in the database: every table that there is, and SQLite's whole file."""
    async with store.engine.connect() as connection:
        sqlite = connection.dialect.name == "sqlite"
        named = (
            "SELECT name FROM sqlite_master WHERE type = 'table'"
            if sqlite
            else "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        )
        seen = ""
        for table in (await connection.execute(text(named))).scalars().all():
            columns = "*" if sqlite else f'"{table}"::text'
            seen += repr((await connection.execute(text(f'SELECT {columns} FROM "{table}"'))).all())
        if sqlite:
            await connection.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))
            seen += repr(await asyncio.to_thread(Path(str(store.engine.url.database)).read_bytes))
    return {word for word in words if word in seen}


class Channel:
    """The channel of one incident, and what is said there."""

    def __init__(self, outside: Outside, clock: FrozenClock, name: str) -> None:
        self.outside, self.clock, self.id = outside, clock, ChannelId(name)

    def said(self, words: str, **more: object) -> Message:
        at = MessageTs(ts_of(self.clock.forward(seconds=61)))
        return replace(Message(self.id, at, "", BEN, words), **more)  # type: ignore[arg-type]

    async def hears(self, words: str) -> Message:
        one = self.said(words)
        await keep_messages(self.outside, [one])
        return one

    async def talk(self) -> None:
        """Something of every kind, with all the words but QUOTED."""
        await self.hears(f"the root cause may be {SAID} on lb-07")
        one = await self.hears("it was slow")
        await keep_messages(self.outside, [replace(one, version=ts_of(self.clock.forward(seconds=5)), text=EDITED)])
        one = await self.hears(f"{DELETED} everybody")
        await keep_messages(self.outside, [replace(one, version=ts_of(self.clock.now()), deleted=True, text="")])
        one = await self.hears(f"rolling {PINNED} back fixed it")
        await pin_message(self.outside, by=ANN, message=one)
        await keep_reaction(self.outside, Reaction(self.id, one.ts, REACTED, ANN), given=True)


async def opened(outside: Outside, clock: FrozenClock, channel: str, **more: bool) -> tuple[IncidentId, Channel]:
    number = (await stop_the_line(outside, **more)).incident.id
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=ChannelId(channel)))
    return number, Channel(outside, clock, channel)


async def drafted(outside: Outside, number: IncidentId, kind: DraftKind) -> DraftId:
    return (await make_draft(outside, OFFLINE, OFFLINE, by=ANN, incident_id=number, kind=kind)).id


async def closed(outside: Outside, clock: FrozenClock, channel: str = "C1", **more: bool) -> IncidentId:
    """An incident with an approved paper, a note, an open draft, and all the words."""
    number, talk = await opened(outside, clock, channel, **more)
    await talk.hears("the root cause was the load balancing change on lb-07")
    await add_note(outside, by=ANN, incident_id=number, text="the vendor was called")
    paper = await drafted(outside, number, DraftKind.POSTMORTEM)
    await decide_draft(outside, by=ANN, draft_id=paper, state=DraftState.APPROVED)
    await talk.talk()
    await drafted(outside, number, DraftKind.ROOT_CAUSE)
    await set_status(outside, by=ANN, incident_id=number, to=Status.RESOLVED)
    await set_status(outside, by=ANN, incident_id=number, to=Status.CLOSED)
    await index_incident(outside, number)
    return number


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople) -> None:
    await add_people(ANN, BEN)


@pytest.mark.parametrize("private", [False, True])
async def test_what_was_said_is_gone_and_the_record_stands(
    outside: Outside, clock: FrozenClock, store: Database, private: bool
) -> None:
    number = await closed(outside, clock, private=private)
    before = await read_timeline(outside, incident_id=number, sight=WHOLE)
    assert await found(store) == {*WORDS} - {QUOTED}
    clock.forward(days=91)
    anchor = await checkpoint_now(outside)
    assert [one.incident_id for one in await forget(outside, kept_for=KEPT_FOR)] == [number]
    await index_incident(outside, number)
    assert await found(store) == set()
    after = await read_timeline(outside, incident_id=number, sight=WHOLE)
    assert [one.kind for one in after] == [*(one.kind for one in before), Act.WORDS_FORGOTTEN]
    assert "the vendor was called" in repr(after)
    async with store.read(WHOLE) as tx:
        papers = await tx.drafts.of_incident(number)
    approved, unapproved = papers
    assert "load balancing change" in repr(approved.sections) and "load balancing change" in repr(approved.lines)
    assert (unapproved.sections, unapproved.lines, unapproved.state) == ((), (), DraftState.REPLACED)
    verdict = await verify_audit(outside, checkpoints=[anchor])
    assert (verdict.wrong, verdict.erased) == ([], 1)


async def test_nobody_approves_an_emptied_draft(outside: Outside, clock: FrozenClock, store: Database) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    async with store.read(WHOLE) as tx:
        emptied = (await tx.drafts.of_incident(number))[-1]
    with pytest.raises(DraftDecided):
        await decide_draft(outside, by=ANN, draft_id=emptied.id, state=DraftState.APPROVED)


async def test_what_is_open_or_younger_is_untouched(outside: Outside, clock: FrozenClock, store: Database) -> None:
    _, goes_on = await opened(outside, clock, "C1")
    await goes_on.talk()
    number, resolved = await opened(outside, clock, "C2")
    await resolved.talk()
    await set_status(outside, by=ANN, incident_id=number, to=Status.RESOLVED)
    clock.forward(days=30)
    await closed(outside, clock, "C3")
    clock.forward(days=89, hours=23)
    before = await everything(store)
    assert await forget(outside, kept_for=KEPT_FOR) == []
    assert await everything(store) == before


async def test_once_is_enough(outside: Outside, clock: FrozenClock, store: Database) -> None:
    await closed(outside, clock)
    clock.forward(days=91)
    assert len(await forget(outside, kept_for=KEPT_FOR)) == 1
    before = await everything(store)
    assert await forget(outside, kept_for=KEPT_FOR) == []
    assert await everything(store) == before


async def test_looking_changes_nothing(outside: Outside, clock: FrozenClock, store: Database) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    before = await everything(store)
    due = await forget(outside, kept_for=KEPT_FOR, dry_run=True)
    assert [(one.incident_id, one.messages) for one in due] == [(number, 5)]
    assert await everything(store) == before


async def test_without_the_setting_nothing_is_forgotten(outside: Outside, clock: FrozenClock, store: Database) -> None:
    await closed(outside, clock)
    clock.forward(days=10_000)
    assert await forget_in_time(outside) == []
    outside = replace(outside, policy=replace(outside.policy, retention=KEPT_FOR))
    assert len(await forget_in_time(outside)) == 1


async def test_a_cancelled_one_counts_from_its_cancelling(outside: Outside, clock: FrozenClock) -> None:
    number, talk = await opened(outside, clock, "C1")
    clock.forward(days=100)
    await talk.talk()
    await set_status(outside, by=ANN, incident_id=number, to=Status.CANCELLED, reason="a test page")
    clock.forward(days=89)
    assert await forget(outside, kept_for=KEPT_FOR) == []
    clock.forward(days=2)
    assert len(await forget(outside, kept_for=KEPT_FOR)) == 1


async def test_an_imported_one_goes_with_the_words_that_told_its_times(
    outside: Outside, clock: FrozenClock, store: Database, tmp_path: Path
) -> None:
    export = read_export(write_export(tmp_path / "export.zip"), "inc-messages")
    old = replace(
        export,
        pins=((export.messages[0].ts, export.messages[0].user),),
        messages=tuple(replace(one, text=f"{one.text} {QUOTED}") for one in export.messages),
    )
    number = (await import_channel(outside, old)).incident.id
    assert await found(store) == {QUOTED}
    clock.forward(days=91)
    assert [one.incident_id for one in await forget(outside, kept_for=KEPT_FOR)] == [number]
    assert await found(store) == set()
    newer = replace(old, messages=(*old.messages, replace(old.messages[0], version="1800000000.000100")))
    await import_channel(outside, newer)
    assert await found(store) == set(), "bringing it in again brings no words back"


async def test_no_later_word_of_slack_brings_it_back(outside: Outside, clock: FrozenClock, store: Database) -> None:
    """An edit, a new message, a pin, a reaction, a reading from the beginning with all of them."""
    number = await closed(outside, clock)
    clock.forward(days=91)
    async with store.read(WHOLE) as tx:
        first = (await tx.messages.of_channel(ChannelId("C1")))[0]
    await forget(outside, kept_for=KEPT_FOR)
    talk = Channel(outside, clock, "C1")
    edit = replace(first, version=ts_of(clock.forward(minutes=2)), text=EDITED)
    await keep_messages(outside, [edit])
    later = await talk.hears(SAID)
    await pin_message(outside, by=ANN, message=replace(later, text=PINNED))
    reaction = Reaction(ChannelId("C1"), first.ts, REACTED, ANN)
    await keep_reaction(outside, reaction, given=True)
    clock.forward(minutes=2)
    await ask_of(outside, ChannelId("C1"))
    reading = await take_up(outside, ChannelId("C1"))
    assert reading
    shown = (replace(edit, version=ts_of(clock.now())), talk.said(SAID), replace(first, text=DELETED))
    page = Page(shown, min(m.ts for m in shown), max(m.ts for m in shown), reactions=(reaction,))
    await keep_page(outside, ChannelId("C1"), reading, replace(page, pins=((shown[1].ts, (BEN,)),)))
    await index_incident(outside, number)
    assert await found(store) == set()
    async with store.read(WHOLE) as tx:
        assert (await tx.messages.get(ChannelId("C1"), first.ts)).is_edited  # type: ignore[union-attr]


async def test_what_is_said_after_a_reopening_is_kept_until_its_time(
    outside: Outside, clock: FrozenClock, store: Database
) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    await set_status(outside, by=ANN, incident_id=number, to=Status.INVESTIGATING, reason="it is back")
    await Channel(outside, clock, "C1").hears(SAID)
    await set_status(outside, by=ANN, incident_id=number, to=Status.CANCELLED, reason="it was not")
    clock.forward(days=89)
    assert await forget(outside, kept_for=KEPT_FOR) == [] and await found(store) == {SAID}
    clock.forward(days=2)
    assert len(await forget(outside, kept_for=KEPT_FOR)) == 1 and await found(store) == set()
    assert (await verify_audit(outside)).wrong == []


async def test_a_long_channel_is_emptied_piece_by_piece(
    outside: Outside, clock: FrozenClock, store: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.use_cases.retention.AT_ONCE", 3)
    await closed(outside, clock)
    clock.forward(days=91)
    assert [one.messages for one in await forget(outside, kept_for=KEPT_FOR)] == [5]
    assert await found(store) == set()


async def test_deliveries_that_were_given_up_go_too(outside: Outside, clock: FrozenClock, store: Database) -> None:
    at = clock.now()
    async with store.write() as tx:
        await tx.jobs.put([NewJob("d1", "d1", JobKind.SLACK_DELIVERY, at, {"event": {"text": SAID}})])
    async with store.write() as tx:
        await tx.jobs.claim(owner="me", now=at, lease=timedelta(minutes=1), limit=ATTEMPTS)
        await tx.jobs.bury("d1", owner="me", error="x")
    clock.forward(days=89)
    await forget(outside, kept_for=KEPT_FOR)
    assert await found(store) == {SAID}
    clock.forward(days=2)
    await forget(outside, kept_for=KEPT_FOR)
    assert await found(store) == set()


async def test_people_may_be_erased_before_and_after(outside: Outside, clock: FrozenClock) -> None:
    await closed(outside, clock)
    await erase_person(outside, who=BEN, reason="x")
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    await erase_person(outside, who=ANN, reason="y")
    assert (await verify_audit(outside)).wrong == []
    assert [row.subject for row in await audit(outside, Act.WORDS_FORGOTTEN)] == ["INC-1"]


async def checked(files: Mapping[str, bytes], bundle: Path) -> subprocess.CompletedProcess[bytes]:
    """What the separate verifier says of this evidence."""
    with zipfile.ZipFile(bundle, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return await asyncio.to_thread(subprocess.run, [sys.executable, "-I", VERIFIER, bundle], capture_output=True)


async def test_the_separate_verifier_agrees(outside: Outside, clock: FrozenClock, tmp_path: Path) -> None:
    number = await closed(outside, clock)
    other = await closed(outside, clock, "C2")
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    for one in (number, other):
        files = await collect_evidence(outside, incident_id=one, checkpoints=[await checkpoint_now(outside)])
        done = await checked(files, tmp_path / "evidence.zip")
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("language", "words"), [("en", "kept no longer"), ("ko", "내용은 삭제됨")])
async def test_the_timeline_says_that_a_pinned_message_is_kept_no_longer(
    outside: Outside, clock: FrozenClock, language: str, words: str
) -> None:
    number = await closed(outside, clock)
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    entries = await read_timeline(outside, incident_id=number)
    said = [entry_text(Texts(language, "UTC", {}), one) for one in entries if one.kind is Act.MESSAGE_PINNED]
    assert len(said) == 1 and words in said[0]


async def test_answers_no_longer_rest_on_what_was_said(outside: Outside, clock: FrozenClock) -> None:
    async def answer() -> str:
        asked = {"question": f"what about {SAID}?", "language": "en", "zone": "UTC", "sight": WHOLE}
        told, _ = await find_answer(outside, OFFLINE, OFFLINE, by=ANN, **asked)  # type: ignore[arg-type]
        return repr(told.sentences)

    await closed(outside, clock)
    assert SAID in await answer()
    clock.forward(days=91)
    await forget(outside, kept_for=KEPT_FOR)
    assert SAID not in await answer()


async def test_replicas_that_forget_at_once_say_so_once(outside: Outside, clock: FrozenClock, url: str) -> None:
    await closed(outside, clock)
    await closed(outside, clock, "C2")
    clock.forward(days=91)
    others = [Database(url) for _ in range(3)]
    replicas = [outside, *(replace(outside, store=one) for one in others)]
    done = await asyncio.gather(*(forget(one, kept_for=KEPT_FOR) for one in replicas))
    for one in others:
        await one.close()
    assert sorted(one.incident_id for each in done for one in each) == [1, 2]
    assert len(await audit(outside, Act.WORDS_FORGOTTEN)) == 2
    assert (await verify_audit(outside)).wrong == []
