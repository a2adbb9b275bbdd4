"""What other apps say in an incident's channel: alerts are part of its log, and nobody's word."""

from datetime import UTC
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import IncidentId
from bot.use_cases.transcript import read_transcript
from tests.journeys.stage import DOYUN, MINJI, SEOYEON, Stage, a_place

ALERT = {
    "fallback": "lb-01 latency",
    "title": "[FIRING] p99 latency of lb-01",
    "text": "p99 is 4.2 s for 5 minutes",
    "fields": [{"title": "service", "value": "messaging"}, "not a field"],
}


IN_BLOCKS = [
    {"type": "header", "text": {"type": "plain_text", "text": "lb-01 is slow"}},
    {"type": "divider"},
    {
        "type": "section",
        "text": {"type": "mrkdwn", "text": "p99 is *4.2 s*"},
        "fields": [{"type": "mrkdwn", "text": "service: messaging"}],
    },
    {"type": "context", "elements": [{"type": "mrkdwn", "text": "seen by probe-3"}]},
]
TOLD = "lb-01 is slow\np99 is *4.2 s*\nservice: messaging\nseen by probe-3"
PAGE = {"title": "How we cook rice", "text": "Wash it first", "fallback": "Rice"}


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            {"attachments": [ALERT]},
            "[FIRING] p99 latency of lb-01\np99 is 4.2 s for 5 minutes\nservice: messaging",
        ),
        ({"blocks": IN_BLOCKS}, TOLD),
        ({"text": "This content can't be displayed.", "blocks": IN_BLOCKS}, TOLD),
        ({"attachments": [{"blocks": IN_BLOCKS, "fallback": "[no preview available]"}]}, TOLD),
        ({"text": "p99 of lb-01", "attachments": [{**PAGE, "from_url": "https://rice.example/a"}]}, "p99 of lb-01"),
        ({"text": "p99 of lb-01", "attachments": [{**PAGE, "original_url": "https://rice.example"}]}, "p99 of lb-01"),
    ],
    ids=[
        "attachment",
        "blocks",
        "blocks and no word for them",
        "blocks in an attachment",
        "a page",
        "a page of an app",
    ],
)
async def test_an_alert_is_a_line_of_the_log_by_the_name_of_its_app(
    stage: Stage, said: dict[str, Any], read: str
) -> None:
    channel = await stage.declare(MINJI, "sev2 messages are late")
    await post_as_app(stage, channel, **said)
    await stage.person(DOYUN).say(channel, "lb-01을 보고 있습니다")
    await stage.settled()
    async with stage.product.database.read() as tx:
        incident = await tx.incidents.get(IncidentId(1))
        assert incident
        lines = await read_transcript(tx, incident, zone=str(UTC))
    alerts = [line for line in lines if line.is_bot]
    assert [(line.speaker, line.text) for line in alerts] == [("watchtower", read)]
    assert not any("지휘자" in line.text and line.is_bot for line in lines), "what we said is in the entries"


async def post_as_app(stage: Stage, channel: str, **said: Any) -> None:
    workspace = stage.server.workspace
    tower = workspace.add_app(
        name="Watchtower", bot_token="xoxb-tower", app_token="xapp-t", signing_secret="t", events=set()
    )
    workspace.channels[channel].members[tower.bot_user] = None
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-tower", base_url=f"{stage.server.url}/api/", session=session)
        await client.chat_postMessage(channel=channel, **{"text": "", **said})


async def test_reactions_are_known_whether_slack_told_of_them_or_we_read_them(
    database_file: Path, servers_file: str
) -> None:
    async with a_place(f"sqlite:///{database_file}", servers_file=servers_file) as place:
        async with place.bot() as stage:
            channel = await stage.declare(MINJI, "sev2 messages are late")
            await stage.person(SEOYEON).join(channel)
            ts = (await stage.person(DOYUN).say(channel, "the pool list of lb-01 was empty"))["ts"]
            await stage.settled()
            for who, name in ((MINJI, "white_check_mark"), (SEOYEON, "eyes"), (MINJI, "pushpin"), (DOYUN, "+1")):
                await stage.person(who).react(channel, ts, name)
            await stage.settled()
            assert await reactions(stage) == ("pushpin", "eyes", "white_check_mark"), "his own word is his already"
            await stage.person(SEOYEON).react(channel, ts, "eyes", remove=True)
            await stage.settled()
            assert await reactions(stage) == ("pushpin", "white_check_mark")
        place.server.delivery.retry_delays = ()
        await place.server.person(SEOYEON).react(channel, ts, "white_check_mark")
        await place.server.person(MINJI).react(channel, ts, "white_check_mark", remove=True)
        await place.server.person(MINJI).react(channel, ts, "x")
        async with place.bot() as stage:
            assert await reactions(stage) == ("pushpin", "white_check_mark", "x")


async def reactions(stage: Stage) -> tuple[str, ...]:
    async with stage.product.database.read() as tx:
        incident = await tx.incidents.get(IncidentId(1))
        assert incident
        lines = await read_transcript(tx, incident, zone=str(UTC))
    return next(line.reactions for line in lines if "pool list" in line.text)
