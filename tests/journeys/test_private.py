"""Private incidents: who may know of one, what everybody else may, and that nothing of it gets out anywhere."""

import asyncio
import itertools
from typing import Any

import aiohttp
import pytest

from bot.adapters import slack_chat, slack_pace
from bot.domain.ids import DraftId, IncidentId, SlackUserId
from bot.domain.sight import Sight
from bot.sandbox import channels
from bot.use_cases.audit import checkpoint_now
from bot.use_cases.sight import read_members_again
from bot.use_cases.token import make_token
from handlers.blocks import ids
from handlers.parsing import CHANGE_VERBS, FREEZE_VERBS, INCIDENT_VERBS
from tests.journeys.canary import OUTSIDERS, WORD, Leak, check_nothing_leaked, has_word, logged
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, SEOYEON, Stage, shown
from tests.waiting import PLENTY_SECONDS, until

SAID = f"급여 유출 원인은 {WORD} 계정의 권한 설정입니다"
QUESTION = "급여 유출 원인이 뭐였지?"
TOKEN = "a-token-of-the-journey-that-is-long-enough"
WORDS = dict.fromkeys(("title", "note", "reason", "evidence", "text.0", "tested", "differences", "planned"), "x")
WORDS |= {"servers": "lb-01", "time": "14:50", "question": QUESTION, "rollback": "x"}
WORDS |= {"name": "started_at", "role": "commander", "severity": "sev3", "kind": "minor"}
"""Something for every field of every form."""
_numbers = itertools.count(1)


def private_channels(stage: Stage) -> list[Any]:
    return [c for c in stage.server.workspace.channels.values() if c.kind == "private"]


async def opened(stage: Stage, words: str = f"sev1 {WORD} 급여 유출 서버 web-3") -> str:
    """A private incident by the fast path; its channel."""
    told = await stage.command(MINJI, f"/incident declare private {words}")
    assert "비공개 장애입니다" in told, told
    return str(private_channels(stage)[-1].id)


async def filled(stage: Stage) -> str:
    """One with the word in its title, messages, timeline, evidence, drafts and follow-ups; its channel."""
    channel = await opened(stage)
    await stage.command(MINJI, f"/incident role commander <@{MINJI}>", channel)
    await stage.person(DOYUN).say(channel, SAID)
    await stage.settled()
    await stage.command(MINJI, f"/incident note {WORD} 계정을 잠갔습니다", channel)
    await stage.command(DOYUN, f"/freeze fixed web-3 {WORD} 권한 회수", channel)
    for kind in ("원인", "후속조치", "보고서"):
        await stage.command(MINJI, f"/incident draft {kind}", channel)
    assert has_word(stage.person(MINJI).messages(channel)), "the word was not planted"
    return channel


async def asked(stage: Stage, who: str, place: str) -> str:
    """The answer to a mention."""
    message = await stage.person(who).say(place, f"<@{stage.app.bot_user}> {QUESTION}")
    await stage.settled()
    return shown(stage.person(who).replies(place, message["ts"])[-1])


async def test_it_lives_in_a_private_channel_and_is_not_announced(everywhere: Stage) -> None:
    stage = everywhere
    channel = stage.server.workspace.channels[await opened(stage)]
    assert {MINJI, DOYUN} <= set(channel.members) and not set(OUTSIDERS) & set(channel.members)
    assert channel.topic["value"].startswith("비공개 · ")
    assert "비공개 장애입니다" in shown(stage.card(channel.id))
    assert not stage.said(stage.incidents)


async def test_by_the_form_and_in_korean(stage: Stage) -> None:
    await stage.click(ALEX, await stage.home(ALEX), "incident.declare")
    assert await stage.submit(ALEX, {"title": f"{WORD} leak", "private": ["private"]}) == {}
    await stage.command(MINJI, f"/incident declare 비공개 sev2 {WORD} 서버 lb-01")
    assert len(private_channels(stage)) == 2 and not stage.opened() and not stage.said(stage.incidents)


