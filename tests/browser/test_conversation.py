"""What is said: it arrives live, is marked unread, sent, edited, answered in threads, and never becomes markup."""

import pytest
from playwright.async_api import expect

from tests.browser.haneul_stage import ALEX, MINJI, SORA, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_message_arrives_live_in_another_persons_page(stage: Stage, open_page):
    minji, alex = await open_page(MINJI, f"#{stage.ops}"), await open_page(ALEX, f"#{stage.ops}")
    await minji.fill(".middle .composer-text", "디스크가 가득 찼습니다")
    await minji.press(".middle .composer-text", "Enter")
    await expect(alex.locator(".message", has_text="디스크가 가득 찼습니다")).to_contain_text("김민지")
    await expect(minji.locator(".middle .composer-text")).to_have_value("")
    await expect(alex.locator("#live")).to_contain_text("디스크가 가득 찼습니다")


async def test_shift_enter_breaks_the_line(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.fill(".middle .composer-text", "one")
    await page.press(".middle .composer-text", "Shift+Enter")
    await page.keyboard.type("two")
    await page.press(".middle .composer-text", "Enter")
    await expect(page.locator(".message .text")).to_have_text("one\ntwo")
    assert stage.server.person(ALEX).messages(stage.ops)[-1]["text"] == "one\ntwo"


async def test_unread_channels_are_bold_with_a_badge_until_read(stage: Stage, open_page):
    page = await open_page(MINJI, f"#{stage.ops}")
    row = page.locator(f"[data-place={stage.general}]")
    await stage.server.person(ALEX).say(stage.general, "Morning, @minji")
    await expect(row).to_have_class("side-row unread ")
    await expect(row.locator(".badge")).to_have_text("1")
    await row.click()
    await expect(page.locator(".new-line")).to_be_visible()
    await expect(row.locator(".badge")).to_have_count(0)
    assert stage.workspace.channels[stage.general].unread.get(MINJI, 0) == 0


async def test_markup_in_text_is_shown_as_text(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    typed = "<img src=x onerror=alert(1)> <!channel> <b>bold</b> &lt;"
    await page.fill(".middle .composer-text", typed)
    await page.press(".middle .composer-text", "Enter")
    await expect(page.locator(".message .text").last).to_have_text(typed)
    await stage.api.chat_postMessage(channel=stage.ops, text="<javascript:alert(1)|click> <b>x</b>")
    await expect(page.locator(".message .text").last).to_have_text("<javascript:alert(1)|click> <b>x</b>")
    assert await page.locator(".message img, .message b, .message .mention, .message a").count() == 0


async def test_slacks_marks_are_drawn(stage: Stage, open_page):
    page = await open_page(MINJI, f"#{stage.ops}")
    await stage.api.chat_postMessage(
        channel=stage.ops,
        text=f"*bold* _it_ ~no~ `a*b*c` :fire: <@{ALEX}> <#{stage.general}|general> "
        "<!date^1715574600^{time}|fallback> <https://example.com|there>\n&gt; quoted\n```x &lt; y```",
    )
    text = page.locator(".message .text").last
    for tag, content in (
        ("strong", "bold"),
        ("em", "it"),
        ("s", "no"),
        ("code", "a*b*c"),
        ("time", "오후 1:30"),
        ("blockquote", "quoted"),
        ("pre", "x < y"),
        (".emoji", "🔥"),
    ):
        await expect(text.locator(tag)).to_have_text(content)
    await expect(text.locator(".mention")).to_have_text(["@Alex Stone", "#general"])
    await expect(text.locator("a.link")).to_have_attribute("href", "https://example.com")


async def test_an_edited_message_says_so_and_a_deleted_one_goes(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    said = await stage.server.person(ALEX).say(stage.ops, "db-prod-1 is down, @minji <x>")
    row = page.locator(f".message[data-ts='{said['ts']}']")
    await row.hover()
    await row.get_by_role("button", name="Edit message").click()
    await expect(row.locator("textarea")).to_have_value("db-prod-1 is down, @minji <x>")
    await row.locator("textarea").fill("db-prod-01 is down, @minji")
    await row.locator("textarea").press("Enter")
    await expect(row.locator(".text")).to_have_text("db-prod-01 is down, @김민지 (edited)")
    await row.hover()
    await row.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Delete message").click()
    await page.locator("dialog .danger").click()
    await expect(row).to_have_count(0)


async def test_a_thread_opens_beside_with_its_own_composer(stage: Stage, open_page):
    page, minji = await open_page(ALEX, f"#{stage.ops}"), stage.server.person(MINJI)
    root = await minji.say(stage.ops, "장애를 선언합니다")
    row = page.locator(f".channel .message[data-ts='{root['ts']}']")
    await row.hover()
    await row.get_by_role("button", name="Reply in thread").click()
    pane = page.locator(".side-pane")
    await expect(pane.locator(".composer-text")).to_be_focused()
    await page.keyboard.type("On it")
    await page.keyboard.press("Enter")
    await expect(pane.locator(".message")).to_have_count(2)
    await expect(row.locator(".thread-count")).to_have_text("1 reply")
    await expect(page.locator(".channel .message", has_text="On it")).to_have_count(0)
    await page.keyboard.press("Escape")
    await expect(pane).to_be_hidden()
    await row.locator(".thread-link").click()
    await expect(pane.locator(".message").last).to_contain_text("On it")


async def test_a_reaction_is_added_counted_and_taken_back(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    said = await stage.server.person(MINJI).say(stage.ops, "로그를 올립니다")
    row = page.locator(f".message[data-ts='{said['ts']}']")
    await row.hover()
    await row.get_by_role("button", name="Add reaction :pushpin:").click()
    chip = row.locator("[data-reaction=pushpin]")
    await expect(chip).to_have_attribute("aria-pressed", "true")
    await stage.server.person(MINJI).react(stage.ops, said["ts"], "pushpin")
    await expect(chip).to_have_text("📌2")
    await chip.click()
    await expect(chip).to_have_attribute("aria-pressed", "false")
    await row.hover()
    await row.locator(".toolbar").get_by_role("button", name="Add reaction", exact=True).click()
    await page.keyboard.type("snow")
    await page.keyboard.press("Enter")
    await expect(row.locator("[data-reaction=snowflake]")).to_be_visible()


async def test_pins_and_bookmarks_are_in_the_header(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    said = await stage.server.person(MINJI).say(stage.ops, "복구 순서")
    await stage.api.pins_add(channel=stage.ops, timestamp=said["ts"])
    await stage.api.bookmarks_add(channel_id=stage.ops, title="Runbook", link="https://example.com/run", type="link")
    await expect(page.locator(".bookmark a")).to_have_text("Runbook")
    await page.get_by_role("button", name="Pinned messages").click()
    await expect(page.locator(".pin-row")).to_contain_text("복구 순서")


async def test_a_permalink_opens_at_its_message(stage: Stage, open_page):
    minji = stage.server.person(MINJI)
    said = [await minji.say(stage.ops, f"줄 {n}") for n in range(140)]
    wanted = said[3]
    link = f"{stage.server.url}/archives/{stage.ops}/p{wanted['ts'].replace('.', '')}"
    page = await open_page(ALEX, f"#{stage.general}")
    await minji.say(stage.general, f"여기 보세요 {link}")
    await page.locator(".message a.link").click()
    row = page.locator(f".message[data-ts='{wanted['ts']}']")
    await expect(row).to_be_in_viewport()
    await page.goto(f"{link}?as={ALEX}")
    await expect(row).to_be_in_viewport()
    await expect(page.locator(".channel-title")).to_have_text("ops")


async def test_what_slack_says_by_itself_is_in_the_readers_language(stage: Stage, open_page):
    minji, alex = await open_page(MINJI, f"#{stage.ops}"), await open_page(ALEX, f"#{stage.ops}")
    await stage.server.person(SORA).join(stage.ops)
    await stage.server.person(ALEX).set_topic(stage.ops, "SEV2 {who}")
    await stage.server.person(ALEX).set_topic(stage.ops, "")
    told = minji.locator(".message.quiet")
    for korean in ("@박소라 님이 채널에 참여했습니다", "채널 주제를 정했습니다: SEV2 {who}", "채널 주제를 지웠습니다"):
        await expect(told.filter(has_text=korean)).to_have_count(1)
    for english in ("@박소라 has joined the channel", "set the channel topic: SEV2", "cleared the channel topic"):
        await expect(alex.locator(".message.quiet").filter(has_text=english)).to_have_count(1)
        await expect(told.filter(has_text=english)).to_have_count(0)
