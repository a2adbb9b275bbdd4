"""What the gate asks people in Slack: fixes, running work, overrides, what was held back after the thaw."""

from typing import Any

import pytest

from bot.domain.audit import Act
from bot.domain.change import ChangeState
from bot.domain.permit import PermitState
from bot.sandbox.faults import RateLimited
from bot.use_cases.change import list_changes
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.gate import Ask, GateAnswer, Shot, ask_permit
from bot.use_cases.permit import beat_permit, finish_permit, start_permit
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, SEOYEON, Stage, buttons, shown

CI = "ci-messaging"


async def machine(stage: Stage, server: str, purpose: str = "relay 4.2", **more: Any) -> GateAnswer:
    """A pipeline asks the gate, and what that brings about in Slack is done."""
    key = f"{purpose}:{stage.clock.now().isoformat()}"
    outside = stage.product.desk.outside
    try:
        return await ask_permit(outside, Ask(caller=CI, key=key, servers=[server], purpose=purpose, **more))
    finally:
        stage.product.worker.wake()
        await stage.settled()


def question(stage: Stage, channel: str, action_id: str, who: str = MINJI) -> Any:
    """The newest message there that has this button."""
    return [m for m in stage.person(who).messages(channel) if action_id in buttons(m)][-1]


def message(stage: Stage, channel: str, ts: str) -> str:
    return next(shown(m) for m in stage.person(MINJI).messages(channel) if m["ts"] == ts)


async def states(stage: Stage) -> list[str]:
    return [str(one.state) for one in await list_changes(stage.product.desk.outside)]


async def held_server(stage: Stage, who: str = MINJI, words: str = "sev2 결제 오류 서버 web-3") -> str:
    """An incident with a commander."""
    channel = await stage.declare(who, words)
    await stage.command(who, f"/incident role commander <@{who}>", channel)
    return channel


async def ask_fix(stage: Stage, who: str, incident: str = "1") -> str:
    assert await stage.command(who, "/change request 릴레이 되돌리기 서버 web-3") == ""
    assert await stage.submit(who, {"fix_for": incident}) == {}
    return shown(stage.person(who).views()[-1])


async def test_a_fix_is_agreed_to_by_the_commander_and_then_started(everywhere: Stage) -> None:
    stage = everywhere
    channel = await held_server(stage)
    told = await ask_fix(stage, DOYUN)
    assert f"*INC-1* 결제 오류 — 지휘자 <@{MINJI}> 님의 승인을 기다립니다" in told
    asked = question(stage, channel, "fix.approve")
    assert f"<@{DOYUN}> 님이 `web-3` 조치를 요청했습니다: *CHG-1* 릴레이 되돌리기" in shown(asked)
    assert f"지휘자 <@{MINJI}> 님이 결정합니다" in shown(asked)
    assert "님의 승인을 기다립니다" in await stage.command(DOYUN, "/change start CHG-1")
    assert "leads INC-1 and decides this" in await stage.click(ALEX, asked, "fix.approve", "1:1")
    assert "승인했습니다" in await stage.click(MINJI, asked, "fix.approve", "1:1")
    edited = message(stage, channel, asked["ts"])
    assert f"<@{MINJI}> 님이 승인했습니다." in edited and "`/change start CHG-1`" in edited
    assert "fix.approve" not in buttons(question_at(stage, channel, asked["ts"]))
    assert "요청이 승인되었습니다" in stage.direct(DOYUN)[-1]["text"]
    await stage.click(DOYUN, stage.direct(DOYUN)[-1], "change.start", "1")
    assert await states(stage) == ["started"]
    assert "진행 중" in shown(stage.direct(DOYUN)[-1])
    await stage.command(DOYUN, "/change finish CHG-1 완료")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림, 오류율 0", channel)
    assert "직접 참여하셨으므로" in await stage.command(DOYUN, "/freeze verify web-3"), (
        "who did the fix verifies nothing"
    )


@pytest.mark.parametrize("fails", ["chat.update", "conversations.open", "chat.postMessage"])
async def test_who_may_begin_hears_of_it_whatever_slack_did_not_take_at_first(stage: Stage, fails: str) -> None:
    channel = await held_server(stage)
    await ask_fix(stage, DOYUN)
    asked = question(stage, channel, "fix.approve")
    stage.server.faults.on(fails, RateLimited(retry_after=1), times=3)
    stage.expected.add("RateLimited")
    assert "승인했습니다" in await stage.click(MINJI, asked, "fix.approve", "1:1")
    assert f"<@{MINJI}> 님이 승인했습니다." in message(stage, channel, asked["ts"])
    told = [one for one in stage.direct(DOYUN) if "요청이 승인되었습니다" in one["text"]]
    assert len(told) == 1


async def test_a_fix_is_refused_and_the_message_says_so(stage: Stage) -> None:
    channel = await held_server(stage)
    await ask_fix(stage, DOYUN)
    asked = question(stage, channel, "fix.refuse")
    assert "거절했습니다" in await stage.click(MINJI, asked, "fix.refuse", "1:1")
    edited = message(stage, channel, asked["ts"])
    assert ":x: 거절했습니다." in edited and "fix.approve" not in buttons(question_at(stage, channel, asked["ts"]))
    assert "승인하지 않은 조치입니다" in await stage.command(DOYUN, "/change start CHG-1")


