"""The page around the talk: who one is, light and dark, the keyboard, narrow windows, the story bar."""

import re

import pytest
from playwright.async_api import expect

from bot.sandbox.story import Story
from bot.sandbox.story_player import StoryPlayer
from tests.browser.haneul_stage import ALEX, MINJI, SORA, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


NIGHT = """
title = "A night"
[[step]]
at = 2024-05-13T14:01:00+09:00
who = "U01MINJI"
do = "say"
channel = "#ops"
text = "주문이 저장되지 않습니다"
[[step]]
at = 2024-05-13T14:02:00+09:00
who = "U02ALEX"
do = "say"
channel = "#ops"
text = "Looking"
[[step]]
at = 2024-05-13T14:03:00+09:00
who = "U01MINJI"
do = "home"
"""


async def test_one_can_become_somebody_else(stage: Stage, open_page):
    page = await open_page(MINJI, f"#{stage.general}")
    await expect(page.locator(".side-title h2").first).to_have_text("채널")
    await page.locator(".me").click()
    await page.get_by_role("menuitemradio", name="Alex Stone").click()
    await expect(page.locator(".side-title h2").first).to_have_text("Channels")
    assert f"as={ALEX}#{stage.general}" in page.url
    await page.fill(".middle .composer-text", "it is me")
    await page.press(".middle .composer-text", "Enter")
    await expect(page.locator(".message .author")).to_have_text("Alex Stone")


async def test_times_are_in_the_persons_zone_and_language(stage: Stage, open_page):
    await stage.server.person(SORA).say(stage.general, "안녕하세요")
    seoul, york = await open_page(MINJI, f"#{stage.general}"), await open_page(ALEX, f"#{stage.general}")
    await expect(seoul.locator(".message .time")).to_have_text("오후 1:44")
    await expect(york.locator(".message .time")).to_have_text(re.compile(r"12:44\sAM"))
    await expect(york.locator(".day")).to_have_text("Today")


async def test_dark_follows_the_system_and_the_choice_is_kept(stage: Stage, open_page):
    page = await open_page(ALEX, color_scheme="dark")
    html = page.locator("html")
    await expect(html).to_have_attribute("data-theme", "dark")
    await page.get_by_role("button", name="Switch to light").click()
    await expect(html).to_have_attribute("data-theme", "light")
    await page.reload()
    await expect(html).to_have_attribute("data-theme", "light")


async def test_all_of_it_works_with_the_keyboard_alone(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.general}")
    said = await stage.server.person(MINJI).say(stage.ops, "키보드로 답해 주세요")
    await page.keyboard.press("Control+k")
    await page.keyboard.type("ops")
    await page.keyboard.press("Enter")
    await expect(page.locator(".channel-title")).to_have_text("ops")
    row = page.locator(f".channel .message[data-ts='{said['ts']}']")
    await expect(row).to_have_attribute("tabindex", "0")
    await page.locator(".middle .composer-text").focus()
    await _shift_tab_to(page, row)
    await page.keyboard.press("r")
    await page.keyboard.type("eyes")
    await page.keyboard.press("Enter")
    await expect(row.locator("[data-reaction=eyes]")).to_be_visible()
    await row.focus()
    await page.keyboard.press("t")
    await page.keyboard.type("네")
    await page.keyboard.press("Enter")
    await expect(page.locator(".side-pane .message")).to_have_count(2)
    await page.keyboard.press("Escape")
    await page.keyboard.press("Alt+ArrowUp")
    await expect(page.locator(".channel-title")).to_have_text("general")


async def _shift_tab_to(page, row) -> None:
    for _ in range(12):
        await page.keyboard.press("Shift+Tab")
        if await row.evaluate("row => row === document.activeElement"):
            return
    raise AssertionError("the message is not reached with Shift+Tab")


async def test_a_modal_holds_the_focus_and_gives_it_back(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.fill(".middle .composer-text", "/incident declare")
    await page.press(".middle .composer-text", "Enter")
    modal = page.locator("dialog.modal")
    await expect(modal.locator("textarea")).to_be_focused()
    for _ in range(14):
        await page.keyboard.press("Tab")
        assert await modal.evaluate("modal => modal.contains(document.activeElement)")
    await page.keyboard.press("Escape")
    await expect(modal).to_have_count(0)
    await expect(page.locator(".middle .composer-text")).to_be_focused()
    assert stage.server.person(ALEX).views() == []


async def test_a_narrow_window_folds_the_sidebar(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}", viewport={"width": 390, "height": 720})
    place = page.locator(f"[data-place={stage.general}]")
    await expect(place).to_be_hidden()
    await page.get_by_role("button", name="Open the sidebar").click()
    await place.click()
    await expect(page.locator(".channel-title")).to_have_text("general")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_private_place_nobody_else_sees(stage: Stage, open_page):
    page = await open_page(SORA)
    assert await page.locator(f"[data-place={stage.ops}]").count() == 1
    await page.locator(f"[data-place={stage.ops}]").click()
    await page.get_by_role("button", name="채널 참여").click()
    await expect(page.locator(".middle .composer-text")).to_be_visible()
    secret = stage.workspace.add_channel("secret", members=[MINJI], kind="private").id
    await stage.server.person(MINJI).say(stage.ops, "끝")
    await expect(page.locator(".message", has_text="끝").last).to_be_visible()
    assert await page.locator(f"[data-place={secret}]").count() == 0


async def test_the_story_bar_shows_the_next_step_and_drives_it(stage: Stage, open_page):
    player = StoryPlayer(stage.server, Story.parse(NIGHT), set_time=stage.clock.set)
    page = await open_page(MINJI, f"#{stage.ops}")
    await expect(page.locator(".story-count")).to_have_text("0 / 3")
    await expect(page.locator(".story-next")).to_have_text("14:01 김민지 · 메시지 #ops: 주문이 저장되지 않습니다")
    await page.get_by_role("button", name="다음 단계").click()
    await expect(page.locator(".story-count")).to_have_text("1 / 3")
    await expect(page.locator(".message")).to_contain_text("주문이 저장되지 않습니다")
    await expect(page.locator(".clock")).to_contain_text("14:01")
    await page.get_by_role("button", name="속도 1×").click()
    await page.get_by_role("menuitemradio", name="300×").click()
    await page.get_by_role("button", name="재생").click()
    await expect(page.get_by_role("button", name="일시 정지")).to_be_visible()
    await expect(page.locator(".story-next")).to_have_text("이야기가 끝났습니다")
    await expect(page.locator(".clock")).to_contain_text("14:03")
    assert player.speed == 300 and player.finished


async def test_the_page_comes_back_after_a_lost_connection(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.context.set_offline(True)
    for _, _, socket in list(stage.server._pushes._open):
        await socket.close()
    await expect(page.locator(".offline")).to_be_visible()
    await stage.server.person(MINJI).say(stage.ops, "그사이에")
    await page.context.set_offline(False)
    await expect(page.locator(".message", has_text="그사이에")).to_be_visible()
