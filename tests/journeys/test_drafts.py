"""Drafts after the resolution: quoted with links that resolve, decided by the manager, and what closes an incident."""

import re
from typing import Any

import pytest

from bot.domain.draft import DraftState
from bot.domain.errors import NotTheManager
from bot.domain.ids import ChannelId, DraftId, IncidentId, MessageTs, SlackUserId
from bot.domain.message import Message
from bot.use_cases.draft import decide_draft
from bot.use_cases.follow_up import follow_ups_of
from bot.use_cases.incident import find_incident
from bot.use_cases.timeline import keep_messages
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, Stage, buttons, shown

TALK = (
    (MINJI, "14:50부터 결제 오류율이 80%까지 올랐습니다 @doyun 확인 부탁드려요"),
    (DOYUN, "원인은 14:48 배포의 커넥션 풀 설정입니다 <!channel> & 캐시"),
    (DOYUN, "4.2.1로 되돌렸더니 오류율이 0이 되었습니다"),
    (MINJI, "재발 방지: 배포 전에 부하 테스트를 하겠습니다"),
)
LINK = re.compile(r"<(http[^|>]+)\|\[\d+\]>")


async def resolved(stage: Stage) -> str:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    for who, words in TALK:
        stage.clock.forward(minutes=1)
        await stage.person(who).say(channel, words)
    await stage.settled()
    await stage.command(MINJI, "/incident status 완화", channel)
    assert "*해결*" in await stage.command(MINJI, "/incident resolve", channel)
    return channel


def draft_of(stage: Stage, who: str) -> Any:
    return next(m for m in reversed(stage.direct(who)) if "초안 ·" in shown(m) or "장애 보고서 ·" in shown(m))


async def test_after_the_resolution(everywhere: Stage) -> None:
    stage = everywhere
    channel = await resolved(stage)
    said = "\n".join(stage.said(channel))
    assert "근본 원인 초안 · INC-1" in said and "• 원인은 14:48 배포의 커넥션 풀 설정입니다" in said
    assert "후속 조치 초안 · INC-1" in said and "• minji: 재발 방지: 배포 전에 부하 테스트를 하겠습니다" in said
    postmortem = draft_of(stage, HANA)
    text = shown(postmortem)
    assert "장애 보고서 초안 · INC-1" in text and "영향 지속 4분" in text
    assert {"draft.approve", "draft.edit", "draft.send_back"} <= buttons(postmortem)
    assert "장애 보고서 초안 · INC-1" not in said and not stage.direct(ALEX), "the postmortem is the managers' first"
    assert "@doyun 확인 부탁드려요" in text and "&amp;amp;" not in text and "<!channel>" not in text
    stamps = {m["ts"].replace(".", "") for m in stage.person(MINJI).messages(channel)}
    links = LINK.findall(text)
    assert links and all(link.partition("/p")[2].partition("?")[0].split("/p")[-1] in stamps for link in links)
    sentences = [row for row in text.splitlines() if row.startswith("• ")]
    assert all(LINK.search(row) for row in sentences), "no sentence without its source"


async def test_only_the_manager_decides(stage: Stage) -> None:
    await resolved(stage)
    with pytest.raises(NotTheManager):
        await decide_draft(
            stage.product.desk.outside, by=SlackUserId(MINJI), draft_id=DraftId(3), state=DraftState.APPROVED
        )
    assert "처리할 일이 없습니다" in shown(await stage.home(MINJI))
    assert "장애 보고서 초안이 결정을 기다립니다" in shown(await stage.home(HANA))


async def test_edit(stage: Stage) -> None:
    await resolved(stage)
    await stage.click(HANA, draft_of(stage, HANA), "draft.edit")
    view = stage.person(HANA).views()[-1]
    first = next(b for b in view["blocks"] if b.get("block_id") == "section.0")["element"]["initial_value"]
    number = int(re.findall(r"\[(\d+)\]", first)[0])
    errors = await stage.submit(HANA, {"section.0": "출처 없는 문장"})
    assert "“출처 없는 문장” 문장에 출처가 없습니다" in errors["section.0"] and "링크 복사" in errors["section.0"]
    held = stage.person(HANA).views()[-1]["state"]["values"]["section.0"]["input"]["value"]
    assert held == "출처 없는 문장", "what was typed is still there"
    unknown = (await stage.submit(HANA, {"section.0": "없는 출처 [999]"}))["section.0"]
    assert "출처([999])는 이 장애의 기록에 없습니다" in unknown and "링크" in unknown
    assert await stage.submit(HANA, {"section.0": f"결제가 되지 않았습니다 <!here> [{number}]"}) == {}
    edited = shown(draft_of(stage, HANA))
    assert "버전 2" in edited and "결제가 되지 않았습니다 &lt;!here&gt;" in edited
    assert "버전 1에서 2로 바뀐 내용" in edited and "+ 결제가 되지 않았습니다 &lt;!here&gt;" in edited
    assert re.search(r"− ~.+~", edited)
    assert "모델 없이 채널에서 인용 · 문장" in edited and "님이 수정, 나머지는" in edited, "who edited it is said"
    assert re.search(r"결제가 되지 않았습니다 &lt;!here&gt; _직접 작성_", edited), "no source bears it out"


