"""Changes through Slack: asked for, refused on a frozen server in everybody's words, and allowed after the thaw."""

import asyncio
from contextlib import AbstractAsyncContextManager
from typing import Any, Protocol

from bot.use_cases.change import list_changes
from tests.journeys.stage import ALEX, DOYUN, GUEST, MINJI, Stage, buttons, shown

MAJOR = {"kind": "major", "tested": "https://ci.example/1", "differences": "없음", "rollback": "이전 판으로"}


class SetUp(Protocol):
    def __call__(self, **policy: Any) -> AbstractAsyncContextManager[Stage]: ...


async def request(stage: Stage, who: str, words: str, **form: str) -> str:
    """Asks by command and form; the gate's answer in the modal, or the errors under its fields."""
    assert await stage.command(who, f"/change request {words}") == ""
    errors = await stage.submit(who, form)
    return str(errors) if errors else shown(stage.person(who).views()[-1])


async def states(stage: Stage) -> list[str]:
    return [str(one.state) for one in await list_changes(stage.product.desk.outside)]


async def test_refused_on_a_frozen_server_and_allowed_after_the_thaw(in_every_way: Stage) -> None:
    stage = in_every_way
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림")
    told = await request(stage, DOYUN, "nginx 설정 변경 서버 web-3")
    for wanted in (
        "*CHG-1* nginx 설정 변경 — 지금은 시작할 수 없습니다.",
        "동결된 서버: `web-3`",
        "*INC-1* 결제 오류 — ",
        "오후 2:52>부터",
        f"<#{channel}>",
        "조치에 참여하지 않은 구성원이 검증하면",
        f"<@{MINJI}> 님은 조치에 참여해서 검증할 수 없습니다.",
        "결정 번호 D-",
    ):
        assert wanted in told, told
    english = await request(stage, ALEX, "new nginx on web-3")
    assert "may not start" in english and "any other member verifies it" in english and "Decision D-" in english
    assert "doyun 님의 CHG-1 “nginx 설정 변경” 작업을 막았습니다" in "\n".join(stage.said(channel))
    assert await states(stage) == ["refused", "refused"]
    await stage.command(ALEX, "/freeze verify web-3")
    assert await stage.submit(ALEX) == {}
    modal = stage.person(DOYUN).views()[-1]
    assert "change.start" in buttons(modal)
    await stage.click(DOYUN, modal, "change.start", "1")
    assert await states(stage) == ["refused", "started"], "the same work, by its button"
    assert "is under way" in await stage.command(ALEX, "/change start CHG-2")


async def test_a_running_change_is_drained_by_a_freeze(everywhere: Stage) -> None:
    stage = everywhere
    told = await request(stage, ALEX, "new nginx on web-3")
    assert "asked for by" in told
    assert "is under way" in await stage.command(ALEX, "/change start CHG-1")
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    assert await states(stage) == ["draining"]
    said = "\n".join(stage.said(channel))
    assert "“new nginx” 작업 중에 서버가 동결되었습니다. 하던 단계만 마치고" in said
    assert ALEX in stage.opened()[0].members, "who is at work there is called in"
    assert "Finish the step at hand" in await stage.command(ALEX, "/change list")
    assert "롤백" in await stage.command(MINJI, "/change finish CHG-1 롤백")
    assert "‘롤백’ 상태라서 ‘진행 중’ 상태로" in await stage.command(MINJI, "/change start CHG-1")


async def test_shadow_mode_lets_it_pass_and_says_so(set_up_stage: SetUp) -> None:
    async with set_up_stage(shadow=True) as stage:
        channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
        told = await request(stage, ALEX, "new nginx on web-3")
        assert "Shadow mode: this may go ahead, but the gate would refuse it (`web-3`: frozen by INC-1)" in told
        told = await stage.command(DOYUN, "/change start CHG-1")
        assert "진행 중" in told and "INC-1 때문에 `web-3`이 동결되어 있어 원래는 거절될 작업입니다" in told
        assert "막혔을 것입니다" in "\n".join(stage.said(channel)) and await states(stage) == ["started"]


