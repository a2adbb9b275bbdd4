"""Briefs: what somebody who joins late is told, and what a person may send on; all of it cited, none of it sent."""

import re
import time

import pytest

from bot.domain.errors import NotTheManager
from bot.domain.ids import DraftId, SlackUserId
from bot.sandbox.model import Json
from bot.use_cases.draft import draft_to_decide, edit_draft
from tests.journeys.stage import ALEX, DOYUN, HANA, MINJI, Stage, shown
from tests.journeys.test_drafts import LINK, TALK


async def going_on(stage: Stage) -> str:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    for who, words in TALK:
        stage.clock.forward(minutes=1)
        await stage.person(who).say(channel, words)
    await stage.settled()
    await stage.command(DOYUN, "/incident status 완화", channel)
    return channel


def rows_of(text: str) -> list[str]:
    return [row for row in text.splitlines() if row.startswith("• ")]


async def test_who_joins_late_is_told_alone(everywhere: Stage) -> None:
    stage = everywhere
    channel = await going_on(stage)
    before = stage.said(channel)
    began = time.monotonic()
    told = await stage.command(HANA, "/incident catchup", channel)
    assert time.monotonic() - began < 25, "nobody waits for the channel to be read again"
    assert "INC-1 지금까지" in told and "web-3" in told and "영향 해소" in told
    assert "원인은 14:48 배포의 커넥션 풀 설정입니다" in told and "부하 테스트를 하겠습니다" in told
    assert rows_of(told) and all(LINK.search(row) for row in rows_of(told)), "each sentence has its source"
    assert stage.said(channel) == before and not stage.direct(HANA)
    assert "How it stands" in await stage.command(ALEX, "/incident catch-up", channel), "in each reader's language"


def brief_to(stage: Stage, who: str, name: str) -> Json:
    (found,) = [m for m in stage.direct(who) if name in shown(m)]
    return found


async def test_a_status_update_is_a_draft_for_who_asked(stage: Stage) -> None:
    channel = await going_on(stage)
    before = stage.said(channel)
    await stage.command(MINJI, "/incident draft status_update", channel)
    text = shown(brief_to(stage, MINJI, "진행 상황 초안"))
    assert "영향 해소" in text and "커넥션 풀" in text and "직접 보내 주세요" in text
    assert all(LINK.search(row) for row in rows_of(text))
    assert stage.said(channel) == before, "nobody but who asked has it"


async def test_a_user_notice_says_since_when_and_how_it_stands(stage: Stage) -> None:
    channel = await going_on(stage)
    await stage.command(MINJI, "/incident draft 공지", channel)
    text = shown(brief_to(stage, MINJI, "사용자 공지 초안"))
    assert re.search(
        r"5월 20일 오후 [\d:]+부터 오후 [\d:]+\(KST\)까지 일부 사용자에게 ‘결제 오류’ 현상이 발생했습니다", text
    )
    assert "현재는 정상적으로 이용하실 수 있으며" in text
    assert "커넥션 풀" not in text, "causes are for the postmortem"
    assert all(LINK.search(row) for row in rows_of(text))
    assert "```" in text and not LINK.search(text.partition("```")[2]), "what is copied has no links of ours"


async def test_whoever_asked_for_a_notice_may_put_it_into_other_words(stage: Stage) -> None:
    channel = await going_on(stage)
    assert "다이렉트 메시지로 보내 드립니다" in await stage.command(MINJI, "/incident draft 공지", channel)
    await stage.click(MINJI, brief_to(stage, MINJI, "사용자 공지 초안"), "draft.edit")
    _, *others = stage.person(MINJI).views()[-1]["blocks"][1]["element"]["initial_value"].splitlines()
    typed = ["결제를 하지 못하셨던 고객께 사과드립니다.", *[re.sub(r"( \[\d+\])+$", "", one) for one in others]]
    assert await stage.submit(MINJI, {"section.0": "\n".join(typed)}) == {}
    edited = shown([m for m in stage.direct(MINJI) if "버전 2" in shown(m)][-1])
    assert "\n".join(typed) in edited.partition("```")[2], "as it was typed, to be copied"
    assert f"• {typed[0]} _직접 작성_" in edited and "‘결제 오류’" not in edited
    assert all(LINK.search(row) for row in rows_of(edited) if "직접 작성" not in row), "what stayed keeps its sources"


async def test_nobody_but_who_asked_and_the_managers_edit_a_brief(stage: Stage) -> None:
    channel = await going_on(stage)
    await stage.command(MINJI, "/incident draft 공지", channel)
    outside, draft_id = stage.product.desk.outside, DraftId(1)
    await stage.home(ALEX)
    with pytest.raises(NotTheManager):
        await edit_draft(outside, by=SlackUserId(ALEX), draft_id=draft_id, sections=())
    with pytest.raises(NotTheManager):
        await draft_to_decide(outside, by=SlackUserId(ALEX), draft_id=draft_id)
    assert (await draft_to_decide(outside, by=SlackUserId(MINJI), draft_id=draft_id)).id == draft_id