@pytest.mark.parametrize("later", [False, True], ids=["nothing since", "a line came in between since"])
async def test_an_edited_draft_may_cite_any_message_of_the_channel(stage: Stage, later: bool) -> None:
    channel = await resolved(stage)
    before = draft_of(stage, HANA)
    plain = await stage.person(DOYUN).say(channel, "점심은 김밥으로 하시죠")
    await stage.settled()
    if later:
        ts = MessageTs(f"{float(plain['ts']) - 600:.6f}")
        early = Message(ChannelId(channel), ts, "", SlackUserId(DOYUN), "일찍 쓴 말")
        await keep_messages(stage.product.desk.outside, [early])
    await stage.click(HANA, before, "draft.edit")
    link = f"https://haneul-talk.slack.com/archives/{channel}/p{plain['ts'].replace('.', '')}"
    assert await stage.submit(HANA, {"section.hindered": f"점심은 김밥으로 하시죠 {link}"}) == {}
    row = next(one for one in shown(draft_of(stage, HANA)).splitlines() if one.startswith("• 점심은"))
    assert link.partition(".com")[2] in row and "직접 작성" not in row, "its source bears it out"


async def test_send_back(stage: Stage) -> None:
    channel = await resolved(stage)
    message = draft_of(stage, HANA)
    await stage.click(HANA, message, "draft.send_back")
    assert await stage.submit(HANA, {"reason": "영향이 빠졌습니다"}) == {}
    assert "반려했습니다: 영향이 빠졌습니다" in "\n".join(stage.said(channel))
    assert "이미 반려됨 상태" in await stage.click(HANA, message, "draft.approve")
    assert "장애 보고서가 아직" in await stage.command(MINJI, "/incident close", channel)
    await stage.command(MINJI, "/incident draft", channel)
    assert "버전 2" in shown(draft_of(stage, HANA))


async def test_what_closes_an_incident(everywhere: Stage) -> None:
    stage = everywhere
    channel = await resolved(stage)
    papers = next(m for m in stage.person(MINJI).messages(channel) if "draft.follow_ups" in buttons(m))
    await stage.click(MINJI, papers, "draft.follow_ups")
    assert await stage.submit(MINJI, {"due.0": None}) == {}
    (kept,) = await follow_ups_of(stage.product.desk.outside, IncidentId(1))
    assert kept.text == "재발 방지: 배포 전에 부하 테스트를 하겠습니다" and kept.is_loose
    await stage.click(HANA, draft_of(stage, HANA), "draft.approve")
    assert "hana 님이 장애 보고서 초안 버전 1을 승인했습니다" in "\n".join(stage.said(channel))
    assert "님이 승인했습니다" in shown(draft_of(stage, HANA)) and not buttons(draft_of(stage, HANA))
    assert "후속 조치가 1건 있습니다" in await stage.command(MINJI, "/incident close", channel)
    await stage.click(MINJI, papers, "draft.follow_ups")
    assert await stage.submit(MINJI, {"owner.0": DOYUN, "due.0": "2024-06-03"}) == {}
    (kept,) = await follow_ups_of(stage.product.desk.outside, IncidentId(1))
    assert kept.owner == DOYUN and str(kept.due) == "2024-06-03"
    assert "*종료*" in await stage.command(MINJI, "/incident close", channel)
    assert (await find_incident(stage.product.desk.outside, incident_id=IncidentId(1))).status == "closed"


async def test_an_empty_channel_has_an_empty_draft(stage: Stage) -> None:
    channel = await stage.declare(ALEX, "sev4 quiet one")
    await stage.command(ALEX, "/incident draft root_cause", channel)
    assert "says nothing that could be quoted" in "\n".join(stage.said(channel))
