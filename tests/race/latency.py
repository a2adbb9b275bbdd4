"""How long a freeze takes from the slash command to the commit while 24 clients ask for permits, Slack is down and the
model hangs: the bot in a process of its own, as an operator runs it. Slack goes once the bot knows who it is.
"""

import asyncio
import hashlib
import hmac
import os
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp

from bot.adapters.system_clock import SystemClock
from bot.domain.ids import SlackUserId
from bot.domain.person import Person
from bot.ports.outside import Outside, Policy
from bot.sandbox import SandboxServer
from bot.use_cases.token import make_token
from storage.database import Database
from tests.acts import add_server
from tests.bench.__main__ import percentile, row
from tests.bench.bot_process import BOT_TOKEN, PEOPLE, workspace
from tests.databases import Postgres
from tests.ports import free_port
from tests.race.pairs import fresh

CLIENTS = 24
FREEZES = 100
SERVERS = 200
SECRET = "latency"


@asynccontextmanager
async def hanging_model() -> AsyncIterator[str]:
    """Takes every request and answers none."""
    open_ones: list[asyncio.StreamWriter] = []

    async def take(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_ones.append(writer)
        await asyncio.sleep(3600)

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    finally:
        server.close()


@asynccontextmanager
async def bot(url: str, model: str, slack: str) -> AsyncIterator[aiohttp.ClientSession]:
    """The bot's process, and a session that speaks to it."""
    port = free_port()
    ours = {
        "SLACK_BOT_TOKEN": BOT_TOKEN,
        "SLACK_SIGNING_SECRET": SECRET,
        "STOPLINE_SLACK_API_URL": f"{slack}/api/",
        "STOPLINE_DATABASE_URL": url,
        "STOPLINE_HTTP_PORT": str(port),
        "STOPLINE_LLM_BASE_URL": model,
        "STOPLINE_LLM_MODEL": "hangs",
        "OPENAI_API_KEY": "none",
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("STOPLINE_", "SLACK_"))}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "serve"), env=kept | ours, stderr=asyncio.subprocess.DEVNULL
    )
    connector = aiohttp.TCPConnector(limit=0)
    try:
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}", connector=connector) as session:
            await _listening(session)
            yield session
    finally:
        process.terminate()
        await process.wait()


async def _listening(session: aiohttp.ClientSession) -> None:
    async with asyncio.timeout(30):
        while True:
            try:
                async with session.get("/healthz"):
                    return
            except aiohttp.ClientConnectionError:
                await asyncio.sleep(0.05)


async def freeze(session: aiohttp.ClientSession, n: int) -> float:
    """`/incident declare` from Slack; the seconds until the hold is in the database, for everybody to see."""
    name = f"srv-{n % SERVERS}"
    words = {"command": "/incident", "text": f"declare sev1 outage {n} on {name}", "user_id": PEOPLE[0]}
    more = {"team_id": "T1", "trigger_id": f"t{n}", "channel_id": "C1", "response_url": "http://127.0.0.1:9/r"}
    raw = urlencode({**words, **more}).encode()
    stamp = str(int(time.time()))  # noqa: TID251
    digest = hmac.new(SECRET.encode(), b"v0:" + stamp.encode() + b":" + raw, hashlib.sha256).hexdigest()
    heads = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
    }
    began = time.perf_counter()
    async with session.post("/slack/events", data=raw, headers=heads) as answer:
        assert answer.status == 200, await answer.text()
    async with asyncio.timeout(20):
        while await _epoch(session, name) < 1:
            await asyncio.sleep(0.01)
    return time.perf_counter() - began


async def _epoch(session: aiohttp.ClientSession, name: str) -> int:
    """As the gate tells everybody: it has grown once the freeze is committed."""
    async with session.get(f"/v1/servers/{name}", headers={"Authorization": "Bearer secret-watch"}) as answer:
        return int((await answer.json()).get("epoch", -1)) if answer.status == 200 else -1


async def hammer(session: aiohttp.ClientSession, number: int, said: Counter[int], stop: asyncio.Event) -> None:
    """One client: asks again as soon as it is answered; too busy is an answer as well."""
    heads, n = {"Authorization": f"Bearer secret-{number}"}, 0
    while not stop.is_set():
        n += 1
        body = {"servers": [f"srv-{(number * 7 + n) % SERVERS}"], "purpose": "latency", "key": f"{number}-{n}"}
        async with session.post("/v1/permits", json=body, headers=heads) as answer:
            await answer.read()
            said[answer.status] += 1
        await asyncio.sleep(0.05 if answer.status in (429, 503) else 0)


async def measure(kind: str, url: str) -> float:
    """The freeze's p99 in seconds on one database."""
    store = Database(url)
    outside = Outside(store, SystemClock(), Policy())
    await add_server(outside, *(f"srv-{n}" for n in range(SERVERS)))
    async with store.write() as tx:
        await tx.people.save(Person(SlackUserId(PEOPLE[0]), "ann", "en-US", "UTC"))
    await make_token(outside, name="watch", secret="secret-watch")
    for n in range(CLIENTS):
        await make_token(outside, name=f"client-{n}", secret=f"secret-{n}")
    took: list[float] = []
    said: Counter[int] = Counter()
    stop = asyncio.Event()
    slack = SandboxServer(workspace())
    await slack.start(host="127.0.0.1", port=0)
    async with hanging_model() as model, bot(url, model, slack.url) as session, asyncio.TaskGroup() as clients:
        await freeze(session, SERVERS - 1)
        await slack.stop()
        for n in range(CLIENTS):
            clients.create_task(hammer(session, n, said, stop))
        try:
            for n in range(FREEZES):
                took.append(await freeze(session, n))
        finally:
            stop.set()
    await store.close()
    row(f"{kind}: freeze from Slack to the commit, {CLIENTS} clients, Slack down, p50", percentile(took, 0.5), "s", "")
    row("  p99", percentile(took, 0.99), "s", "<= 1")
    row("  slowest", max(took), "s", "")
    row("  answers of the gate meanwhile", said.total(), "", " ".join(f"{s}:{n}" for s, n in sorted(said.items())))
    return percentile(took, 0.99)


async def latency(server: Postgres | None) -> bool:
    """Whether the p99 is below a second: on PostgreSQL where there is a server, on SQLite otherwise."""
    kind = "SQLite" if server is None else "PostgreSQL"
    async with fresh("sqlite", server) as url:
        return await measure(kind, url) <= 1
