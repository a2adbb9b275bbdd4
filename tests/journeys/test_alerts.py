"""What other apps say in an incident's channel: alerts are part of its log, and nobody's word."""

from datetime import UTC
from pathlib import Path

import aiohttp
from slack_sdk.web.async_client import AsyncWebClient

from bot.domain.ids import IncidentId
from bot.use_cases.transcript import read_transcript
from tests.journeys.stage import DOYUN, MINJI, Stage, a_place

ALERT = {
    "fallback": "lb-01 latency",
    "title": "[FIRING] p99 latency of lb-01",
    "text": "p99 is 4.2 s for 5 minutes",
    "fields": [{"title": "service", "value": "messaging"}, "not a field"],
}


async def test_an_alert_is_a_line_of_the_log_by_the_name_of_its_app(stage: Stage) -> None:
    channel = await stage.declare(MINJI, "sev2 messages are late")
    workspace = stage.server.workspace
    tower = workspace.add_app(
        name="Watchtower", bot_token="xoxb-tower", app_token="xapp-t", signing_secret="t", events=set()
    )
    workspace.channels[channel].members[tower.bot_user] = None
    async with aiohttp.ClientSession() as session:
        client = AsyncWebClient("xoxb-tower", base_url=f"{stage.server.url}/api/", session=session)
        await client.chat_postMessage(channel=channel, text="", attachments=[ALERT])
    await stage.person(DOYUN).say(channel, "lb-01을 보고 있습니다")
    await stage.settled()
    async with stage.product.database.read() as tx:
        incident = await tx.incidents.get(IncidentId(1))
        assert incident
        lines = await read_transcript(tx, incident, zone=str(UTC))
    alerts = [line for line in lines if line.is_bot]
    assert [(line.speaker, line.text) for line in alerts] == [
        ("watchtower", "[FIRING] p99 latency of lb-01\np99 is 4.2 s for 5 minutes\nservice: messaging")
    ]
    assert not any("지휘자" in line.text and line.is_bot for line in lines), "what we said is in the entries"


async def test_reactions_are_known_whether_slack_told_of_them_or_we_read_them(
    database_file: Path, servers_file: str
) -> None:
    async with a_place(f"sqlite:///{database_file}", servers_file=servers_file) as place:
        async with place.bot() as stage:
            channel = await stage.declare(MINJI, "sev2 messages are late")
            ts = (await stage.person(DOYUN).say(channel, "the pool list of lb-01 was empty"))["ts"]
            await stage.settled()
            for who, name in ((MINJI, "white_check_mark"), (DOYUN, "eyes"), (MINJI, "pushpin")):
                await stage.person(who).react(channel, ts, name)
            await stage.settled()
            await stage.person(DOYUN).react(channel, ts, "eyes", remove=True)
            await stage.settled()
            assert await reactions(stage) == ("pushpin", "white_check_mark")
        place.server.delivery.retry_delays = ()
        await place.server.person(DOYUN).react(channel, ts, "white_check_mark")
        async with place.bot() as stage:
            assert await reactions(stage) == ("pushpin", "white_check_mark", "white_check_mark")


async def reactions(stage: Stage) -> tuple[str, ...]:
    async with stage.product.database.read() as tx:
        incident = await tx.incidents.get(IncidentId(1))
        assert incident
        lines = await read_transcript(tx, incident, zone=str(UTC))
    return next(line.reactions for line in lines if "pool list" in line.text)
