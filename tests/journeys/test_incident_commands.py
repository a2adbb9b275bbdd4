"""Every verb of `/incident`: what the person is told in their language, and what follows in the channel."""

from bot.domain.ids import IncidentId
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.incident import find_incident
from tests.journeys.stage import ALEX, DOYUN, MINJI, Stage, shown

VERBS = "status note time servers timeline draft resolve close reopen cancel role severity"


async def say(stage: Stage, who: str, channel: str, *lines: tuple[str, str]) -> None:
    """Each line of (command, words of the answer or of the modal that opens)."""
    for line, wanted in lines:
        told = await stage.command(who, line, channel)
        for view in stage.person(who).views():
            told += shown(view)
            await stage.person(who).close(view)
        assert wanted in told, (line, told)


async def test_verbs_in_korean(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await say(
        stage,
        MINJI,
        channel,
        ("/incident status 복구", "INC-1 상태: *영향 해소*"),
        ("/incident 상태 원인파악", "‘영향 해소’ 상태라서 ‘원인 파악’ 상태로 바꿀 수 없습니다"),
        ("/incident status", "*SEV2* · *영향 해소*"),
        ("/incident status xx", "사용할 수 있는 말: `investigating`"),
        ("/incident severity 1", "INC-1 심각도: *SEV1*. 서버 동결은 그대로"),
        ("/incident 등급 sev9", "혹시 `sev"),
        ("/incident role commander @doyun", f"<@{DOYUN}> 님이 장애 지휘자를 맡았습니다."),
        ("/incident 역할 서기", f"<@{MINJI}> 님이 기록 담당을 맡았습니다."),
        ("/incident role commander 도윤", "@로 멘션해 주세요"),
        ("/incident role", "누가 맡나요?"),
        ("/incident note 캐시를 비웠습니다", "INC-1 경과에 기록했습니다."),
        ("/incident note", "무슨 일이 있었나요?"),
        ("/incident time 시작 13:44", "‘장애 시작’ 시각을 바로잡았습니다: "),
        ("/incident time", "어느 시각인가요?"),
        ("/incident time xx 13:00", "사용할 수 있는 말: `started`"),
        ("/incident servers lb-01", "동결된 서버: `lb-01`"),
        ("/incident servers", "이름이나 묶음을 쉼표로"),
        ("/incident servers role:nothing", "`role:nothing` 서버를 찾을 수 없습니다"),
        ("/incident 타임라인", "캐시를 비웠습니다"),
        ("/incident list", "*INC-1* · SEV1 · 결제 오류"),
        ("/incident show INC-1", f"<#{channel}>"),
        ("/incident show INC-9", "INC-9는 없습니다."),
        ("/incident draft", "장애 보고서 초안을 채널 기록으로"),
        ("/incident draft zzz", "사용할 수 있는 말: `postmortem`"),
        ("/incident ask", "지난달 부하 분산 장애"),
        ("/incident resolve", "아직 동결된 서버가 있습니다: `lb-01`, `web-3`."),
        ("/incident close", "‘종료’ 상태로 바꿀 수 없습니다"),
        ("/incident reopen", "왜 다시 여나요?"),
        ("/incident cancel", "아직 동결된 서버가 있습니다"),
        ("/incident cancel 오인", "아직 동결된 서버가 있습니다"),
        ("/incident reopen 다시 발생", "INC-1 상태: *조사 중*"),
        ("/incident help", "명령은 한국어로도 쓸 수 있습니다"),
        ("/incident stauts", "혹시 `status`를 말씀하셨나요?"),
        ("/incident 상테", "혹시 `상태`를 말씀하셨나요?"),
        ("/incident zzz", "사용할 수 있는 말: `declare`"),
    )
    one = await find_incident(stage.product.desk.outside, incident_id=IncidentId(1))
    assert one.roles == {"commander": DOYUN, "scribe": MINJI} and one.severity == "sev1"
    assert stage.opened()[0].topic["value"] == "SEV1 · 결제 오류 · 동결: lb-01, web-3"
    said = "\n".join(stage.said(channel))
    for wanted in ("상태: *영향 해소*", "심각도: *SEV1*", "캐시를 비웠습니다", "동결: `lb-01`", "다시 발생"):
        assert wanted in said


async def test_verbs_in_english(stage: Stage) -> None:
    channel = await stage.declare(ALEX, "sev3 checkout errors on web-3")
    await say(
        stage,
        ALEX,
        channel,
        ("/incident status identified", "INC-1 is now *Cause identified*."),
        ("/incident severity sev2", "INC-1 is now *SEV2*. Frozen servers stay frozen."),
        ("/incident role communications @minji", f"<@{MINJI}> is now communications."),
        ("/incident role communications minji", "names nobody. Write the person with an @"),
        ("/incident note cache flushed", "Noted on the timeline of INC-1."),
        ("/incident time started 06:44", "Impact began: now "),
        ("/incident time mitigated tomorrow 13:00", "lies ahead"),
        ("/incident time mitigated 3 o'clock", "Say which, for instance with am or pm"),
        ("/incident time detected 06:00", "turns the order round"),
        ("/incident time detected soonish", "cannot be read as a time"),
        ("/incident servers wbe-4", "Did you mean `web-4`? Then freeze it too: `/incident servers web-4`"),
        ("/incident timeline", "cache flushed"),
        ("/incident list", "checkout errors"),
        ("/incident show", "Declared by"),
        ("/incident draft cause", "Root cause draft: being written"),
        ("/incident resolve", "These servers are still frozen"),
        ("/incident close", "cannot become “Closed”"),
        ("/incident reopen flapping", "INC-1 is now *Investigating*."),
        ("/incident reopen", "It is “Investigating” already"),
        ("/incident cancel", "These servers are still frozen"),
        ("/incident help", "What you can say to Stopline"),
        ("/incident stauts", "Did you mean `status`?"),
        ("/incident sev 2", "INC-1 is now *SEV2*"),
    )
    assert stage.person(MINJI).channel(channel), "who gets a role is in the channel"
    assert MINJI in stage.opened()[0].members


async def test_in_a_channel_that_is_no_incidents(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    for verb in VERBS.split():
        assert "여기는 장애 채널이 아닙니다" in await stage.command(MINJI, f"/incident {verb}")
        assert "여기는 장애 채널이 아닙니다" not in await stage.command(MINJI, f"/incident {verb} INC-1")
        assert "INC-7은 없습니다" in await stage.command(MINJI, f"/incident {verb} INC-7 words")


async def test_a_whole_life(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    stage.clock.forward(minutes=2)
    await say(stage, MINJI, channel, ("/incident role ic", "장애 지휘자를 맡았습니다"))
    stage.clock.forward(minutes=4)
    await say(stage, MINJI, channel, ("/incident status 복구", "영향 해소"), ("/incident resolve", "*해결*"))
    card = shown(stage.card(channel))
    assert "영향 지속 6분" in card and "*해결*" in card
    await say(stage, MINJI, channel, ("/incident close", "장애 보고서가 아직 승인되지 않았습니다"))
    await say(stage, MINJI, channel, ("/incident reopen", "왜 다시 여나요?"), ("/incident reopen 재발", "조사 중"))
    await say(stage, MINJI, channel, ("/incident cancel", "실제로는 무엇"), ("/incident cancel 훈련이었음", "*취소*"))
    await say(stage, MINJI, channel, ("/incident list", "진행 중인 장애가 없습니다"), ("/incident list all", "취소"))


async def test_two_incidents_become_one_and_nothing_thaws(stage: Stage) -> None:
    first = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    second = await stage.declare(DOYUN, "sev2 로그인 오류 서버 web-4, web-3")
    assert "INC-2를 INC-1에 합쳤습니다" in await stage.command(DOYUN, "/incident merge INC-1", second)
    assert any("넘겨받은 서버" in said and "`web-4`" in said for said in stage.said(first))
    assert any("INC-1에 합쳤습니다" in said for said in stage.said(second))
    topics = [stage.server.workspace.channels[one].topic["value"] for one in (first, second)]
    assert topics == ["SEV2 · 결제 오류 · 동결: web-3, web-4", "SEV2 · 로그인 오류"], "each says what it holds now"
    frozen = await frozen_servers(stage.product.desk.outside)
    assert sorted((one.hold.server, one.incident.id) for one in frozen) == [("web-3", 1), ("web-3", 1), ("web-4", 1)]
    assert "합칠 수 없습니다" in await stage.command(DOYUN, "/incident merge INC-2 INC-2", second)