def question_at(stage: Stage, channel: str, ts: str) -> Any:
    return next(m for m in stage.person(MINJI).messages(channel) if m["ts"] == ts)


async def test_two_incidents_both_agree_to_a_fix(stage: Stage) -> None:
    first = await held_server(stage)
    second = await held_server(stage, ALEX, "sev2 slow pages on web-3")
    told = await ask_fix(stage, DOYUN)
    assert "*INC-1*" in told and "*INC-2*" in told
    english = question(stage, second, "fix.approve", ALEX)
    assert "asks to fix `web-3`" in shown(english) and f"<@{ALEX}> leads this incident and decides" in shown(english)
    await stage.click(ALEX, english, "fix.approve", "1:2")
    assert "Still waiting for INC-1" in next(
        shown(m) for m in stage.person(ALEX).messages(second) if m["ts"] == english["ts"]
    )
    await stage.click(MINJI, question(stage, first, "fix.approve"), "fix.approve", "1:1")
    assert "진행 중" in await stage.command(DOYUN, "/change start CHG-1")


async def test_running_work_is_told_how_it_goes_on(stage: Stage) -> None:
    answer = await machine(stage, "web-3")
    assert answer.permit
    outside, number = stage.product.desk.outside, answer.permit.id
    await start_permit(outside, caller=CI, permit_id=number)
    channel = await held_server(stage)
    asked = question(stage, channel, "run.continue")
    assert f"`web-3` 동결 당시 *P-{number}* relay 4.2 작업이 진행 중이었습니다(`{CI}`). 어떻게 할까요?" in shown(asked)
    assert "현재 지시: *하던 단계만 마무리*" in shown(asked)
    assert (await beat_permit(outside, caller=CI, permit_id=number))[1] == "drain"
    assert "It is told now: *Roll back*" not in await stage.click(ALEX, asked, "run.roll_back", f"{number}:1")
    told = await stage.click(MINJI, asked, "run.roll_back", f"{number}:1")
    assert "현재 지시: *롤백*" in told and "현재 지시: *롤백*" in message(stage, channel, asked["ts"])
    assert (await beat_permit(outside, caller=CI, permit_id=number))[1] == "roll_back"
    assert f"minji 님의 지시 — `{CI}`의 P-{number} 작업: *롤백*" in "\n".join(stage.said(channel))
    await finish_permit(outside, caller=CI, permit_id=number, outcome="rolled back")
    assert "‘종료됨’ 상태라서 지시할 수 없습니다" in await stage.click(MINJI, asked, "run.stop", f"{number}:1")
    assert "끝난 작업입니다" in message(stage, channel, asked["ts"])


async def test_a_word_that_slack_shows_late_is_said_once(stage: Stage) -> None:
    """The message that asks cannot be edited at first: the second try does not refuse what the first one did."""
    answer = await machine(stage, "web-3", shot=Shot.START)
    assert answer.permit
    channel = await held_server(stage)
    asked = question(stage, channel, "run.stop")
    stage.server.faults.on("chat.update", RateLimited(retry_after=1), times=3)
    stage.expected.add("RateLimited")
    assert "현재 지시: *즉시 중지*" in await stage.click(MINJI, asked, "run.stop", f"{answer.permit.id}:1")
    assert "현재 지시: *즉시 중지*" in message(stage, channel, asked["ts"])
    async with stage.product.database.read() as tx:
        assert len(await tx.audit.rows(acts=[Act.RUN_DIRECTED])) == 1


async def test_two_incidents_say_how_it_goes_on(stage: Stage) -> None:
    answer = await machine(stage, "web-3")
    assert answer.permit
    number = answer.permit.id
    await start_permit(stage.product.desk.outside, caller=CI, permit_id=number)
    first, second = await held_server(stage), await held_server(stage, ALEX, "sev2 slow pages on web-3")
    told = await stage.click(MINJI, question(stage, first, "run.continue"), "run.continue", f"{number}:1")
    assert (
        "현재 지시: *하던 단계만 마무리*" in told and "‘끝까지 진행’ 지시는 INC-2 쪽에서도 동의해야 전달됩니다" in told
    )
    told = await stage.click(ALEX, question(stage, second, "run.continue", ALEX), "run.continue", f"{number}:2")
    assert "It is told now: *Continue*" in told
    assert "현재 지시: *끝까지 진행*" in shown(question(stage, first, "run.continue")), (
        "the other channel's message too"
    )


