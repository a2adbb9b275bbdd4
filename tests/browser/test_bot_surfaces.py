"""What the bot shows and asks: commands, ephemerals, cards with buttons, modals, shortcuts and its Home."""

import pytest
from playwright.async_api import expect

from tests.browser.haneul_bot import CARD
from tests.browser.haneul_stage import ALEX, MINJI, Stage

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_slash_commands_complete_with_their_hint(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.locator(".middle .composer-text").press_sequentially("/")
    await expect(page.locator(".offer")).to_have_count(2)
    await expect(page.locator(".offer").first).to_contain_text("declare sev2 <what happens>")
    await page.keyboard.press("ArrowDown")
    await expect(page.locator(".offer[aria-selected=true]")).to_contain_text("/change")
    await page.keyboard.press("ArrowUp")
    await page.keyboard.press("Tab")
    await expect(page.locator(".middle .composer-text")).to_have_value("/incident ")
    await expect(page.locator(".middle .offers")).to_be_hidden()


async def test_mentions_complete_and_reach_slack_as_references(stage: Stage, open_page):
    page = await open_page(MINJI, f"#{stage.ops}")
    await page.locator(".middle .composer-text").press_sequentially("부탁해요 @al")
    await page.keyboard.press("Enter")
    await expect(page.locator(".middle .composer-text")).to_have_value("부탁해요 @alex ")
    await page.keyboard.press("Enter")
    await expect(page.locator(".message .mention")).to_have_text("@Alex Stone")
    assert stage.server.person(MINJI).messages(stage.ops)[-1]["text"] == f"부탁해요 <@{ALEX}>"


async def test_a_command_that_fails_keeps_what_was_typed(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.fill(".middle .composer-text", "/nothing at all")
    await page.press(".middle .composer-text", "Enter")
    await expect(page.locator(".middle .composer-problem")).to_contain_text("/nothing is not a valid command.")
    await expect(page.locator(".middle .composer-text")).to_have_value("/nothing at all")


async def test_an_ephemeral_is_only_for_its_person(stage: Stage, open_page):
    alex, minji = await open_page(ALEX, f"#{stage.ops}"), await open_page(MINJI, f"#{stage.ops}")
    await alex.fill(".middle .composer-text", "/incident whisper")
    await alex.press(".middle .composer-text", "Enter")
    await expect(alex.locator(".message.ephemeral")).to_contain_text("Only visible to you")
    await stage.server.person(MINJI).say(stage.ops, "다음")
    await expect(minji.locator(".message", has_text="다음")).to_be_visible()
    assert await minji.locator(".message.ephemeral").count() == 0
    await alex.get_by_role("button", name="Dismiss").click()
    await expect(alex.locator(".message.ephemeral")).to_have_count(0)


async def test_a_modal_keeps_the_typed_text_through_errors_then_submits(stage: Stage, open_page):
    page, other = await open_page(ALEX, f"#{stage.ops}"), await open_page(MINJI, f"#{stage.ops}")
    await page.fill(".middle .composer-text", "/incident declare")
    await page.press(".middle .composer-text", "Enter")
    modal = page.get_by_role("dialog", name="Declare an incident")
    await expect(modal).to_be_visible()
    assert await other.locator("dialog").count() == 0
    await modal.get_by_label("What is happening?").fill("short")
    await modal.get_by_role("button", name="Declare", exact=True).click()
    await expect(modal.locator(".input-error")).to_have_text("Please fill in this field.")  # the severity
    await modal.get_by_label("Severity").click()
    await modal.get_by_role("option", name="SEV2").click()
    await modal.get_by_label("Servers").click()
    await page.keyboard.type("db")
    await expect(modal.get_by_role("option")).to_have_count(2)
    await modal.get_by_role("option", name="db-prod-01").click()
    await page.keyboard.press("Escape")
    await modal.get_by_role("button", name="Declare", exact=True).click()
    await expect(modal.locator(".input-error")).to_have_text("Please say a little more.")
    await expect(modal.get_by_label("What is happening?")).to_have_value("short")
    await modal.get_by_label("What is happening?").fill("Orders cannot be saved")
    await modal.get_by_label("Customer support").check()
    stage.heard.clear()
    await modal.get_by_role("button", name="Declare", exact=True).click()
    await expect(modal).to_have_count(0)
    values = await stage.until("submission")
    assert values["what"]["pick"]["value"] == "Orders cannot be saved"
    assert values["sev"]["pick"]["selected_option"]["value"] == "sev2"
    assert [one["value"] for one in values["hosts"]["pick"]["selected_options"]] == ["db-prod-01"]
    assert [one["value"] for one in values["tell"]["pick"]["selected_options"]] == ["cs"]


async def test_views_are_stacked_and_typed_text_survives_an_update(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.fill(".middle .composer-text", "/incident declare")
    await page.press(".middle .composer-text", "Enter")
    modal = page.locator("dialog.modal")
    await modal.locator("textarea").fill("half a sent")
    await modal.get_by_role("button", name="More room").click()
    await expect(modal.locator(".block-section")).to_have_text("More room")
    await expect(modal.locator("textarea")).to_have_value("half a sent")
    assert await stage.until("typed") == "half a sent"
    await modal.get_by_role("button", name="Look deeper").click()
    await expect(modal.locator("h2")).to_have_text("Deeper")
    await page.keyboard.press("Escape")
    await expect(modal.locator("h2")).to_have_text("Declare an incident")
    await expect(modal.locator("textarea")).to_have_value("half a sent")
    await modal.get_by_role("button", name="Look deeper").click()
    await expect(modal.locator("h2")).to_have_text("Deeper")
    await modal.locator(".modal-head").get_by_role("button", name="Close").click()
    await expect(modal).to_have_count(0)
    assert stage.server.person(ALEX).views() == []


async def test_a_button_reaches_the_bot_and_the_card_changes(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await stage.api.chat_postMessage(channel=stage.ops, text="card", blocks=CARD)
    await page.get_by_role("button", name="Take command").click()
    body = await stage.until("take")
    assert body["user"]["id"] == ALEX and body["actions"][0]["value"] == "inc-1"
    await expect(page.locator(".message .content").last).to_contain_text("@Alex Stone has taken command.")
    await expect(page.get_by_role("button", name="Take command")).to_have_count(0)


async def test_a_dangerous_button_asks_first_and_menus_report_their_choice(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await stage.api.chat_postMessage(channel=stage.ops, text="card", blocks=CARD)
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Not yet").click()
    assert stage.heard == []
    await page.get_by_role("button", name="Close", exact=True).click()
    await page.get_by_role("button", name="Close it").click()
    await stage.until("close")
    await page.locator(".message .picker").click()
    await page.get_by_role("option", name="SEV1").click()
    assert (await stage.until("severity"))["selected_option"]["value"] == "sev1"
    await page.locator(".block-actions .button-square").click()
    await page.get_by_role("menuitem", name="Export the log").click()
    assert (await stage.until("more"))["selected_option"]["value"] == "log"


async def test_a_message_shortcut_reaches_the_bot(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    said = await stage.server.person(MINJI).say(stage.ops, "증거가 될 로그")
    row = page.locator(f".message[data-ts='{said['ts']}']")
    await row.hover()
    await row.get_by_role("button", name="More actions").click()
    await page.get_by_role("menuitem", name="Keep as evidence").click()
    assert (await stage.until("shortcut"))["message"]["ts"] == said["ts"]


async def test_a_global_shortcut_opens_its_modal(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.get_by_role("button", name="Shortcuts").click()
    await page.get_by_role("menuitem", name="Declare now").click()
    await expect(page.get_by_role("dialog", name="Declare an incident")).to_be_visible()


async def test_the_apps_home_is_shown_and_updated(stage: Stage, open_page):
    page = await open_page(ALEX, f"#{stage.ops}")
    await page.locator(f"[data-place={stage.app.id}]").click()
    home = page.locator(".home-view")
    await expect(home).to_contain_text("Hello @Alex Stone")
    await page.get_by_role("button", name="Refresh").click()
    await expect(home).to_have_text("Refreshed.")
    await page.get_by_role("tab", name="Messages").click()
    await page.fill(".middle .composer-text", "hello, bot")
    await page.press(".middle .composer-text", "Enter")
    await expect(page.locator(".message")).to_contain_text("hello, bot")
