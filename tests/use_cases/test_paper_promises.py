"""What is promised of drafts, answers and papers: pasted secrets and strangers' links stay where they are."""

import re
from dataclasses import replace

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.adapters.paper_json import as_json
from bot.domain.draft import DraftKind
from bot.domain.ids import ChannelId, IncidentId, MessageTs
from bot.domain.message import Message, ts_of
from bot.domain.sight import Sight
from bot.i18n.paper import markdown
from bot.i18n.texts import Texts
from bot.ports.outside import Outside
from bot.use_cases.ask import find_answer, index_incident
from bot.use_cases.brief import catch_up
from bot.use_cases.draft import make_draft
from bot.use_cases.follow_up import add_follow_ups
from bot.use_cases.paper import make_paper
from bot.use_cases.timeline import add_note
from tests.acts import ANN, BEN, stop_the_line
from tests.conftest import AddPeople
from tests.evals.loot import in_markdown

CHANNEL = ChannelId("C0INC")
SECRET = "hunter2!Zq"
SAID = (
    f"root cause: the gateway was opened with password={SECRET} on lb-01",
    "impact: 30% of users fail, see https://evil.example/x?q=1 or www.evil.example",
)


@pytest.fixture
async def number(outside: Outside, add_people: AddPeople) -> IncidentId:
    await add_people(ANN, BEN)
    one = (await stop_the_line(outside, "lb-01", title=f"login is broken with password={SECRET}")).incident
    await add_follow_ups(outside, by=BEN, incident_id=one.id, items=[(f"rotate password: {SECRET}", BEN, None)])
    await add_note(
        outside,
        by=BEN,
        incident_id=one.id,
        text=f"비번: {SECRET} <https://evil.example|여기> evil.example \x1b[2J\u202e",
    )
    async with outside.store.write() as tx:
        await tx.incidents.save(replace(one, channel=CHANNEL))
        for n, text in enumerate(SAID):
            ts = MessageTs(ts_of(outside.clock.now().replace(microsecond=n + 1)))
            await tx.messages.put([Message(CHANNEL, ts, "", BEN, text)])
    await index_incident(outside, one.id)
    return one.id


@pytest.mark.parametrize("kind", list(DraftKind))
async def test_no_paper_has_a_pasted_secret_or_a_strangers_link(
    outside: Outside, number: IncidentId, kind: DraftKind
) -> None:
    paper = await make_paper(outside, OfflineModel(), OfflineModel(), incident_id=number, kind=kind)
    texts = Texts("en", "UTC", paper.names)
    written = markdown(texts, paper)
    assert "login is broken with password=" in as_json(texts, paper)
    assert SECRET not in written.replace("\\", "") + as_json(texts, paper) + str(paper), "nor in what a PDF is made of"
    assert not {"\x1b", "\u202e"} & set(written), "nor what a terminal would obey"
    assert in_markdown(written, {line.permalink for line in paper.draft.lines}) == []
    if kind in (DraftKind.POSTMORTEM, DraftKind.ROOT_CAUSE):
        assert "[redacted:password]" in as_json(texts, paper), "what was said about it is still there"


async def test_no_notice_to_users_has_a_secret_of_its_title(outside: Outside, number: IncidentId) -> None:
    offline, kind = OfflineModel(), DraftKind.USER_NOTICE
    draft = await make_draft(outside, offline, offline, by=ANN, incident_id=number, kind=kind)
    said = " ".join(one.text for part in draft.sections for one in part.sentences)
    assert "some users have had trouble with the service" in said and not re.search(
        r"hunter|password|redact|lb-01|evil", said
    )


async def test_no_answer_has_a_pasted_secret(outside: Outside, number: IncidentId) -> None:
    about = {"by": ANN, "question": "root cause of the gateway password", "language": "en", "zone": "UTC"}
    offline = OfflineModel()
    answer, _ = await find_answer(outside, offline, offline, sight=Sight(who=ANN), **about)  # type: ignore[arg-type]
    told = str((answer.sentences, answer.lines))
    assert "the gateway was opened with" in told and SECRET not in told


async def test_who_catches_up_reads_no_pasted_secret(outside: Outside, number: IncidentId) -> None:
    told, _ = await catch_up(outside, by=ANN, incident_id=number, language="en", zone="UTC", sight=Sight(who=ANN))
    assert "the gateway was opened with" in str(told) and SECRET not in str(told.sections) + str(told.lines)
