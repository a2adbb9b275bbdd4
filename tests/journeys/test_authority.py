"""Authority: who may do what, as Slack says it of people and groups, with its events, without, and while away."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from bot.domain.audit import Act
from bot.domain.authority import Duty
from bot.domain.ids import GroupId
from bot.sandbox.faults import ServerError, SlackError
from storage.tables import fact
from tests.acts import audit
from tests.journeys.conftest import SetUp
from tests.journeys.stage import ALEX, DOYUN, GUEST, HANA, MINJI, SEOYEON, Stage, buttons, shown

SRE = GroupId("S0SRE01")
ONLY_MEMBERS = "Guests, people of other workspaces and bots cannot do this."
NOT_YET = "that Slack has not shown yet"


async def claimed(stage: Stage) -> None:
    """web-3 is held, and its fix claimed by Minji."""
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    assert "조치" in await stage.command(MINJI, "/freeze fixed web-3 되돌림")


async def verify(stage: Stage, who: str = ALEX) -> str:
    """What somebody is told who verifies web-3: "" where it is released."""
    told = await stage.command(who, "/freeze verify web-3")
    if not told:
        await stage.submit(who)
    return told


async def is_frozen(stage: Stage) -> bool:
    return "web-3" in await stage.command(DOYUN, "/freeze list")


@asynccontextmanager
async def verifiers(set_up_stage: SetUp, *members: str) -> AsyncIterator[Stage]:
    """Only this group verifies; a fix is claimed."""
    async with set_up_stage(duties={Duty.VERIFY: (SRE,)}) as stage:
        await make_group(stage, *members)
        await claimed(stage)
        yield stage


async def make_group(stage: Stage, *members: str) -> None:
    """The group that the settings name comes after the bot, which found none at its start."""
    stage.expected.add("no_such_subteam")
    stage.server.workspace.add_group("sre", list(members), id=SRE)
    stage.clock.forward(seconds=61)
    await stage.command(MINJI, "/freeze list")


async def test_only_the_group_verifies_and_the_log_says_by_which_right(set_up_stage: SetUp) -> None:
    async with verifiers(set_up_stage, SEOYEON) as stage:
        assert await verify(stage) == f"Here only <!subteam^{SRE}> may verify or reject fixes. Ask one of them."
        assert "조치 검증과 반려" in await stage.command(DOYUN, "/freeze reject web-3 아직 아님")
        assert await is_frozen(stage)
        assert await verify(stage, SEOYEON) == "" and not await is_frozen(stage)
        (row,) = await audit(stage.product.desk.outside, Act.SERVER_VERIFIED)
        assert (row.actor, row.detail["duty"], row.detail["through"]) == (SEOYEON, "verify", SRE)


async def test_who_comes_into_the_group_may_and_who_leaves_it_may_not(set_up_stage: SetUp) -> None:
    async with verifiers(set_up_stage, SEOYEON) as stage:
        assert "may verify" in await verify(stage)
        stage.server.workspace.change_group(SRE, [ALEX])
        await stage.settled()
        assert "조치 검증" in await verify(stage, SEOYEON) and await is_frozen(stage)
        assert await verify(stage, ALEX) == "" and not await is_frozen(stage)


async def test_without_the_event_a_minute_later(set_up_stage: SetUp) -> None:
    async with verifiers(set_up_stage, ALEX) as stage:
        assert await stage.command(ALEX, "/freeze verify web-3") == "", "the form is open"
        stage.app.events = set()
        stage.server.workspace.change_group(SRE, [SEOYEON])
        stage.clock.forward(seconds=61)
        assert "may verify" in await verify(stage) and await is_frozen(stage)


async def test_between_the_form_and_its_submission_too(set_up_stage: SetUp) -> None:
    async with verifiers(set_up_stage, ALEX) as stage:
        assert await stage.command(ALEX, "/freeze verify web-3") == "", "the form is open"
        stage.server.workspace.change_group(SRE, [SEOYEON])
        await stage.settled()
        await stage.person(ALEX).submit(stage.person(ALEX).views()[-1])
        assert "may verify or reject fixes" in shown(stage.person(ALEX).views()[-1]) and await is_frozen(stage)


async def test_a_group_that_is_disabled_gives_nobody_anything(set_up_stage: SetUp) -> None:
    async with verifiers(set_up_stage, ALEX) as stage:
        assert await stage.command(ALEX, "/freeze verify web-3") == "", "the form is open"
        stage.server.workspace.disable_group(SRE)
        await stage.settled()
        assert "may verify" in await verify(stage) and await is_frozen(stage)


@pytest.mark.parametrize("fault", [ServerError(503), SlackError("missing_scope"), SlackError("ratelimited")])
async def test_while_slack_does_not_tell_the_last_known_members_stand(set_up_stage: SetUp, fault: Any) -> None:
    async with verifiers(set_up_stage, ALEX) as stage:
        stage.expected.add("usergroups.users.list")
        stage.server.faults.on("usergroups.users.list", fault, times=None)
        stage.clock.forward(minutes=5)
        assert "조치 검증" in await verify(stage, SEOYEON)
        assert await verify(stage, ALEX) == "" and not await is_frozen(stage)


async def test_a_group_that_was_never_read_gives_nobody_anything_and_says_so(set_up_stage: SetUp) -> None:
    async with verifiers(set_up_stage, ALEX) as stage:
        stage.expected.add("usergroups.users.list")
        stage.server.faults.on("usergroups.users.list", SlackError("missing_scope"), times=None)
        async with stage.product.database.engine.begin() as connection:
            await connection.execute(fact.delete().where(fact.c.name == f"group:{SRE}"))
        stage.clock.forward(seconds=61)
        told = await verify(stage)
        assert NOT_YET in told and SRE in told and "stopline doctor" in told and await is_frozen(stage)
        stage.server.faults.clear()
        assert await verify(stage) == "" and not await is_frozen(stage)


async def test_standing_that_was_lost_without_an_event(stage: Stage) -> None:
    await claimed(stage)
    await stage.command(ALEX, "/incident list")
    for change in ({"is_restricted": True}, {"is_ultra_restricted": True}, {"deleted": True}, {"team_id": "T0THEIRS"}):
        before = {name: getattr(stage.server.workspace.people[ALEX], name) for name in change}
        stage.app.events = set()
        stage.server.workspace.change_person(ALEX, **change)
        stage.clock.forward(minutes=11)
        assert ONLY_MEMBERS in await verify(stage), change
        stage.server.workspace.change_person(ALEX, **before)
        stage.clock.forward(minutes=11)
    assert await verify(stage) == "" and not await is_frozen(stage)


async def test_a_decision_waits_a_second_for_slack_and_not_longer(stage: Stage) -> None:
    await claimed(stage)
    await stage.command(ALEX, "/incident list")
    stage.clock.forward(minutes=11)
    stage.server.faults.latencies["users.info"] = 30
    began = time.monotonic()
    assert await verify(stage) == ""
    stage.server.faults.latencies.clear()
    assert time.monotonic() - began < 20 and not await is_frozen(stage)


async def test_nobody_waits_for_slack_to_stop_the_line(stage: Stage) -> None:
    """Whom nobody met yet declares and adds servers; everything else is for those whom Slack has told us about."""
    stage.expected.add("users.info")
    stage.server.faults.on("users.info", ServerError(503), times=None)
    channel = await stage.declare(ALEX, "sev2 checkout errors on web-3")
    assert "web-4" in await stage.command(ALEX, "/incident servers web-4", channel)
    sentence = "지금은 Slack에서 사용자 정보를 확인할 수 없습니다"
    for line in ("/freeze list", "/incident list", "/incident status mitigated", "/incident note x", "/change list"):
        assert sentence in await stage.command(ALEX, line, channel), line
    stage.server.faults.clear()
    assert "web-4" in await stage.command(ALEX, "/freeze list")


OUTSIDERS: dict[str, dict[str, Any]] = {
    "guest": {},
    "single-channel guest": {"is_restricted": False, "is_ultra_restricted": True},
    "stranger": {"is_restricted": False, "team_id": "T0THEIRS", "is_stranger": True},
    "left": {"is_restricted": False, "deleted": True},
    "bot": {"is_restricted": False, "is_bot": True},
}


@pytest.mark.parametrize("traits", OUTSIDERS.values(), ids=OUTSIDERS.keys())
async def test_outsiders_do_nothing_and_see_nothing(stage: Stage, traits: dict[str, Any]) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.person(MINJI).invite(channel, GUEST)
    stage.server.workspace.change_person(GUEST, **traits)
    await stage.settled()
    before = len(await audit(stage.product.desk.outside))
    for line in (
        "/incident", "/incident declare sev1 all of it on lb-01", "/incident list", "/incident show INC-1",
        "/incident timeline INC-1", "/incident ask why?", "/incident ask", "/incident servers INC-1 lb-01",
        "/incident note INC-1 x", "/incident help", "/freeze list", "/freeze show web-3", "/freeze peers INC-1",
        "/freeze server web-3", "/freeze fixed web-3", "/freeze fixed web-3 done", "/freeze override web-3",
        "/freeze shadow", "/freeze held", "/change list", "/change request", "/change approve CHG-1",
    ):  # fmt: skip
        assert await stage.command(GUEST, line) == f"{ONLY_MEMBERS} Ask a member of this workspace.", line
    for button in ("incident.command", "incident.timeline", "incident.servers"):
        assert ONLY_MEMBERS in await stage.click(GUEST, stage.card(channel), button), button
    assert shown(await stage.home(GUEST)) == f"{ONLY_MEMBERS} Ask a member of this workspace."
    pinned = await stage.person(GUEST).say(channel, "look at this")
    await stage.person(GUEST).react(channel, pinned["ts"], "pushpin")
    await stage.person(GUEST).shortcut("timeline.pin", pinned)
    await stage.settled()
    assert ONLY_MEMBERS in shown(stage.person(GUEST).ephemerals(channel)[-1])
    assert not stage.person(GUEST).views() and len(await audit(stage.product.desk.outside)) == before


async def test_an_outsider_who_asks_is_told_why_not(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    guest = stage.person(GUEST)
    asked = await guest.say(stage.ops, f"<@{stage.app.bot_user}> 결제 오류 원인이 뭐였지?")
    await guest.say(guest.im(stage.app), "what caused it?")
    await stage.settled()
    for told in (guest.replies(stage.ops, asked["ts"])[-1], stage.direct(GUEST)[-1]):
        assert shown(told) == f"{ONLY_MEMBERS} Ask a member of this workspace."
    assert not await audit(stage.product.desk.outside, Act.QUESTION_ASKED)


async def test_groups_are_invited_and_get_the_drafts(set_up_stage: SetUp) -> None:
    """Those who answer for it may be groups as well; who is in both is meant once."""
    async with set_up_stage(managers=(SRE, HANA), on_call=(SRE,)) as stage:
        await make_group(stage, SEOYEON, HANA)
        channel = await stage.declare(MINJI, "sev2 결제 오류")
        assert {SEOYEON, HANA, MINJI} <= set(stage.server.workspace.channels[channel].members)
        await stage.command(MINJI, "/incident resolve", channel)
        (draft,), (same,) = ([m for m in stage.direct(who) if "draft.approve" in buttons(m)] for who in (SEOYEON, HANA))
        assert shown(draft) == shown(same)
        await stage.click(SEOYEON, draft, "draft.approve")
        (row,) = await audit(stage.product.desk.outside, Act.DRAFT_APPROVED)
        assert (row.actor, row.detail["duty"], row.detail["through"]) == (SEOYEON, "manage", SRE)
