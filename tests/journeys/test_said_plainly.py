"""What is refused or left undone is said in the words that fit it, and nothing is left unsaid."""

from bot.sandbox.faults import ServerError
from bot.use_cases.incident import list_incidents
from tests.journeys.stage import ALEX, DOYUN, MINJI, Stage, shown

BIDI = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


async def test_a_declaration_without_servers_says_that_nothing_is_frozen(stage: Stage) -> None:
    told = await stage.command(ALEX, "/incident declare sev2 checkout errors")
    assert "No server was named, so nothing is frozen: `/incident servers web-3`" in told
    (channel,) = stage.opened()
    assert "No server was named" in shown(stage.card(channel.id))
    await stage.command(MINJI, "/incident servers web-3", channel.id)
    assert "No server was named" not in shown(stage.card(channel.id))
    told = await stage.command(MINJI, "/incident declare sev2 결제 오류 서버 web-3")
    assert "동결된 서버가 없습니다" not in told and "동결된 서버: `web-3`" in told


async def test_the_status_it_has_already(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    await stage.command(MINJI, "/incident status mitigated", channel)
    assert await stage.command(MINJI, "/incident status mitigated", channel) == "이미 ‘영향 해소’ 상태입니다."
    assert await stage.command(ALEX, "/incident status mitigated", channel) == "It is “Mitigated” already."


async def test_somebody_of_whom_slack_does_not_tell(stage: Stage) -> None:
    stage.expected |= {"users.info"}
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    stage.server.faults.on("users.info", ServerError(500), times=None)
    for line in ("/incident status mitigated", "/freeze fixed web-3 reverted"):
        told = await stage.command(DOYUN, line, channel)
        assert "지금은 Slack에서 사용자 정보를 확인할 수 없습니다" in told and "게스트" not in told
    stage.server.faults.clear()
    assert "영향 해소" in await stage.command(DOYUN, "/incident status mitigated", channel)


async def test_unseen_controls_are_dropped(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, f"sev2 결제{BIDI} 오류\0 서버 web-3")
    (one,) = await list_incidents(stage.product.desk.outside, only_open=False)
    assert one.title == "결제 오류"
    assert "기록했습니다" in await stage.command(MINJI, "/incident note 배포\0 직후", channel)
    await stage.command(MINJI, "/incident note", channel)
    assert await stage.submit(MINJI, {"note": "배포\0 직후"}) == {}


async def test_a_time_of_a_status_to_come_is_refused(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 14:40부터")
    told = await stage.command(MINJI, "/incident time resolved 14:50", channel)
    assert told.startswith("지금은 ‘조사 중’ 상태라서 아직 ‘해결’ 시각이 없습니다")
    await stage.command(MINJI, "/incident status mitigated", channel)
    assert "바로잡았습니다" in await stage.command(MINJI, "/incident time identified 14:50", channel), "one was skipped"
    assert "is “Mitigated”" in await stage.command(ALEX, "/incident time INC-1 closed 06:50", channel)
