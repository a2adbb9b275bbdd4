"""What is promised of an imported channel: there once, findable, quotable, silent in Slack, and shown to nobody new."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from bot.adapters.offline_model import OfflineModel
from bot.adapters.paper_json import as_json
from bot.adapters.slack_export import read_export
from bot.domain.audit import Act
from bot.domain.draft import DraftKind
from bot.domain.errors import IncidentPrivate
from bot.domain.ids import ChannelId, IncidentId, SlackUserId
from bot.domain.incident import Status, TimeName
from bot.domain.sight import WHOLE, Sight
from bot.domain.transcript import Line, LineFate
from bot.i18n.paper import markdown
from bot.i18n.texts import Texts
from bot.ports.outside import Outside
from bot.use_cases.ask import find_answer
from bot.use_cases.backfill import ask_all, ask_now
from bot.use_cases.draft import get_draft, make_draft, managers_of
from bot.use_cases.erasure import erase_person
from bot.use_cases.imported import ChannelTaken, import_channel
from bot.use_cases.incident import find_incident, list_incidents
from bot.use_cases.paper import make_paper
from bot.use_cases.transcript import OURSELVES, TEAM_URL, read_transcript
from tests.acts import ANN, audit, stop_the_line
from tests.clocks import FrozenClock
from tests.conftest import AddPeople
from tests.exports import DAY, KIM, OUTAGE, said, write_export

OFFLINE = OfflineModel()
QUESTION = "what caused the outage with the routing files?"


async def imported(outside: Outside, tmp_path: Path, **export: object) -> IncidentId:
    old = read_export(write_export(tmp_path / "export.zip", **export), "inc-messages")  # type: ignore[arg-type]
    return (await import_channel(outside, old)).incident.id


async def log_of(outside: Outside, number: IncidentId) -> Sequence[Line]:
    async with outside.store.read(WHOLE) as tx:
        one = await tx.incidents.get(number)
        assert one
        return await read_transcript(tx, one, zone="Asia/Seoul")


async def lines_of(outside: Outside, number: IncidentId) -> list[tuple[str, str]]:
    return [(line.speaker, line.text) for line in await log_of(outside, number)]


async def test_it_is_a_closed_incident_with_its_people_and_times(outside: Outside, tmp_path: Path) -> None:
    outside = replace(outside, policy=replace(outside.policy, zone="Asia/Seoul"))
    number = await imported(outside, tmp_path)
    one = await find_incident(outside, incident_id=number)
    assert (one.status, one.reporter, one.title) == (Status.CLOSED, KIM, OUTAGE["topic"]["value"])
    at = {name.value: f"{value:%H:%M}" for name, value in one.times.items()}
    assert at == {"declared_at": "05:50", "started_at": "05:50", "resolved_at": "05:58"}
    spoken = await lines_of(outside, number)
    assert ("김민준", "root cause: the update deleted the routing files") in spoken
    assert [text for who, text in spoken if who == "Lee Seoyeon"][-1].startswith("@김민준 ")
    assert TimeName.DETECTED not in one.times and TimeName.CLOSED not in one.times


async def test_nothing_is_done_in_slack(outside: Outside, tmp_path: Path) -> None:
    number = await imported(outside, tmp_path)
    await ask_all(outside, ended=True)
    assert await ask_now(outside, number) is None, "its channel is not read: nobody waits for it"
    async with outside.store.read(WHOLE) as tx:
        assert await tx.jobs.count_open(due_by=outside.clock.now().replace(year=2100)) == 0


async def test_it_is_found_and_quoted(outside: Outside, tmp_path: Path) -> None:
    number = await imported(outside, tmp_path)
    answer, incidents = await find_answer(
        outside, OFFLINE, OFFLINE, by=ANN, question=QUESTION, language="en", zone="UTC", sight=Sight(who=ANN)
    )
    assert [one.id for one in incidents] == [number] and answer.sentences
    draft = await make_draft(outside, OFFLINE, OFFLINE, by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM)
    quoted = " ".join(sentence.text for part in draft.sections for sentence in part.sentences)
    assert "routing files" in quoted and "import" not in quoted
    assert any(line.reactions == ("pushpin",) for line in draft.lines), "what was pinned there is pinned here"


async def test_on_the_first_day_alerts_and_reactions_are_there_and_every_number_leads_somewhere(
    outside: Outside, tmp_path: Path
) -> None:
    """Before `serve` was ever run nobody knows what Slack calls us, nor the workspace's address."""
    number = await imported(outside, tmp_path)
    lines = await log_of(outside, number)
    (alert,) = [line for line in lines if line.text == "alert cleared"]
    assert alert.is_bot and alert.speaker
    (cause,) = [line for line in lines if line.text.startswith("root cause")]
    assert cause.reactions == ("+1", "+1")
    paper = await make_paper(outside, OFFLINE, OFFLINE, incident_id=number, kind=DraftKind.POSTMORTEM)
    texts = Texts("en", "Asia/Seoul", paper.names)
    written = markdown(texts, paper)
    assert "/archives/" not in written + as_json(texts, paper), "half a link leads nowhere"
    assert f"[{cause.n}]" in written and f"\\[{cause.n}\\] | 20 May 14:58 | 김민준 |" in written
    assert "Where the numbers lead in \\#inc-messages" in written