async def test_the_people_in_its_channel_see_it(everywhere: Stage) -> None:
    stage = everywhere
    channel = await filled(stage)
    for who in (MINJI, DOYUN):
        for line in ("/incident list", "/incident show INC-1", "/incident timeline INC-1", "/freeze list"):
            assert WORD in await stage.command(who, line), (who, line)
        assert has_word(await stage.home(who))
        await stage.command(who, f"/incident ask {QUESTION}")
        assert SAID in shown(stage.direct(who)[-1])
    assert SAID in await asked(stage, DOYUN, channel)
    check_nothing_leaked(stage, channel)


async def test_where_others_read_it_is_not_cited_to_a_member_either(stage: Stage) -> None:
    channel = await filled(stage)
    assert "찾지 못했습니다" in await asked(stage, MINJI, stage.ops)
    other = await opened(stage, f"sev3 {WORD}보다 작은 문제")
    assert SAID not in await asked(stage, MINJI, other), "one private incident's channel is outside of another's"
    assert SAID in await asked(stage, MINJI, channel)


async def test_who_comes_in_sees_it_and_who_leaves_does_not(everywhere: Stage) -> None:
    stage = everywhere
    channel = await filled(stage)
    assert "비공개 장애라서" in await stage.command(SEOYEON, "/incident show INC-1")
    await stage.person(DOYUN).invite(channel, SEOYEON)
    await stage.settled()
    assert WORD in await stage.command(SEOYEON, "/incident show INC-1")
    await stage.person(SEOYEON).leave(channel)
    await stage.settled()
    assert f"<@{MINJI}> 님에게 문의하세요" in await stage.command(SEOYEON, "/incident show INC-1")
    await stage.command(SEOYEON, f"/incident ask {QUESTION}")
    assert "찾지 못했습니다" in shown(stage.direct(SEOYEON)[-1])


