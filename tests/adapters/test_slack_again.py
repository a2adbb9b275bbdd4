"""What may have been posted is looked for before it is posted again, however much was said meanwhile."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.adapters.slack_chat import TIMEOUT_SECONDS, SlackChat, make_client, make_session
from bot.manifest import BOT_SCOPES
from bot.ports.chat import ChatTransient
from bot.sandbox import App, SandboxServer, Workspace
from tests.waiting import until

MINJI = "U01MINJI"


@pytest.fixture
async def slack() -> AsyncIterator[SandboxServer]:
    workspace = Workspace(clock=lambda: datetime(2024, 5, 20, tzinfo=UTC), name="Haneul Talk", domain="haneul")
    workspace.add_app(name="Stopline", bot_token="xoxb-1", app_token="xapp-1", signing_secret="s").scopes = BOT_SCOPES
    workspace.add_person(MINJI, name="minji")
    server = SandboxServer(workspace)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def app(slack: SandboxServer) -> App:
    return next(iter(slack.workspace.apps.values()))


@pytest.fixture
async def chat(slack: SandboxServer) -> AsyncIterator[SlackChat]:
    async with make_session() as session:
        yield SlackChat(make_client("xoxb-1", f"{slack.url}/api/", session))


@pytest.mark.parametrize("later", [0, 199, 200, 450])
async def test_it_is_found_under_what_was_said_since(
    slack: SandboxServer, app: App, chat: SlackChat, later: int
) -> None:
    channel = slack.workspace.add_channel("incidents", members=[MINJI, app.bot_user]).id
    posted = await chat.post(channel, "INC-1", blocks=None, key="k", thread_ts=None, again=False)
    for number in range(later):
        await slack.person(MINJI).say(channel, f"{number}")
    assert await chat.post(channel, "INC-1", blocks=None, key="k", thread_ts=None, again=True) == posted
    ours = [one for one in slack.person(MINJI).messages(channel) if one.get("bot_id")]
    assert [one["ts"] for one in ours] == [posted]


async def test_a_private_channel_is_known_by_its_name(slack: SandboxServer, app: App, chat: SlackChat) -> None:
    slack.workspace.add_channel("quiet", members=[MINJI, app.bot_user], kind="private")
    posted = await chat.post("#quiet", "INC-1", blocks=None, key="k", thread_ts=None, again=False)
    assert await chat.post("#quiet", "INC-1", blocks=None, key="k", thread_ts=None, again=True) == posted


async def test_another_message_of_ours_is_not_taken_for_it(slack: SandboxServer, app: App, chat: SlackChat) -> None:
    channel = slack.workspace.add_channel("incidents", members=[MINJI, app.bot_user]).id
    first = await chat.post(channel, "INC-1", blocks=None, key="k", thread_ts=None, again=False)
    assert await chat.post(channel, "INC-2", blocks=None, key="l", thread_ts=None, again=True) != first


async def test_what_slack_does_after_we_gave_up_waiting_is_found_by_who_waits_as_long_as_told(
    slack: SandboxServer, app: App
) -> None:
    channel = slack.workspace.add_channel("incidents", members=[MINJI, app.bot_user]).id
    slack.faults.latencies["chat.postMessage"] = 2.0
    async with make_session(seconds=1.0) as session:
        chat = SlackChat(make_client("xoxb-1", f"{slack.url}/api/", session))
        with pytest.raises(ChatTransient) as late:
            await chat.post(channel, "INC-1", blocks=None, key="k", thread_ts=None, again=False)
        assert late.value.maybe_done and late.value.after == TIMEOUT_SECONDS
        await until(lambda: any(one.get("bot_id") for one in slack.person(MINJI).messages(channel)))
        posted = await chat.post(channel, "INC-1", blocks=None, key="k", thread_ts=None, again=True)
    ours = [one for one in slack.person(MINJI).messages(channel) if one.get("bot_id")]
    assert [one["ts"] for one in ours] == [posted]
