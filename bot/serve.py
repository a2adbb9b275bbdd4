"""`stopline serve`: the product runs until it is told to stop, and lets what runs end."""

import asyncio
import logging
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext, suppress

from bot.config import Settings
from bot.jobs.schedule import keep_doing
from bot.ports.chat import ChatPermanent, ChatSignedOut, ChatTransient
from bot.ports.clock import Clock
from bot.ports.storage import StoreUnavailable
from bot.use_cases.backfill import ask_all
from bot.wiring import Product, build, served_alone

log = logging.getLogger(__name__)

DRAIN_SECONDS = 2.0
"""So long requests that have begun may take at the end; Slack gives up after 3 s."""

END_SECONDS = 8.0
"""So long the whole end may take, whatever it waits for. What was acknowledged is in the database or the journal."""


@asynccontextmanager
async def running(settings: Settings, clock: Clock) -> AsyncIterator[Product]:
    """The product at work: worker, Slack's connection and the gate. Raises ServersFileWrong, OSError (port in use)."""
    product = await build(settings, clock)
    try:
        await product.check_history()
        await product.take_over_servers()
        await product.slack.catch_up()
        await ask_all(product.desk.outside, ended=True)
        async with asyncio.TaskGroup() as tasks:
            identifying = tasks.create_task(_identify(product))
            product.working = working = tasks.create_task(product.worker.run())
            chores = tasks.create_task(keep_doing(product.chores()))
            async with _http(product), _slack(product):
                yield product
            await product.worker.stop()
            identifying.cancel()
            chores.cancel()
            await working
    finally:
        await product.close()


async def _identify(product: Product) -> None:
    pause = 0.5
    while True:
        try:
            await product.identify()
        except (ChatSignedOut, ChatPermanent) as refused:
            log.error("Slack refuses our bot token: %s. Copy SLACK_BOT_TOKEN from the app's page.", refused)
        except ChatTransient as trouble:
            log.warning("Slack does not say who we are yet: %s", trouble)
        except StoreUnavailable as away:
            log.warning("who we are could not be noted yet: %s", type(away).__name__)
        else:
            return
        await asyncio.sleep(pause)
        pause = min(60.0, pause * 2)


@asynccontextmanager
async def _http(product: Product) -> AsyncIterator[None]:
    if product.settings.http_port is None:
        yield
        return
    from aiohttp import web

    runner = web.AppRunner(product.web_app(), access_log=None, shutdown_timeout=DRAIN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, product.settings.http_host, product.settings.http_port).start()
        yield
    finally:
        await runner.cleanup()


def _slack(product: Product) -> AbstractAsyncContextManager[None]:
    return product.sockets.listening() if product.sockets else nullcontext()


async def serve(settings: Settings, clock: Clock) -> None:
    """Runs until SIGTERM or SIGINT, alone on its SQLite file. Raises SettingsWrong, OSError."""
    with served_alone(settings.database_url):
        await _until_told(settings, clock)


async def _until_told(settings: Settings, clock: Clock) -> None:
    began = time.perf_counter()
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    ready: asyncio.Future[Product] = loop.create_future()
    working = asyncio.ensure_future(_work(settings, clock, stop, ready, began))
    waiting = asyncio.ensure_future(stop.wait())
    await asyncio.wait((working, waiting), return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if stop.is_set():
        loop.call_later(END_SECONDS, _let_go, ready)
        if not ready.done():
            working.cancel()
    with suppress(asyncio.CancelledError):
        await working


def _let_go(ready: asyncio.Future[Product]) -> None:
    """Ends the process at once: threads that a locked database holds are waited for by everything else."""
    log.warning("the end takes too long: what still runs is let go")
    if ready.done():
        ready.result().note_end()
    os._exit(0)


async def _work(
    settings: Settings, clock: Clock, stop: asyncio.Event, ready: asyncio.Future[Product], began: float
) -> None:
    async with running(settings, clock) as product:
        ready.set_result(product)
        log.info("ready", extra={"seconds": round(time.perf_counter() - began, 3)})
        await stop.wait()
        log.info("stopping")
