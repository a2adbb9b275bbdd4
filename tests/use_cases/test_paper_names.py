"""Blameless papers: where the setting says so nobody is named in one, and its links lead where they led."""

import re
from dataclasses import replace

from bot.adapters.offline_model import OfflineModel
from bot.domain.draft import DraftKind
from bot.domain.ids import ChannelId, MessageTs
from bot.domain.incident import Role
from bot.domain.message import Message, ts_of
from bot.i18n.paper import markdown
from bot.i18n.texts import Texts
from bot.ports.outside import Outside
from bot.use_cases.incident import assign_role
from bot.use_cases.paper import make_paper
from bot.use_cases.timeline import add_note
from bot.use_cases.transcript import TEAM_URL
from tests.acts import ANN, BEN, CHO, stop_the_line
from tests.conftest import AddPeople

CHANNEL = ChannelId("C0INC")


async def paper(outside: Outside, add_people: AddPeople, **policy: bool) -> str:
    await add_people(ANN, name="Ann Marlow")
    await add_people(BEN, name="벤자민")
    await add_people(CHO, name="Ann")
    number = (await stop_the_line(outside, "lb-01")).incident.id
    await assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=ANN)
    await add_note(outside, by=BEN, incident_id=number, text="Ann Marlow paged 벤자민")
    said = [
        f"root cause: <@{BEN}> deleted the routing files",
        "Ann rolled it back, announced it on Announcer, and errors went to 0",
        "follow-up: I will write the runbook by friday",
    ]
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=CHANNEL))
        await tx.facts.put(TEAM_URL, "https://haneul.slack.com/")
        for n, text in enumerate(said):
            ts = MessageTs(ts_of(outside.clock.now().replace(microsecond=n + 1)))
            await tx.messages.put([Message(CHANNEL, ts, "", (BEN, CHO, CHO)[n], text)])
    named = replace(outside, policy=replace(outside.policy, **policy))
    offline = OfflineModel()
    made = await make_paper(named, offline, offline, incident_id=number, kind=DraftKind.POSTMORTEM)
    return markdown(Texts("en", "UTC", made.names), made)


async def test_nobody_is_named(outside: Outside, add_people: AddPeople) -> None:
    text = await paper(outside, add_people, names_by_role=True)
    assert not re.search(r"Ann\b", text) and "Announcer" in text and "벤자민" not in text
    assert "incident commander paged responder 1" in text
    assert "responder 1 deleted the routing files" in text and "responder 2 rolled it back" in text
    assert "responder 2: I will write the runbook" in text
    assert "https://haneul.slack.com/archives/C0INC/p" in text, "its sources are where they were"


async def test_names_stay_where_nobody_asked(outside: Outside, add_people: AddPeople) -> None:
    text = await paper(outside, add_people)
    assert "벤자민 deleted the routing files" in text and "Ann Marlow" in text
