"""The card's buttons and menus, the modals behind them, and the timeline fed by shortcut, reaction and edits."""

from datetime import UTC, datetime
from typing import Any

from bot.domain.audit import Act
from bot.domain.ids import IncidentId
from bot.use_cases.incident import find_incident
from bot.use_cases.timeline import read_timeline
from tests.journeys.stage import ALEX, DOYUN, GUEST, MINJI, Stage, shown
from tests.waiting import until


async def incident(stage: Stage) -> Any:
    return await find_incident(stage.product.desk.outside, incident_id=IncidentId(1))


async def entries(stage: Stage, kind: Act) -> list[Any]:
    every = await read_timeline(stage.product.desk.outside, incident_id=IncidentId(1))
    return [entry for entry in every if entry.kind is kind]


async def test_status_severity_and_command(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    await stage.click(MINJI, stage.card(channel), "incident.status", "1:identified")
    await stage.click(MINJI, stage.card(channel), "incident.severity", "1:sev1")
    await stage.click(DOYUN, stage.card(channel), "incident.command", "1")
    one = await incident(stage)
    assert (one.status, one.severity, one.commander) == ("identified", "sev1", DOYUN)
    card = shown(stage.card(channel))
    assert "*SEV1* · *원인 파악*" in card and f"장애 지휘자: <@{DOYUN}>" in card
    await stage.click(MINJI, stage.card(channel), "incident.status", "1:mitigated")
    assert "영향 해소" in "\n".join(stage.said(channel))


async def test_edits_that_the_next_one_outdates_are_not_made(stage: Stage) -> None:
    """While Slack is slow to make one, more become due: only the last of them is made."""
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    before = len(stage.calls("chat.update"))
    stage.server.faults.latencies["chat.update"] = 6.0
    for n in range(9):
        assert (await stage.person(MINJI).command(channel, "/incident", f"severity sev{1 + n % 4}")).acked
        await until(lambda: len(stage.calls("chat.update")) > before)
    stage.server.faults.latencies.clear()
    await stage.settled()
    assert 1 <= len(stage.calls("chat.update")) - before <= 4
    assert "SEV1" in shown(stage.card(channel))


async def test_modals(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    for action, values in (
        ("incident.note", {"note": "캐시를 비웠습니다"}),
        ("incident.time", {"name": "started_at", "time": "14:40", "reason": "그래프에서 확인"}),
        ("incident.servers", {"servers": "web-3, role:lb"}),
        ("incident.role", {"role": "scribe", "who": ALEX}),
    ):
        assert await stage.click(MINJI, stage.card(channel), action) == ""
        assert await stage.submit(MINJI, values) == {}, action
    one, said = await incident(stage), "\n".join(stage.said(channel))
    assert one.roles == {"scribe": ALEX} and ALEX in stage.opened()[0].members
    assert "캐시를 비웠습니다" in said and "그래프에서 확인" in said and "`web-3`, `lb-01`, `lb-02`" in said
    assert "오후 2:40" in shown(stage.card(channel))


async def test_errors_stand_under_their_fields(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.click(MINJI, stage.card(channel), "incident.time")
    for time, wanted in (
        ("내일 13:00", "아직 오지 않은 시각입니다"),
        ("3시", "오전이나 오후를 붙여"),
        ("언젠가", "시각으로 읽지 못했습니다"),
        ("13:00", "순서가 맞지 않습니다"),
    ):
        errors = await stage.submit(MINJI, {"name": "detected_at", "time": time})
        assert wanted in errors["time"], errors
    await stage.click(ALEX, stage.card(channel), "incident.servers")
    assert "cannot be a server's name" in (await stage.submit(ALEX, {"servers": "결제서버!"}))["servers"]
    assert "Name the servers" in (await stage.submit(ALEX, {"servers": " , "}))["servers"]


async def test_end_of_an_incident(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    await stage.click(MINJI, stage.card(channel), "incident.resolve")
    assert (await incident(stage)).status == "resolved"
    assert "장애 보고서가 아직 승인되지 않았습니다" in await stage.click(MINJI, stage.card(channel), "incident.close")
    await stage.click(ALEX, stage.card(channel), "incident.reopen")
    assert await stage.submit(ALEX, {"reason": "errors are back"}) == {}
    assert "errors are back" in "\n".join(stage.said(channel))
    await stage.click(MINJI, stage.card(channel), "incident.cancel")
    assert await stage.submit(MINJI, {"reason": "훈련이었음"}) == {}
    assert (await incident(stage)).status == "cancelled" and "훈련이었음" in "\n".join(stage.said(channel))


async def test_what_only_the_person_sees(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    assert "Timeline of INC-1" in await stage.click(ALEX, stage.card(channel), "incident.timeline")
    assert "being written" in await stage.click(ALEX, stage.card(channel), "incident.draft", "1:root_cause")
    await stage.command(ALEX, "/incident list")
    listed = stage.person(ALEX).ephemerals(stage.ops)[-1]
    assert "Declared by" in await stage.click(ALEX, listed, "incident.show")
    await stage.person(MINJI).invite(channel, GUEST)
    assert "cannot do this" in await stage.click(GUEST, stage.card(channel), "incident.resolve")


async def test_shortcut_and_pin_put_a_message_on_the_timeline_once(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    message = await stage.person(MINJI).say(channel, "배포 직후부터 오류가 납니다")
    reply = await stage.person(DOYUN).say(channel, "되돌리겠습니다", thread_ts=message["ts"])
    stage.clock.forward(minutes=5)
    before = len(stage.person(MINJI).ephemerals(channel))
    assert (await stage.person(MINJI).shortcut("timeline.pin", message)).acked
    await stage.settled()
    assert shown(stage.person(MINJI).ephemerals(channel)[before]) == ":pushpin: 경과에 추가했습니다."
    await stage.person(DOYUN).react(channel, message["ts"], "pushpin")
    await stage.person(DOYUN).react(channel, reply["ts"], "pushpin")
    await stage.settled()
    await stage.person(MINJI).shortcut("timeline.pin", message)
    await stage.settled()
    assert shown(stage.person(MINJI).ephemerals(channel)[-1]) == ":pushpin: 이미 경과에 있습니다."
    pinned = await entries(stage, Act.MESSAGE_PINNED)
    assert [entry.params["text"] for entry in pinned] == ["배포 직후부터 오류가 납니다", "되돌리겠습니다"]
    said_at = datetime.fromtimestamp(float(message["ts"]), UTC)
    assert abs((pinned[0].at - said_at).total_seconds()) < 0.001, "at its own time, not when it was pinned"


async def test_a_message_elsewhere_is_not_ours(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류")
    message = await stage.person(ALEX).say(stage.ops, "lunch?")
    await stage.person(ALEX).react(stage.ops, message["ts"], "pushpin")
    assert (await stage.person(ALEX).shortcut("timeline.pin", message)).acked
    await stage.settled()
    assert "This is not an incident's channel" in shown(stage.person(ALEX).ephemerals(stage.ops)[-1])
    assert not await entries(stage, Act.MESSAGE_PINNED)


async def test_edits_and_deletions_are_followed(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    minji = stage.person(MINJI)
    first = await minji.say(channel, "원인은 캐시입니다")
    second = await minji.say(channel, "아닙니다")
    await stage.settled()
    await minji.edit(channel, first["ts"], "원인은 배포입니다")
    await minji.delete(channel, second["ts"])
    await stage.settled()
    async with stage.product.database.read() as tx:
        kept = {m.ts: m for m in await tx.messages.of_channel(channel) if not m.is_bot}
    assert kept[first["ts"]].text == "원인은 배포입니다" and kept[first["ts"]].version
    assert kept[second["ts"]].deleted
