"""The gate in a process of its own, and beside it a bare handler that does one indexed read on the same database.

Run as `python -m tests.bench.gate_server URL`; prints its port once it listens.
"""

import asyncio
import sys
from typing import Any

import aiosqlite
import asyncpg  # type: ignore[import-untyped]
from aiohttp import web

from bot.adapters.system_clock import SystemClock
from bot.ports.outside import Outside, Policy
from handlers.http.entrance import Entrance, Rates
from handlers.http.gate import add_gate
from storage.database import Database
from tests.acts import ANN, stop_the_line


async def bare_read(url: str) -> Any:
    """The fastest handler one could write by hand: token and server's row, by one indexed read, as JSON."""
    if url.startswith("sqlite"):
        connection = await aiosqlite.connect(url.removeprefix("sqlite:///"))

        async def read(name: str) -> Any:
            async with connection.execute("SELECT epoch FROM server WHERE name = ?", (name,)) as rows:
                return await rows.fetchone()
    else:
        pool = await asyncpg.create_pool(url, min_size=8, max_size=8)

        async def read(name: str) -> Any:
            return await pool.fetchrow("SELECT epoch FROM server WHERE name = $1", name)

    async def handle(request: web.Request) -> web.Response:
        row = await read(request.match_info["name"])
        return web.json_response({"epoch": row[0]})

    return handle


async def main(url: str) -> None:
    """Serves until it is killed. `POST /freeze/{name}` declares an incident, as Slack would, beside the gate."""
    outside = Outside(Database(url), SystemClock(), Policy())
    app = web.Application()
    add_gate(app, Entrance(outside, rates=Rates(1e9)))
    app.router.add_get("/bare/{name}", await bare_read(url))

    async def freeze(request: web.Request) -> web.Response:
        await stop_the_line(outside, request.match_info["name"], by=ANN, request_key=request.match_info["name"])
        return web.json_response({})

    app.router.add_post("/freeze/{name}", freeze)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print(runner.addresses[0][1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
