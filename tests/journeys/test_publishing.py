"""An approved draft is published once: a canvas and a file, or what the workspace allows, whatever Slack does."""

import asyncio
from typing import Any

import pytest

from bot.sandbox.faults import ErrorAfter, Fault, HalfAnswer, ServerError, SlackError, Swallowed
from bot.sandbox.model import File, Json
from tests.journeys.stage import HANA, MINJI, Stage, shown
from tests.journeys.test_drafts import draft_of, resolved


def canvases(stage: Stage) -> list[File]:
    return [one for one in stage.server.workspace.files.values() if one.is_canvas]


def published(stage: Stage, channel: str) -> list[Json]:
    return [m for m in stage.person(MINJI).messages(channel) if "게시했습니다" in shown(m)]


def shared(stage: Stage, channel: str, message: Json) -> list[Json]:
    messages = stage.server.workspace.channels[channel].messages.values()
    return [m for m in messages if m.get("files") and m.get("thread_ts") == message["ts"]]


async def approve(stage: Stage) -> str:
    channel = await resolved(stage)
    await stage.click(HANA, draft_of(stage, HANA), "draft.approve")
    await stage.settled()
    return channel


async def test_a_canvas_in_the_channel_and_the_file(everywhere: Stage) -> None:
    stage = everywhere
    channel = await approve(stage)
    (canvas,) = canvases(stage)
    text = canvas.content.decode()
    assert canvas.title == "장애 보고서 · INC-1 · 버전 1" and canvas.channels == [channel]
    assert "커넥션 풀 설정입니다" in text and "](http" in text and "<!channel>" not in text
    (message,) = published(stage, channel)
    assert "hana 님이 승인한" in shown(message), "nobody's phone rings"
    assert f"/docs/{stage.server.workspace.team_id}/{canvas.id}|" in shown(message)
    ((file,),) = [m["files"] for m in shared(stage, channel, message)]
    assert file["name"] == "INC-1-postmortem-1.md"
    assert stage.server.workspace.files[file["id"]].content.decode().startswith("# 장애 보고서 ·")


@pytest.mark.parametrize("code", ["missing_scope", "canvas_disabled_user_team", "restricted_action"])
async def test_without_canvases_the_message_holds_it(stage: Stage, code: str) -> None:
    stage.expected.add(f"canvases.create: {SlackError.__name__}")
    stage.server.faults.on("canvases.create", SlackError(code))
    channel = await approve(stage)
    (message,) = published(stage, channel)
    assert not canvases(stage) and "커넥션 풀 설정입니다" in shown(message)
    assert "캔버스를 만들 수 없습니다" in shown(message) and len(shared(stage, channel, message)) == 1


async def test_without_files_it_is_said(stage: Stage) -> None:
    stage.expected.add(f"files.getUploadURLExternal: {SlackError.__name__}")
    stage.server.faults.on("files.getUploadURLExternal", SlackError("missing_scope"))
    channel = await approve(stage)
    (message,) = published(stage, channel)
    assert "파일을 올릴 권한이 없습니다" in shown(message) and not shared(stage, channel, message)


METHODS = ("canvases.create", "files.getUploadURLExternal", "files.completeUploadExternal")


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("fault", [Swallowed(), ErrorAfter(500), HalfAnswer(), ServerError(500)])
async def test_once_whatever_becomes_of_a_call(stage: Stage, method: str, fault: Fault) -> None:
    stage.expected.add(f"{method}: {type(fault).__name__}")
    stage.server.faults.on(method, fault)
    channel = await approve(stage)
    await stage.settled()
    assert len(canvases(stage)) == 1
    (message,) = published(stage, channel)
    assert len(shared(stage, channel, message)) == 1


async def test_an_approval_pressed_twice_publishes_once(stage: Stage) -> None:
    channel = await resolved(stage)
    draft: Any = draft_of(stage, HANA)
    await asyncio.gather(*(stage.click(HANA, draft, "draft.approve") for _ in range(2)))
    await stage.settled()
    assert len(canvases(stage)) == len(published(stage, channel)) == 1
