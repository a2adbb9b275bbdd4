"""The freeze through Slack: the two-person rule, by command and by button, and who may decide nothing."""

from bot.use_cases.freeze import frozen_servers
from bot.use_cases.quarantine import begin_quarantine, end_quarantine
from tests.journeys.stage import ALEX, DOYUN, GUEST, MINJI, Stage, buttons, shown


async def frozen(stage: Stage) -> list[tuple[str, int]]:
    return [(one.hold.server, one.hold.incident_id) for one in await frozen_servers(stage.product.desk.outside)]


async def test_fix_claimed_and_verified_by_somebody_else(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    told = await stage.command(MINJI, "/freeze fixed web-3 4.2.1로 되돌림, 10분간 오류율 0", channel)
    assert told == "`web-3` 조치를 보고했습니다(INC-1). 이제 다른 사람이 검증하면 동결이 풀립니다."
    told = await stage.command(MINJI, "/freeze verify web-3", channel)
    assert "조치에 직접 참여하셨으므로 다른 사람이 검증해야 합니다" in told and await frozen(stage) == [("web-3", 1)]
    assert await stage.command(ALEX, "/freeze verify web-3") == ""
    view = stage.person(ALEX).views()[-1]
    assert "4.2.1로 되돌림, 10분간 오류율 0" in shown(view) and "You approve exactly this evidence" in shown(view)
    assert await stage.submit(ALEX) == {} and await frozen(stage) == []
    said = "\n".join(stage.said(channel))
    assert "minji 님이 `web-3` 조치를 보고했습니다" in said and "alex 님이 `web-3` 조치를 검증했습니다" in said
    assert "동결된 서버" not in shown(stage.card(channel)), "the card follows"
    assert stage.opened()[0].topic["value"] == "SEV2 · 결제 오류", "and the topic"


async def test_by_button_from_card_list_and_home(stage: Stage) -> None:
    channel = await stage.declare(ALEX, "sev2 checkout errors on web-3, web-4, lb-01")
    card = stage.card(channel)
    await stage.click(MINJI, card, "freeze.fixed", "1")
    assert "INC-1 때문에 동결되어 있습니다" in shown(stage.person(MINJI).views()[-1])
    assert await stage.submit(MINJI, {"evidence": "캐시 비움, 오류율 0"}) == {}
    assert {"freeze.verify", "freeze.reject"} <= buttons(stage.card(channel))
    assert "직접 참여하셨으므로" in await stage.click(MINJI, stage.card(channel), "freeze.verify", "1")
    await stage.command(ALEX, "/freeze list")
    listed = stage.person(ALEX).ephemerals(stage.ops)[-1]
    await stage.click(ALEX, listed, "freeze.reject", "1")
    assert await stage.submit(ALEX, {"reason": "no graph"}) == {}
    assert "alex 님이" not in shown(stage.card(channel)) and "no graph" in "\n".join(stage.said(channel))
    home = await stage.home(ALEX)
    await stage.click(ALEX, home, "freeze.fixed", "1")
    assert await stage.submit(ALEX, {"evidence": "https://graphs.example/1"}) == {}
    home = await stage.home(DOYUN)
    assert "처리할 일이 없습니다" not in shown(home)
    await stage.click(DOYUN, home, "freeze.verify", "1")
    assert await stage.submit(DOYUN) == {}
    assert [server for server, _ in await frozen(stage)] == ["lb-01", "web-4"]


async def test_who_was_rejected_still_fixed(stage: Stage) -> None:
    channel = await stage.declare(ALEX, "sev2 checkout errors on web-3")
    await stage.command(MINJI, "/freeze fixed web-3 first try", channel)
    await stage.command(DOYUN, "/freeze reject web-3 그래프 없음", channel)
    await stage.command(ALEX, "/freeze fixed web-3 second try", channel)
    assert "다른 사람이 검증해야" in await stage.command(MINJI, "/freeze verify web-3", channel)
    assert "somebody else verifies it" in await stage.command(ALEX, "/freeze verify web-3", channel)


async def test_evidence_changed_while_somebody_looked(everywhere: Stage) -> None:
    stage = everywhere
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림")
    await stage.command(ALEX, "/freeze verify web-3")
    stage.clock.forward(minutes=1)
    await stage.command(DOYUN, "/freeze fixed web-3 되돌리지 않고 재시작함")
    outcome = await stage.person(ALEX).submit(stage.person(ALEX).views()[-1])
    await stage.settled()
    told = outcome.errors or [shown(view) for view in stage.person(ALEX).views()]
    assert "has changed since you opened it" in str(told), (outcome, told)
    assert await frozen(stage) == [("web-3", 1)]


async def test_guests_decide_nothing(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    sentence = "Guests, people of other workspaces and bots cannot do this"
    assert sentence in await stage.command(GUEST, "/freeze fixed web-3 restarted")
    assert sentence in await stage.command(GUEST, "/freeze fixed web-3")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림", channel)
    assert sentence in await stage.command(GUEST, "/freeze verify web-3")
    assert sentence in await stage.command(GUEST, "/freeze reject web-3 no")
    assert sentence in await stage.command(GUEST, "/incident status INC-1 mitigated")
    assert sentence in await stage.command(GUEST, "/incident declare sev1 everything on lb-01")
    assert not stage.person(GUEST).views() and await frozen(stage) == [("web-3", 1)]


async def test_somebody_who_becomes_a_guest_decides_nothing(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림")
    await stage.command(ALEX, "/freeze verify web-3")
    stage.server.workspace.change_person(ALEX, is_restricted=True)
    await stage.settled()
    outcome = await stage.person(ALEX).submit(stage.person(ALEX).views()[-1])
    await stage.settled()
    assert "cannot do this" in str(outcome.errors or [shown(v) for v in stage.person(ALEX).views()])
    assert await frozen(stage) == [("web-3", 1)]


async def test_one_server_held_by_two_incidents(stage: Stage) -> None:
    first = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.declare(ALEX, "sev2 slow pages on web-3")
    assert "장애 번호를 적어 주세요: `INC-1 web-3`" in await stage.command(MINJI, "/freeze fixed web-3 되돌림")
    assert "(INC-1)" in await stage.command(MINJI, "/freeze fixed web-3 되돌림", first), "in its channel no number"
    assert "(INC-2)" in await stage.command(MINJI, "/freeze fixed INC-2 web-3 되돌림")
    await stage.command(ALEX, "/freeze verify INC-1 web-3")
    assert await stage.submit(ALEX) == {} and await frozen(stage) == [("web-3", 2)]


async def test_looking_and_wrong_words(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3, web-4")
    for who, line, wanted in (
        (MINJI, "/freeze", "동결된 서버 2대"),
        (MINJI, "/freeze 목록", "`web-3` — "),
        (ALEX, "/freeze show web-3", "Frozen servers: 1"),
        (ALEX, "/freeze show role:web", "Frozen servers: 2"),
        (MINJI, "/freeze show lb-01", "`lb-01`은 동결되어 있지 않습니다"),
        (MINJI, "/freeze show LB-01.dc1.example.net.", "`lb-01`은 동결되어 있지 않습니다"),
        (ALEX, "/freeze show zzz", "There is no server `zzz`."),
        (MINJI, "/freeze fixed", "서버를 적어 주세요"),
        (MINJI, "/freeze fixed role:web 되돌림", "서버가 여러 대 있습니다. 그중 한 대를 적어 주세요: `web-3`, `web-4`"),
        (MINJI, "/freeze verify web-3", "조치가 아직 보고되지 않았습니다"),
        (ALEX, "/freeze reject web-3", "Nobody has claimed a fix on `web-3` yet"),
        (ALEX, "/freeze verify lb-01", "No open incident holds `lb-01`"),
        (MINJI, "/freeze verify wbe-3", "혹시 `web-3`을 말씀하셨나요?"),
        (MINJI, "/freeze vreify web-3", "혹시 `verify`를 말씀하셨나요?"),
        (
            ALEX,
            "/freeze zzz",
            "It knows: `list`, `show`, `fixed`, `mistake`, `verify`, `reject`, `override`, `held`, `peers`",
        ),
        (ALEX, "/freeze help", "what was done and how to check it"),
    ):
        assert wanted in (told := await stage.command(who, line)), (line, told)


async def test_the_list_says_first_that_everything_is_quarantined(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await begin_quarantine(stage.product.desk.outside, reason="어제 백업으로 복원함")
    for line in ("/freeze list", "/freeze show web-3", "/freeze show web-4", "/freeze server web-4"):
        first, *_ = (await stage.command(MINJI, line)).splitlines()
        assert "2:52>부터 *전체가 격리되어*" in first and first.endswith("사유: 어제 백업으로 복원함"), line
    told = await stage.command(ALEX, "/freeze list")
    assert "*Everything is quarantined* since" in told.splitlines()[0] and "web-3" in told
    home = shown(await stage.home(MINJI))
    assert "부터 *전체가 격리되어*" in home and home.index("격리되어") < home.index("내가 처리할 일")
    await end_quarantine(stage.product.desk.outside)
    assert "격리" not in shown(await stage.home(MINJI))
    assert "격리" not in await stage.command(MINJI, "/freeze list")
