"""Slack's answers as our words: who is a member, what may pass and what never will."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.slack_chat import SlackChat, make_client
from bot.domain.ids import SlackUserId
from bot.ports.chat import ChatPermanent, ChatTransient

OURS, THEIRS = "T0OURS", "T0THEIRS"
ANSWERS: dict[str, dict[str, Any]] = {
    "auth.test": {"ok": True, "team_id": OURS, "url": "https://ours.slack.com/", "user_id": "U0BOT", "bot_id": "B0BOT"},
    "bots.info": {"ok": True, "bot": {"app_id": "A0APP"}},
}


async def person(**user: Any) -> bool:
    """Whether Slack's answer on a user makes a member."""
    answers = ANSWERS | {"users.info": {"ok": True, "user": {"id": "U1", "name": "ann", "team_id": OURS, **user}}}
    return (await _asked(answers)).is_member


async def _asked(answers: dict[str, dict[str, Any]]) -> Any:
    async def answer(request: web.Request) -> web.Response:
        return web.json_response(answers[request.match_info["method"]])

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        chat = SlackChat(make_client("xoxb-1", str(server.make_url("/api/")), session))
        return await chat.person(SlackUserId("U1"))


async def test_people_of_this_workspace_are_members() -> None:
    assert await person()


@pytest.mark.parametrize("mark", ["is_restricted", "is_ultra_restricted", "is_stranger", "deleted"])
async def test_guests_strangers_and_those_who_left_are_none(mark: str) -> None:
    assert not await person(**{mark: True})


async def test_somebody_of_another_workspace_in_a_shared_channel_is_none() -> None:
    assert not await person(team_id=THEIRS, is_stranger=False)


async def test_a_member_of_the_same_organisation_is_one() -> None:
    assert await person(team_id=THEIRS, enterprise_user={"teams": [THEIRS, OURS]})


@pytest.mark.parametrize("code", ["invalid_auth", "token_revoked", "account_inactive", "internal_error"])
async def test_what_an_operator_or_time_may_mend_is_tried_again(code: str) -> None:
    with pytest.raises(ChatTransient):
        await _asked(ANSWERS | {"users.info": {"ok": False, "error": code}})


async def test_what_stays_wrong_is_not() -> None:
    with pytest.raises(ChatPermanent):
        await _asked(ANSWERS | {"users.info": {"ok": False, "error": "user_not_found"}})


@pytest.mark.parametrize(("said", "after"), [("30", 30.0), ("1.5", 1.5), ("²", None), ("soon", None), ("", None)])
async def test_how_long_slack_asks_us_to_wait(said: str, after: float | None) -> None:
    async def answer(request: web.Request) -> web.Response:
        headers = {"Retry-After": said} if said.isascii() else {"Retry-After": said.encode().decode("latin-1")}
        return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)

    app = web.Application()
    app.router.add_route("*", "/api/{method}", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        with pytest.raises(ChatTransient) as early:
            await SlackChat(make_client("xoxb-1", str(server.make_url("/api/")), session)).person(SlackUserId("U1"))
    assert early.value.after == after and not early.value.maybe_done