async def test_links_lead_where_they_did_as_soon_as_slack_is_known(outside: Outside, tmp_path: Path) -> None:
    number = await imported(outside, tmp_path)
    async with outside.store.write() as tx:
        await tx.facts.put(TEAM_URL, "https://haneul.slack.com/")
        await tx.facts.put(OURSELVES, ["U0STOP", "B0STOP"])
    assert "alert cleared" in [text for _, text in await lines_of(outside, number)]
    paper = await make_paper(outside, OFFLINE, OFFLINE, incident_id=number, kind=DraftKind.POSTMORTEM)
    written = markdown(Texts("en", "Asia/Seoul", paper.names), paper)
    assert "](https://haneul.slack.com/archives/C0OUTAGE/p" in written and "Where the numbers" not in written


async def test_the_cause_that_was_drafted_is_the_answer_without_links_too(outside: Outside, tmp_path: Path) -> None:
    number = await imported(outside, tmp_path)
    await make_draft(outside, OFFLINE, OFFLINE, by=ANN, incident_id=number, kind=DraftKind.ROOT_CAUSE)
    asked = {"by": ANN, "question": "root cause of messages lost?", "language": "en", "zone": "UTC"}
    answer, _ = await find_answer(outside, OFFLINE, OFFLINE, sight=Sight(who=ANN), **asked)  # type: ignore[arg-type]
    assert [line.text for line in answer.lines] == ["root cause: the update deleted the routing files"]


async def test_what_was_edited_since_says_so_without_links_too(outside: Outside, tmp_path: Path) -> None:
    number = await imported(outside, tmp_path)
    draft = await make_draft(outside, OFFLINE, OFFLINE, by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM)
    edited = {**DAY[5], "text": "root cause: unknown", "edited": {"user": KIM, "ts": "1716190000.000000"}}
    await imported(outside, tmp_path, days={"2024-05-20": [*DAY[:5], edited, *DAY[6:]]})
    now, _ = await get_draft(outside, draft.id, sight=WHOLE)
    assert {line.text: line.since for line in now.lines if line.since} == {
        "root cause: the update deleted the routing files": LineFate.EDITED
    }