async def test_an_override_takes_two_people_is_loud_and_works_once(everywhere: Stage) -> None:
    stage = everywhere
    channel = await held_server(stage)
    assert await stage.command(DOYUN, "/change request 급한 설정 서버 web-3") == ""
    assert await stage.submit(DOYUN) == {}
    told = await stage.command(DOYUN, "/freeze override web-3 결제 전체 중단, 설정 하나만 되돌리면 됨")
    assert "긴급 예외 O-1을 요청했습니다" in told
    asked = question(stage, channel, "override.confirm")
    for wanted in (
        "🚨 긴급 예외 O-1",
        f"<@{DOYUN}> 님이 *동결된* `web-3`",
        f"확인해 주세요: <@{MINJI}>, <@{HANA}>",
        "결제 전체 중단",
    ):
        assert wanted in shown(asked), shown(asked)
    assert "다른 사람이 확인해야 합니다" in await stage.click(DOYUN, asked, "override.confirm", "1")
    assert "지금은 시작할 수 없습니다" in await stage.command(DOYUN, "/change start CHG-1"), (
        "not before it is confirmed"
    )
    assert "You confirmed O-1" in await stage.click(ALEX, asked, "override.confirm", "1")
    edited = message(stage, channel, asked["ts"])
    assert f"<@{ALEX}> 님이 확인했습니다" in edited and "--override O-1" in edited
    assert any(f"<@{ALEX}> 님이 확인했습니다" in said for said in stage.said(channel)[-1:]), "and told once more"
    told = await stage.command(DOYUN, "/change start CHG-1")
    assert "긴급 예외로 진행합니다. `web-3`은 INC-1 때문에 동결된 상태이며" in told
    loud = "\n".join(stage.said(channel))
    assert (
        ":rotating_light: *O-1을 사용했습니다.* doyun 님이 동결된 `web-3`에서 CHG-1 “급한 설정” 작업을 시작했습니다"
        in loud
    )
    assert await states(stage) == ["started"] and len(await frozen_servers(stage.product.desk.outside)) == 1
    assert "override.confirm" not in buttons(question_at(stage, channel, asked["ts"]))
    await stage.command(DOYUN, "/change finish CHG-1 완료")
    await stage.command(DOYUN, "/change request 한 번 더 서버 web-3")
    assert await stage.submit(DOYUN) == {}
    assert "지금은 시작할 수 없습니다" in await stage.command(DOYUN, "/change start CHG-2"), "it works once"


async def test_an_override_by_form_and_what_it_refuses(stage: Stage) -> None:
    await held_server(stage)
    assert await stage.command(ALEX, "/freeze override web-3") == ""
    errors = await stage.submit(ALEX, {"servers": "lb-01", "reason": "now"})
    assert "nothing to override" in str(errors)
    assert await stage.submit(ALEX, {"servers": "web-3", "reason": "now"}) == {}
    assert "There is no server `zzz`" in await stage.command(ALEX, "/freeze override zzz because")


async def test_what_was_held_back_is_offered_after_the_thaw(everywhere: Stage) -> None:
    stage = everywhere
    channel = await held_server(stage)
    await stage.command(DOYUN, "/change request 설정 변경 서버 web-3")
    assert await stage.submit(DOYUN) == {}
    await stage.command(ALEX, "/change request new nginx on web-3")
    assert await stage.submit(ALEX) == {}
    assert (await machine(stage, "web-3")).permit is None
    assert "INC-1의 동결이 풀리기를 기다립니다" in await stage.command(MINJI, "/freeze held")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림", channel)
    await stage.command(SEOYEON, "/freeze verify web-3")
    assert await stage.submit(SEOYEON) == {}
    offered = question(stage, channel, "held.resume")
    assert "그동안 미뤄진 작업 3건" in shown(offered) and f"*파이프라인* relay 4.2 (`web-3`) — `{CI}`" in shown(offered)
    assert "진행 중" in await stage.click(DOYUN, offered, "held.resume", "1")
    stage.server.faults.on("chat.update", RateLimited(retry_after=1), times=2)
    stage.expected.add("RateLimited")
    assert "Withdrawn: new nginx" in await stage.click(ALEX, offered, "held.withdraw", "2")
    assert f"`{CI}` 쪽에서 다시 실행해 주세요: relay 4.2" in await stage.click(MINJI, offered, "held.resume", "3")
    assert await states(stage) == [ChangeState.WITHDRAWN, ChangeState.STARTED]
    edited = message(stage, channel, offered["ts"])
    assert "재개했습니다" in edited and f"<@{ALEX}> 님이 철회했습니다" in edited
    assert "미뤄진 작업이 없습니다" in await stage.command(MINJI, "/freeze held")
    assert not {"held.resume", "held.withdraw"} & buttons(question_at(stage, channel, offered["ts"]))


async def test_a_machines_lost_run_is_ended_by_a_person(stage: Stage) -> None:
    answer = await machine(stage, "web-3", shot=Shot.START)
    assert answer.permit and answer.permit.state is PermitState.STARTED
    listed = await stage.command(ALEX, "/change list")
    assert f"*P-{answer.permit.id}* relay 4.2 on `web-3` — `{CI}`, since" in listed
    assert "ended: Rolled back" in await stage.command(ALEX, f"/change finish P-{answer.permit.id} rollback")
    assert "There is no change yet" in await stage.command(ALEX, "/change list")
    assert "P-99 허가를 찾을 수 없습니다" in await stage.command(MINJI, "/change finish P-99 done")
