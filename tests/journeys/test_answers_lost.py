"""An act is done once, whether or not its answer gets through, and a form opens in time or says that it did not."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.adapters.slack_chat import SlackChat
from bot.domain.audit import Act
from bot.ports.chat import ChatTransient
from bot.sandbox.faults import SlackError
from handlers.desk import answer
from tests.journeys.stage import ALEX, DOYUN, MINJI, Stage

ONCE = (
    (Act.NOTE_ADDED, "/incident note 배포 직후부터입니다"),
    (Act.FIX_CLAIMED, "/freeze fixed web-3 4.2.1로 되돌림"),
    (Act.ROLE_ASSIGNED, "/incident role commander"),
    (Act.STATUS_CHANGED, "/incident status identified"),
    (Act.TIME_CORRECTED, "/incident time started 14:40"),
)


@pytest.fixture
def no_answer_arrives(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    tried: list[str] = []

    async def lost(self: SlackChat, url: str, **sent: Any) -> None:
        tried.append(url)
        raise ChatTransient("gone", maybe_done=True)

    monkeypatch.setattr(SlackChat, "respond", lost)
    yield tried


async def acts(stage: Stage, act: Act) -> int:
    async with stage.product.database.read() as tx:
        return len(await tx.audit.rows(acts=(act,)))


@pytest.mark.parametrize(("act", "line"), ONCE)
async def test_an_act_whose_answer_is_lost_is_done_once(
    stage: Stage, no_answer_arrives: list[str], act: Act, line: str
) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    await stage.command(MINJI, line, channel)
    assert no_answer_arrives, "an answer was tried"
    assert await acts(stage, act) == 1


async def test_a_refusal_whose_answer_is_lost_is_not_tried_again(stage: Stage, no_answer_arrives: list[str]) -> None:
    await stage.command(MINJI, "/incident status qqq")
    assert len(no_answer_arrives) == 1


@pytest.mark.parametrize(("act", "line"), ONCE)
async def test_a_delivery_handled_twice_acts_once_and_answers_alike(stage: Stage, act: Act, line: str) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    command, _, text = line.partition(" ")
    heard: list[dict[str, Any]] = []
    app, dispatch = stage.product.slack, stage.product.slack.dispatch

    async def twice(body: Any) -> None:
        heard.append(dict(body))
        await dispatch(body)

    app.dispatch = twice  # type: ignore[method-assign]
    first = await stage.command(MINJI, line, channel)
    said = len(stage.person(MINJI).ephemerals(channel))
    await dispatch(next(body for body in heard if body.get("command") == command and body["text"] == text))
    await stage.settled()
    again = stage.person(MINJI).ephemerals(channel)[said:]
    assert [message["text"] for message in again] == [first]
    assert await acts(stage, act) == 1


async def test_a_form_submitted_twice_makes_one_note(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 결제 오류")
    await stage.command(MINJI, "/incident note", channel)
    view = stage.person(MINJI).views()[-1]
    state = {"values": {"note": {"input": {"type": "plain_text_input", "value": "배포 직후부터입니다"}}}}
    body = {
        "type": "view_submission",
        "user": {"id": MINJI},
        "team": {"id": "T1"},
        "trigger_id": "1.1",
        "view": {**view, "state": state},
    }
    for _ in range(2):
        await stage.product.slack.dispatch(body)
    await stage.settled()
    assert await acts(stage, Act.NOTE_ADDED) == 1


async def test_a_form_that_comes_too_late_is_one_sentence_and_one_try(stage: Stage) -> None:
    stage.expected |= {"views.open"}
    channel = await stage.declare(DOYUN, "sev2 결제 오류")
    stage.server.faults.on("views.open", SlackError("expired_trigger_id"), times=None)
    told = await stage.command(ALEX, "/incident note", channel)
    assert told == "The form could not be opened in time. Send the command again: `/incident note`"
    assert len(stage.calls("views.open")) == 1


async def test_a_form_is_tried_once_more_when_slack_hesitates(stage: Stage) -> None:
    stage.expected |= {"views.open"}
    stage.server.faults.on("views.open", SlackError("internal_error"))
    assert await stage.command(MINJI, "/incident") == ""
    assert len(stage.calls("views.open")) == 2 and stage.person(MINJI).views()
    stage.server.faults.on("views.open", SlackError("internal_error"), times=None)
    assert "양식을 제때 열지 못했습니다" in await stage.command(MINJI, "/change request")
    assert len(stage.calls("views.open")) == 4


@pytest.mark.parametrize(("maybe_done", "tries"), [(False, 2), (True, 1)], ids=["it never went out", "it may be there"])
async def test_an_answer_is_tried_once_more_where_it_cannot_be_there(maybe_done: bool, tries: int) -> None:
    said: list[str] = []

    async def respond(*, text: str, **_: Any) -> None:
        said.append(text)
        if len(said) == 1:
            raise ChatTransient("gone", maybe_done=maybe_done)

    await answer(respond, text="Frozen.")
    assert said == ["Frozen."] * tries