async def test_a_list_from_before_somebody_left_does_not_let_them_in_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list comes in pages, and who is on the first one leaves while we wait for the next."""
    channel = await filled(stage)
    for who in (SEOYEON, ALEX):
        await stage.person(DOYUN).invite(channel, who)
    await stage.settled()
    monkeypatch.setattr(slack_chat, "PAGE", len(stage.server.workspace.channels[channel].members) - 1)
    stage.server.faults.latencies["conversations.members"] = 0.8
    before = len(stage.calls("conversations.members"))
    await read_members_again(stage.product.desk.outside)
    stage.product.worker.wake()
    await until(lambda: len(stage.calls("conversations.members")) == before + 2)
    await stage.person(SEOYEON).leave(channel)
    async with asyncio.timeout(PLENTY_SECONDS):
        while await may_see(stage, SEOYEON):
            await asyncio.sleep(0.01)
    await until(lambda: len(stage.calls("conversations.members")) == before + 3)
    assert not await may_see(stage, SEOYEON), "the first list let them in"
    await stage.settled()
    assert not await may_see(stage, SEOYEON) and await may_see(stage, DOYUN) and await may_see(stage, ALEX)


async def may_see(stage: Stage, who: str) -> bool:
    async with stage.product.database.read(Sight(who=SlackUserId(who))) as tx:
        one = await tx.incidents.get(IncidentId(1))
        assert one
        return not one.is_veiled


async def test_a_change_that_slack_did_not_tell_is_found(stage: Stage) -> None:
    channel = await filled(stage)
    stage.server.workspace.channels[channel].members.pop(DOYUN)
    assert WORD in await stage.command(DOYUN, "/incident show INC-1")
    await read_members_again(stage.product.desk.outside)
    stage.product.worker.wake()
    await stage.settled()
    assert "비공개 장애라서" in await stage.command(DOYUN, "/incident show INC-1")


async def test_a_bot_that_was_put_out_lets_in_those_it_invited_by_name(stage: Stage) -> None:
    """It hears nothing of its members any more; who leads is told that it cannot read there, and nobody else."""
    stage.expected |= {"not_in_channel", "channel_not_found", "does not say who is in"}
    channel = await filled(stage)
    channels.remove_member(stage.server.workspace, stage.server.workspace.channels[channel], stage.app.bot_user)
    await stage.settled()
    assert "비공개 장애라서" in await stage.command(DOYUN, "/incident show INC-1")
    assert WORD in await stage.command(MINJI, "/incident show INC-1")
    stage.product.slack.losses.suspect()
    await stage.product.slack.losses.make_good()
    stage.product.worker.wake()
    await stage.settled()
    assert "더 이상 읽을 수 없습니다" in shown(stage.direct(MINJI)[-1]) and not stage.said(stage.incidents)
    check_nothing_leaked(stage, channel)


async def test_the_postmortem_goes_to_a_manager_inside_else_to_the_commander(stage: Stage) -> None:
    channel = await filled(stage)
    told = shown(stage.direct(MINJI)[-1])
    assert "채널에 관리자가 없어 초안을 직접 보내 드립니다" in told and WORD in told and not stage.direct(HANA)
    await stage.person(MINJI).invite(channel, HANA)
    await stage.settled()
    await stage.command(MINJI, "/incident draft 보고서", channel)
    told = shown(stage.direct(HANA)[-1])
    assert WORD in told and "관리자가 없어" not in told


async def test_managers_outside_hear_label_servers_and_commander_only(stage: Stage) -> None:
    channel = await filled(stage)
    for _ in range(2):
        stage.clock.forward(hours=2)
        await stage.product.chores()[0].act()
        stage.product.worker.wake()
        await stage.settled()
    told = shown(stage.direct(HANA)[-1])
    assert "INC-1은 비공개 장애" in told and "web-3" in told and f"<@{MINJI}>" in told
    await stage.command(ALEX, "/freeze override web-3 the queue is full")
    told = shown(stage.direct(HANA)[-1])
    assert "INC-1" in told and "O-1" in told and "the queue is full" not in told
    check_nothing_leaked(stage, channel)


async def test_whose_work_it_froze_is_told_whom_to_ask(stage: Stage) -> None:
    await stage.command(ALEX, "/change request rotate logs 서버 lb-02")
    assert await stage.submit(ALEX) == {}
    await stage.command(ALEX, "/change start CHG-1")
    channel = await filled(stage)
    await stage.command(MINJI, "/incident servers lb-02", channel)
    told = shown(stage.direct(ALEX)[-1])
    assert "CHG-1" in told and "INC-1" in told and f"<@{MINJI}>" in told
    assert ALEX not in stage.server.workspace.channels[channel].members
    check_nothing_leaked(stage, channel)


async def test_its_freeze_holds_and_the_refusal_says_whom_to_ask(stage: Stage) -> None:
    channel = await filled(stage)
    await stage.command(ALEX, "/change request rotate logs 서버 web-3")
    assert await stage.submit(ALEX) == {}
    for told in (
        shown(stage.person(ALEX).views()[-1]),
        await stage.command(ALEX, "/change start CHG-1"),
        await stage.command(ALEX, "/freeze list"),
        await stage.command(ALEX, "/freeze show web-3"),
        shown(await stage.home(ALEX)),
    ):
        assert "INC-1" in told and "private" in told and f"<@{MINJI}>" in told and "web-3" in told, told
    assert "private" in await stage.command(ALEX, "/freeze verify web-3 looks good")
    check_nothing_leaked(stage, channel)


async def every_command(stage: Stage, who: str) -> None:
    """Every verb with whatever may follow it."""
    for command, verbs in (("incident", INCIDENT_VERBS), ("freeze", FREEZE_VERBS), ("change", CHANGE_VERBS)):
        for verb in verbs:
            for rest in ("", "INC-1", "INC-1 x", "INC-1 commander", "web-3", "web-3 x", "CHG-1", "CHG-1 done", "all"):
                await stage.person(who).command(stage.ops, f"/{command}", f"{verb} {rest}".strip())
    for rest in ("INC-1 INC-2", "INC-2 INC-1"):
        await stage.person(who).command(stage.ops, "/incident", f"merge {rest}")
    for question in (QUESTION, "어제 무슨 일이 있었지?", "web-3", "오늘"):
        await stage.person(who).command(stage.ops, "/incident", f"ask {question}")
        await stage.person(who).say(stage.person(who).im(stage.app), question)
        await stage.person(who).say(stage.ops, f"<@{stage.app.bot_user}> {question}")
    await stage.person(who).open_home(stage.app)
    await stage.settled()


async def every_press(stage: Stage, who: str) -> None:
    """Buttons and forms of which others have the messages: what Slack would deliver if somebody got hold of one."""
    names = [value for name, value in vars(ids).items() if name.isupper() and isinstance(value, str)]
    for name, value in itertools.product(names, ("1", "2", "1:1", "1:web-3", "1:resolved", "1:postmortem")):
        action = {"action_id": name, "value": value, "type": "button", "action_ts": f"{next(_numbers)}.0"}
        await delivered(stage, {"type": "block_actions", "user": {"id": who}, "actions": [action]})
    state = {name: {"input": {"value": text}} for name, text in {**WORDS, "who": who}.items()}
    for name, number in itertools.product(names, (1, 2, 3)):
        about = f'{{"incident_id": 1, "hold_id": {number}, "draft_id": {number}, "digest": "x"}}'
        view = {"id": f"V{next(_numbers)}", "type": "modal", "callback_id": name, "private_metadata": about}
        view |= {"blocks": [], "state": {"values": state}, "title": {"type": "plain_text", "text": "x"}}
        await delivered(stage, {"type": "view_submission", "user": {"id": who}, "view": view})


async def delivered(stage: Stage, body: dict[str, Any]) -> None:
    from slack_bolt.request.async_request import AsyncBoltRequest

    more = {"team": {"id": stage.server.workspace.team_id}, "trigger_id": f"{next(_numbers)}.forged"}
    request = AsyncBoltRequest(body=body | more, mode="socket_mode", context={"stopline_delivered": True})
    answer = await stage.product.slack.bolt.async_dispatch(request)
    if has_word(answer.body):
        raise Leak(f"{body}: {answer.body}")


async def every_door(stage: Stage) -> None:
    """The gate and whoever watches over us."""
    await make_token(stage.product.desk.outside, name="pipeline", secret=TOKEN)
    base, headers = f"http://127.0.0.1:{stage.settings.http_port}", {"Authorization": f"Bearer {TOKEN}"}
    ask = {"servers": ["web-3"], "purpose": "deploy"}
    async with aiohttp.ClientSession(base, headers=headers) as http:
        for path in ("/v1/servers/web-3", "/metrics", "/readyz", "/healthz", "/v1/openapi.json"):
            async with http.get(path) as answer:
                assert not has_word(await answer.text()) and answer.status == 200, path
        async with http.post("/v1/permits", json=ask, headers={"Accept-Language": "en"}) as answer:
            said = await answer.json()
        assert answer.status == 403 and said["incidents"][0]["incident"] == "INC-1" and not has_word(said)
        assert said["incidents"][0]["private"] and said["incidents"][0]["commander"] == MINJI
        assert "INC-1 is private" in said["reason"] and "Ask its commander, @minji." in said["reason"]
        async with http.post("/v1/permits", json={**ask, "fix_for": "INC-1", "key": "fix"}) as answer:
            assert answer.status == 202 and not has_word(await answer.text())


async def test_nothing_of_it_reaches_anybody_outside(http_stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(slack_pace, "POSTS", 10**6)  # one person is told more here than Slack allows in a minute
    stage = http_stage
    stage.expected |= {"a listener failed", "views.open", "name_taken"}
    with logged() as lines:
        channel = await filled(stage)
        await stage.declare(ALEX, "sev3 something else on web-3")
        for who in (ALEX, HANA):
            await every_command(stage, who)
            check_nothing_leaked(stage, channel)
            await every_press(stage, who)
            await stage.settled()
            check_nothing_leaked(stage, channel)
        await every_door(stage)
        check_nothing_leaked(stage, channel)
    assert not [line for line in lines if has_word(line)]
    outside = stage.product.desk.outside
    assert not has_word((await checkpoint_now(outside)).line), "what is posted to anchor the audit log has no titles"
    async with outside.store.read() as tx:
        assert not await tx.drafts.get(DraftId(1)) and not await tx.entries.of_incident(IncidentId(1))
        holds = await tx.holds.of_incident(IncidentId(1))
    assert {hold.server for hold in holds} == {"web-3"} and not has_word(holds)


def test_the_check_sees_a_leak() -> None:
    assert has_word({"text": f"Der {WORD.upper()} singt"}) and not has_word({"text": "Zeit"})
