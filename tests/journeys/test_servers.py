"""Servers in Slack: peers, the catalogue by hand, mistakes, suspects, reminders, lost work, shadow mode, the past."""

from datetime import date
from typing import Any

from bot.domain.draft import FollowUp
from bot.domain.ids import FollowUpId, IncidentId, SlackUserId
from bot.domain.job import JobKind
from bot.ports.storage import NewJob
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.gate import Ask, ask_permit
from bot.use_cases.permit import lose_late_runs
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, SEOYEON, Stage, buttons, shown
from tests.journeys.test_change import SetUp, request


async def frozen(stage: Stage) -> list[str]:
    return sorted({one.hold.server for one in await frozen_servers(stage.product.desk.outside)})


async def queue(stage_: Stage, kind: JobKind, **payload: Any) -> None:
    """What the watch queues while time passes."""
    at = stage_.clock.now()
    async with stage_.product.database.write() as tx:
        await tx.jobs.put([NewJob(f"{kind}:{at}", f"test:{kind}", kind, at, payload)])
    stage_.product.worker.wake()
    await stage_.settled()


async def test_peers_are_frozen_with_one_click(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    told = await stage.command(MINJI, "/freeze peers", channel)
    assert "*role:web* (1대): `web-4`" in told and "*pool:main* (3대): `lb-01`, `lb-02`, `web-4`" in told
    offered = stage.person(MINJI).ephemerals(channel)[-1]
    assert "동결된 서버: `lb-01`, `lb-02`, `web-4`" in await stage.click(
        MINJI, offered, "freeze.add", "1:lb-01,lb-02,web-4"
    )
    assert await frozen(stage) == ["lb-01", "lb-02", "web-3", "web-4"]
    assert "비슷한 서버가 더 없습니다" in await stage.command(MINJI, "/freeze peers INC-1")
    assert "INC-1 holds every server" in await stage.command(ALEX, "/freeze peers web-3")


async def test_the_catalogue_by_hand_and_a_shared_fate(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    told = await stage.command(ALEX, "/freeze server add lb-09 role=relay pool=a")
    assert "`lb-09` is in the catalogue" in told and "role: relay, pool: a" in told
    assert "known to `/freeze server add`" in await stage.command(ALEX, "/freeze server add lb-09 colour=red")
    told = await stage.command(MINJI, "/freeze server connect web-3 lb-09 공유")
    assert "`lb-09`와 `web-3`은 이제 함께 영향을 받습니다" in told
    assert await frozen(stage) == ["lb-09", "web-3"], "an edge added in a freeze adds holds"
    said = "\n".join(stage.said(channel))
    assert "이 가운데 `lb-09`는 함께 영향을 받는 서버라서 같이 동결했습니다" in said
    told = await stage.command(ALEX, "/freeze server lb-09")
    assert "Shares its fate with `web-3`" in told and "shares its fate with `web-3`" in told and "INC-1" in told
    assert "serves `lb-02` now" in await stage.command(ALEX, "/freeze server connect lb-01 lb-02 serves")
    assert "not connected any more" in await stage.command(ALEX, "/freeze server disconnect web-3 lb-09")
    assert await frozen(stage) == ["lb-09", "web-3"], "removing an edge lifts nothing"
    assert "서버를 적어 주세요" in await stage.command(MINJI, "/freeze server connect lb-01")
    assert "서버를 적어 주세요" in await stage.command(MINJI, "/freeze server")


async def test_a_neighbour_that_serves_only_warns(stage: Stage) -> None:
    await stage.command(ALEX, "/freeze server connect lb-01 web-4 serves")
    await stage.declare(MINJI, "sev2 결제 오류 서버 lb-01")
    told = await request(stage, ALEX, "new nginx on web-4")
    assert "`lb-01` next to it is frozen by INC-1: take care" in told
    assert "is under way" in await stage.command(ALEX, "/change start CHG-1")


async def test_a_mistake_takes_two_people_too(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3, web-4")
    told = await stage.command(MINJI, "/freeze mistake web-4 web-3을 적으려다 같이 적음", channel)
    assert "`web-4` 동결이 잘못되었다고 보고했습니다(INC-1)" in told
    assert "잘못 동결되었다고 보고했습니다" in shown(stage.card(channel))
    assert await stage.command(ALEX, "/freeze verify web-4") == ""
    assert "released as a mistake, not as fixed" in shown(stage.person(ALEX).views()[-1])
    assert await stage.submit(ALEX) == {} and await frozen(stage) == ["web-3"]
    assert "alex 님이 `web-4`가 잘못 동결된 것을 확인했습니다" in "\n".join(stage.said(channel))
    await stage.command(DOYUN, "/freeze 실수 web-3")
    assert await stage.submit(DOYUN, {"evidence": "계속 정상이었음"}) == {}
    assert "잘못 동결되었다고 보고했습니다" in await stage.command(SEOYEON, "/freeze list")


async def test_work_after_a_claim_voids_it(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.command(MINJI, f"/incident role commander <@{MINJI}>", channel)
    await stage.command(MINJI, "/freeze fixed web-3 되돌림", channel)
    await stage.command(DOYUN, "/change request 한 번 더 되돌리기 서버 web-3")
    assert await stage.submit(DOYUN, {"fix_for": "1"}) == {}
    asked = [m for m in stage.person(MINJI).messages(channel) if "fix.approve" in buttons(m)][-1]
    await stage.click(MINJI, asked, "fix.approve", "1:1")
    await stage.command(DOYUN, "/change start CHG-1")
    assert "다시 작업이 있었습니다. 조치를 새로 보고해야 합니다" in "\n".join(stage.said(channel))
    assert "조치가 아직 보고되지 않았습니다" in await stage.command(SEOYEON, "/freeze verify web-3")
    assert "조치를 보고했습니다" not in shown(stage.card(channel)), "the card follows"


async def test_suspects_are_offered_with_a_button_each(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await queue(stage, JobKind.OFFER_SUSPECTS, incident_id=1, servers=["web-4", "lb-01"], why="named")
    offered = [m for m in stage.person(DOYUN).messages(channel) if "freeze.add" in buttons(m)][-1]
    assert "대화에 나온 서버인데 아직 동결되지 않았습니다" in shown(offered)
    assert "동결된 서버: `web-4`" in await stage.click(DOYUN, offered, "freeze.add", "1:web-4")
    assert await frozen(stage) == ["web-3", "web-4"]
    english = await stage.declare(ALEX, "sev2 slow pages on lb-02")
    await queue(stage, JobKind.OFFER_SUSPECTS, incident_id=2, servers=["lb-01"], why="changed", changes=["CHG-7"])
    assert "Changed shortly before this began (CHG-7) and not frozen" in stage.said(english, ALEX)[-1]


async def test_a_freeze_that_stays_is_spoken_of_and_later_escalated(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3, web-4")
    await stage.command(MINJI, "/freeze fixed web-3 되돌림", channel)
    stage.clock.forward(minutes=40)
    await queue(stage, JobKind.NAG, incident_id=1, stage=1)
    told = [m for m in stage.person(DOYUN).messages(channel) if "아직 동결된 서버 2대" in shown(m)][-1]
    assert "`web-4`: 40분" in shown(told) and "검증할 사람이 필요합니다" in shown(told)
    assert {"freeze.verify", "freeze.fixed"} <= buttons(told)
    before = len(stage.direct(HANA))
    stage.clock.forward(hours=2)
    await queue(stage, JobKind.NAG, incident_id=1, stage=2)
    assert len(stage.direct(HANA)) == before + 1 and "2시간 40분" in shown(stage.direct(HANA)[-1])


async def test_lost_work_is_asked_of_its_requester(stage: Stage) -> None:
    await request(stage, ALEX, "new nginx on web-3")
    await stage.command(ALEX, "/change start CHG-1")
    stage.clock.forward(hours=13)
    await lose_late_runs(stage.product.desk.outside)
    stage.product.worker.wake()
    await stage.settled()
    told = stage.direct(ALEX)[-1]
    assert "Nobody knows how your *CHG-1* new nginx ended" in told["text"] and "change.finish" in buttons(told)
    assert "nobody knows how it ended" in await stage.command(ALEX, "/change list")
    assert "롤백" in await stage.command(DOYUN, "/change finish CHG-1 롤백")


async def test_alarms_go_to_the_common_channel(stage: Stage) -> None:
    await queue(stage, JobKind.TELL_ALARM, key="timeline.quarantine_ended", params={})
    assert "전체 중지를 해제했습니다" in stage.said(stage.incidents)[-1]


async def test_shadow_mode_counts_the_week(set_up_stage: SetUp) -> None:
    async with set_up_stage(shadow=True) as stage:
        assert "거절했을 작업이 없습니다" in await stage.command(MINJI, "/freeze shadow")
        await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
        await request(stage, ALEX, "new nginx on web-3")
        await stage.command(ALEX, "/change start CHG-1")
        ask = Ask(caller="ci", key="1", servers=["web-3"], purpose="relay")
        await ask_permit(stage.product.desk.outside, ask)
        wanted = "would have refused 2 changes on 1 servers: `web-3`"
        assert wanted in await stage.command(ALEX, "/freeze shadow")
        assert wanted in shown(await stage.home(ALEX))


async def test_major_work_tested_unlike_production_needs_two_and_shows_the_past(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 지난 결제 오류 서버 lb-01")
    await stage.command(MINJI, "/freeze fixed lb-01 되돌림", channel)
    await stage.command(ALEX, "/freeze verify lb-01")
    assert await stage.submit(ALEX) == {}
    form = {"kind": "major", "tested": "https://ci.example/1", "differences": "트래픽이 적음"}
    told = await request(stage, MINJI, "판올림 서버 lb-01", **form)
    assert "요청자가 아닌 두 사람이 각각 승인해야" in told
    home = await stage.home(ALEX)
    assert "The past of these servers" in shown(home) and "INC-1 “지난 결제 오류” is not resolved" in shown(home)
    await stage.click(ALEX, home, "change.approve", "1")
    assert "your approval is kept" in shown(stage.direct(ALEX)[-1])
    assert "You approved this already" in await stage.command(ALEX, "/change approve CHG-1")
    assert "승인자가 한 명 더 필요합니다: `/change approve CHG-1`" in await stage.command(MINJI, "/change start CHG-1")
    listed = await stage.command(DOYUN, "/change list")
    assert f"<@{ALEX}> 님이 승인했습니다. 테스트 환경이 운영 환경과 달라" in listed and "아직 해결되지 않음" in listed
    assert "승인됨" in await stage.command(DOYUN, "/change approve CHG-1")
    assert "진행 중" in await stage.command(MINJI, "/change start CHG-1")


async def test_an_overdue_follow_up_is_shown_to_the_approver(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 lb-01")
    late = FollowUp(FollowUpId(0), IncidentId(1), "한도 알림 추가", SlackUserId(MINJI), date(2024, 5, 10))
    async with stage.product.database.write() as tx:
        await tx.drafts.add_follow_up(late)
    form = {"kind": "major", "tested": "https://ci.example/1", "differences": "없음", "fix_for": "1"}
    told = await request(stage, DOYUN, "판올림 서버 lb-01", **form)
    assert "장애 채널에서 승인하면 됩니다" in told
    listed = await stage.command(ALEX, "/change list")
    assert "Overdue since 2024-05-10: 한도 알림 추가 (INC-1)" in listed


async def test_a_change_is_withdrawn(stage: Stage) -> None:
    await request(stage, ALEX, "new nginx on web-3")
    assert "was withdrawn" in await stage.command(ALEX, "/change withdraw CHG-1")
    assert "철회" in await stage.command(MINJI, "/change list")
    assert "‘철회됨’ 상태라서" in await stage.command(MINJI, "/change start CHG-1")