async def test_major_work_is_approved_by_somebody_else(stage: Stage) -> None:
    assert "중요 작업에는 사전 테스트가 필요합니다" in await request(stage, MINJI, "판올림 서버 lb-01", kind="major")
    told = await request(stage, MINJI, "판올림 서버 lb-01", **MAJOR)
    assert "*사전 테스트:* https://ci.example/1" in told and "*되돌리는 방법:* 이전 판으로" in told
    assert "승인이 필요합니다" in await stage.command(MINJI, "/change start CHG-1")
    assert "본인이 요청한 작업은 다른 사람이 승인해야 합니다" in await stage.command(MINJI, "/change approve CHG-1")
    assert "cannot do this" in await stage.command(GUEST, "/change approve CHG-1")
    home = await stage.home(ALEX)
    assert "*CHG-1* 판올림" in shown(home) and "*Differs from production:* 없음" in shown(home)
    await stage.click(ALEX, home, "change.approve", "1")
    assert await states(stage) == ["approved"] and "is approved" in shown(stage.direct(ALEX)[-1])
    assert "‘승인됨’ 상태라서 ‘승인됨’" in await stage.command(DOYUN, "/change approve CHG-1")
    assert "진행 중" in await stage.command(MINJI, "/change start CHG-1")
    listed = await stage.command(MINJI, "/change 목록")
    assert "판올림" in listed
    message = stage.person(MINJI).ephemerals(stage.ops)[-1]
    assert "완료" in await stage.click(MINJI, message, "change.finish", "1:done")
    assert await states(stage) == ["done"]


async def test_button_of_the_home_asks(stage: Stage) -> None:
    await stage.click(MINJI, await stage.home(MINJI), "change.request")
    errors = await stage.submit(MINJI, {"title": "설정 변경", "servers": "wbe-3"})
    assert errors == {"servers": "wbe-3 서버를 찾을 수 없습니다. 혹시 web-3을 말씀하셨나요?"}
    assert await stage.submit(MINJI, {"servers": "web-3, role:lb"}) == {}
    assert "`web-3`, `lb-01`, `lb-02`" in shown(stage.person(MINJI).views()[-1])
    await stage.click(ALEX, await stage.home(ALEX), "change.list")
    assert "설정 변경" in shown(stage.direct(ALEX)[-1])


async def test_wrong_words(stage: Stage) -> None:
    for line, wanted in (
        ("/change", "아직 작업이 없습니다"),
        ("/change start", "CHG-3처럼 번호를"),
        ("/change start zz", "zz 작업을 찾을 수 없습니다"),
        ("/change approve CHG-9", "CHG-9 작업을 찾을 수 없습니다"),
        ("/change finish CHG-1 zz", "사용할 수 있는 말: `done`, `failed`"),
        ("/change finish CHG-1 완뇨", "혹시 `완료`를 말씀하셨나요?"),
        ("/change strat", "혹시 `start`를 말씀하셨나요?"),
        ("/change help", "`/change approve CHG-3`"),
    ):
        assert wanted in (told := await stage.command(MINJI, line)), (line, told)
    assert "title" in await request(stage, MINJI, "", title="가" * 201, servers="web-3")
    assert await states(stage) == []


async def test_the_same_request_twice_is_one_change(everywhere: Stage) -> None:
    stage = everywhere
    await stage.command(MINJI, "/change request 설정 변경 서버 web-3")
    view = stage.person(MINJI).views()[-1]
    both = await asyncio.gather(stage.person(MINJI).submit(view), stage.person(MINJI).submit(view))
    assert all(outcome.acked and not outcome.error and not outcome.errors for outcome in both), both
    await stage.settled()
    assert await states(stage) == ["requested"]
