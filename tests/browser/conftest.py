"""A headless browser for the whole run, and for each test a workspace with its bot and pages of people."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.browser.haneul_stage import Stage

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENT_MS = 30_000
"""How soon a page shows something is no promise."""
expect.set_options(timeout=PATIENT_MS)
OpenPage = Callable[..., Awaitable[Page]]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        reason = "these tests drive Chromium, and no `chromium` is on the PATH (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await stage.open()
    yield stage
    await stage.close()


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, stage: Stage) -> AsyncIterator[OpenPage]:
    """open_page(person, where): a page of its own for this person; errors in it fail the test."""
    contexts, troubles = [], []

    async def open_page(person: str, where: str = "", **look: object) -> Page:
        context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **look})
        context.set_default_timeout(PATIENT_MS)
        contexts.append(context)
        page = await context.new_page()
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("console", lambda line: troubles.append(line.text) if line.type == "error" else None)
        await page.goto(f"{stage.server.url}/?as={person}{where}")
        await page.wait_for_selector(".composer-text, .home-body, .foot-note")
        return page

    yield open_page
    for context in contexts:
        await context.close()
    assert not troubles