async def test_a_second_import_adds_only_what_is_new(outside: Outside, tmp_path: Path) -> None:
    first = await imported(outside, tmp_path)
    before = await lines_of(outside, first), len(await audit(outside))
    assert await imported(outside, tmp_path) == first
    assert (await lines_of(outside, first), len(await audit(outside))) == before
    later = said("1716188400.000100", KIM, "postmortem on Friday")
    edited = {**DAY[1], "text": "new words", "edited": {"user": KIM, "ts": "1716190000.000000"}}
    assert await imported(outside, tmp_path, days={"2024-05-20": [*DAY, later, edited][2:]}) == first
    now = [text for _, text in await lines_of(outside, first)]
    assert "postmortem on Friday" in now and "new words" in now and len(now) == len(before[0]) + 1
    assert len(await audit(outside, Act.INCIDENT_IMPORTED)) == 1


async def test_two_imports_at_once_make_one_incident(outside: Outside, tmp_path: Path) -> None:
    old = read_export(write_export(tmp_path / "export.zip"), "inc-messages")
    both = await asyncio.gather(*(import_channel(outside, old) for _ in range(2)), return_exceptions=True)
    assert len({one.incident.id for one in both if not isinstance(one, BaseException)}) == 1
    assert len(await list_incidents(outside, only_open=False)) == 1


async def test_a_crash_in_between_is_made_good_by_the_next_run(
    outside: Outside, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.use_cases.imported.AT_ONCE", 2)
    old = read_export(write_export(tmp_path / "export.zip"), "inc-messages")
    torn = replace(old.messages[3], user=None)  # type: ignore[arg-type]
    broken = replace(old, messages=(*old.messages[:3], torn, *old.messages[4:]))
    with pytest.raises(IntegrityError):
        await import_channel(outside, broken)
    again = await import_channel(outside, old)
    assert again.again and len(await lines_of(outside, again.incident.id)) == 7


async def test_a_channel_that_stopline_was_in_is_left_alone(outside: Outside, tmp_path: Path) -> None:
    number = (await stop_the_line(outside, "lb-01")).incident.id
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=ChannelId(OUTAGE["id"])))
    with pytest.raises(ChannelTaken, match=f"INC-{number}"):
        await imported(outside, tmp_path)


async def test_a_private_channel_is_seen_by_nobody_in_slack(outside: Outside, tmp_path: Path) -> None:
    number = await imported(outside, tmp_path, private=True)
    for who in (ANN, SlackUserId(KIM)):
        assert await list_incidents(outside, only_open=False, sight=Sight(who=who)) == []
        with pytest.raises(IncidentPrivate):
            await find_incident(outside, incident_id=number, sight=Sight(who=who))
        answer, incidents = await find_answer(
            outside, OFFLINE, OFFLINE, by=who, question=QUESTION, language="en", zone="UTC", sight=Sight(who=who)
        )
        assert not incidents and not answer.sentences
    async with outside.store.read(WHOLE) as tx:
        one = await tx.incidents.get(number)
        assert one and await tx.insiders.of_incident(number) == frozenset()
        assert await tx.incidents.private_channels() == [number], "who is invited into it is let in"
    assert await managers_of(outside, one) == ()


async def test_an_export_gives_nobody_authority(outside: Outside, tmp_path: Path) -> None:
    await imported(outside, tmp_path)
    async with outside.store.read() as tx:
        assert await tx.people.get(SlackUserId(KIM)) is None


async def test_who_is_erased_is_erased_there_too(outside: Outside, tmp_path: Path, add_people: AddPeople) -> None:
    number = await imported(outside, tmp_path)
    await erase_person(outside, who=SlackUserId(KIM), reason="asked")
    assert "김민준" not in str(await lines_of(outside, number))
    assert "routing files" not in str(await lines_of(outside, number))


async def test_twenty_thousand_messages(outside: Outside, tmp_path: Path, clock: FrozenClock) -> None:
    days = {
        f"2024-05-{day:02}": [
            said(f"{1715000000 + day * 86400 + n}.000100", KIM, f"word {n} of day {day}") for n in range(1000)
        ]
        for day in range(1, 21)
    }
    began = time.monotonic()
    number = await imported(outside, tmp_path, days=days)
    assert time.monotonic() - began < 120
    assert len(await lines_of(outside, number)) == 20_000
