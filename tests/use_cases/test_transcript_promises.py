"""What is promised of an incident's log: whoever spoke, it can be read, and everybody stands there as who they are."""

from dataclasses import replace

import pytest

from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Incident, Role
from bot.domain.message import Message, Reaction, read_message, ts_of
from bot.domain.transcript import Line
from bot.ports.outside import Outside
from bot.use_cases.incident import assign_role
from bot.use_cases.timeline import keep_messages, keep_reaction
from bot.use_cases.transcript import OURSELVES, read_transcript
from tests.acts import ANN, BEN, EVERYBODY, stop_the_line
from tests.conftest import AddPeople

CHANNEL = ChannelId("C0INC")
CEM = SlackUserId("U0CEM")


@pytest.fixture
async def number(outside: Outside, add_people: AddPeople) -> IncidentId:
    """An incident with a channel, of a bot that knows what Slack calls it."""
    await add_people(*EVERYBODY)
    made = (await stop_the_line(outside)).incident
    async with outside.store.write() as tx:
        await tx.facts.put(OURSELVES, ["U0STOP", "B0STOP"])
        await tx.incidents.save(replace(made, channel=CHANNEL))
    return made.id


async def log_of(outside: Outside, number: IncidentId) -> dict[str, Line]:
    """What was said in its channel, line by line."""
    async with outside.store.read() as tx:
        incident = await tx.incidents.get(number)
        assert isinstance(incident, Incident)
        lines = await read_transcript(tx, incident, zone="UTC")
    return {line.text: line for line in lines if not line.entry_kind}


async def say(outside: Outside, who: SlackUserId, text: str) -> MessageTs:
    ts = MessageTs(ts_of(outside.clock.now()))
    await keep_messages(outside, [Message(CHANNEL, ts, "", who, text)])
    return ts


async def test_an_app_without_any_name_is_an_app(outside: Outside, number: IncidentId) -> None:
    raw = {"subtype": "bot_message", "ts": ts_of(outside.clock.now()), "text": "p99 of lb-01 is 4 s"}
    said = read_message(CHANNEL, raw)
    assert said and said.is_bot
    await keep_messages(outside, [said])
    assert (await log_of(outside, number))["p99 of lb-01 is 4 s"].speaker == "an app"


async def test_who_has_no_id_and_is_no_app_does_not_close_the_log(outside: Outside, number: IncidentId) -> None:
    await say(outside, SlackUserId(""), "said by nobody")
    assert (await log_of(outside, number))["said by nobody"].speaker == "an app"


@pytest.mark.parametrize("roles", [(Role.COMMANDER, Role.COMMUNICATIONS), (Role.COMMUNICATIONS, Role.COMMANDER)])
async def test_who_leads_and_does_something_else_besides_leads(
    outside: Outside, number: IncidentId, roles: tuple[Role, ...]
) -> None:
    for role in roles:
        await assign_role(outside, by=BEN, incident_id=number, role=role, who=ANN)
    await say(outside, ANN, "we fail over")
    assert (await log_of(outside, number))["we fail over"].role == "commander"


@pytest.mark.parametrize(
    ("given", "counted"),
    [
        ([(ANN, "+1"), (ANN, "eyes")], ()),
        ([(BEN, "+1"), (BEN, "eyes"), (BEN, "white_check_mark")], ("+1",)),
        ([(BEN, "eyes"), (BEN, "joy")], ("eyes",)),
        ([(BEN, "+1"), (BEN, "-1")], ()),
        ([(BEN, "+1"), (BEN, "pushpin"), (CEM, "+1"), (ANN, "+1")], ("+1", "+1")),
        ([(BEN, "x"), (CEM, "eyes")], ("eyes", "x")),
    ],
)
async def test_others_agree_with_a_line_and_each_of_them_once(
    outside: Outside, number: IncidentId, given: list[tuple[SlackUserId, str]], counted: tuple[str, ...]
) -> None:
    ts = await say(outside, ANN, "we fail over")
    for who, name in given:
        await keep_reaction(outside, Reaction(CHANNEL, ts, name, who), given=True)
    assert (await log_of(outside, number))["we fail over"].reactions == counted
