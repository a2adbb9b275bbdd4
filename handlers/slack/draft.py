"""The buttons and modals of drafts: approve, edit, send back, keep follow-ups."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from slack_bolt.async_app import AsyncApp

from bot.domain.draft import DraftState
from bot.domain.errors import ReasonMissing
from bot.domain.ids import DraftId, IncidentId, SlackUserId
from bot.domain.sight import Sight
from bot.use_cases import draft, follow_up
from handlers.blocks import ids
from handlers.blocks.draft import (
    FOLLOW_UP_ROWS,
    decision_blocks,
    draft_blocks,
    follow_ups_modal,
    send_back_modal,
)
from handlers.blocks.edited import edit_modal, read_written, unsourced_line
from handlers.desk import Call, Desk, about, answer, call_of_action, typed

DUE = timedelta(days=14)
"""The date that a follow-up's form proposes."""

Press = Callable[[Desk, Call, DraftId], Awaitable[None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """Buttons first, then what their modals submit."""
    for action_id, press in PRESSES.items():
        app.action(action_id)(_on_button(desk, press))
    app.view(ids.DRAFT_EDIT)(_on_edit(desk))
    app.view(ids.DRAFT_SEND_BACK)(_on_send_back(desk))
    app.view(ids.DRAFT_FOLLOW_UPS)(_on_follow_ups(desk))


def _on_button(desk: Desk, press: Press) -> Callable[..., Awaitable[None]]:
    async def on_button(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        call = call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat)
        await press(desk, call, DraftId(int(call.text)))

    return on_button


async def _approve(desk: Desk, call: Call, draft_id: DraftId) -> None:
    decided = await draft.decide_draft(desk.outside, by=call.by, draft_id=draft_id, state=DraftState.APPROVED)
    _, one = await draft.get_draft(desk.outside, draft_id, sight=call.sight)
    blocks = [*draft_blocks(call.texts, decided, one, ()), *decision_blocks(call.texts, decided)]
    text = call.texts("draft.approved_line", who=call.by, comment="")
    await answer(call.respond, text=text, blocks=blocks, replace_original=True)


async def _edit(desk: Desk, call: Call, draft_id: DraftId) -> None:
    await call.open(edit_modal(call.texts, await _mine(desk, call, draft_id)))


async def _send_back(desk: Desk, call: Call, draft_id: DraftId) -> None:
    await call.open(send_back_modal(call.texts, await _mine(desk, call, draft_id)))


async def _mine(desk: Desk, call: Call, draft_id: DraftId) -> Any:
    return await draft.draft_to_decide(desk.outside, by=call.by, draft_id=draft_id)


async def _follow_ups(desk: Desk, call: Call, draft_id: DraftId) -> None:
    found, one = await draft.get_draft(desk.outside, draft_id, sight=call.sight)
    kept = await follow_up.follow_ups_of(desk.outside, one.id, sight=call.sight)
    today = desk.outside.clock.now().astimezone(ZoneInfo(desk.outside.policy.zone)).date()
    await call.open(follow_ups_modal(call.texts, found, kept, due=today + DUE))


def _on_edit(desk: Desk) -> Callable[..., Awaitable[None]]:
    async def on_edit(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reader = await desk.reader(body["user"]["id"])
        draft_id = DraftId(int(about(view)["draft_id"]))
        sight = Sight(who=reader.id)
        found, _ = await draft.get_draft(desk.outside, draft_id, sight=sight)
        lines = await draft.lines_to_cite(desk.outside, draft_id, sight=sight)
        sections, wrong = read_written(found, typed(view), lines)
        if wrong:
            await ack(response_action="errors", errors={wrong.field: unsourced_line(reader.texts, found, wrong)})
            return
        await draft.edit_draft(desk.outside, by=reader.id, draft_id=draft_id, sections=sections, lines=lines)
        await ack()

    return on_edit


def _on_send_back(desk: Desk) -> Callable[..., Awaitable[None]]:
    async def on_send_back(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reader, reason = await desk.reader(body["user"]["id"]), typed(view)["reason"]
        if not reason.strip():
            raise ReasonMissing
        await draft.decide_draft(
            desk.outside,
            by=reader.id,
            draft_id=DraftId(int(about(view)["draft_id"])),
            state=DraftState.SENT_BACK,
            comment=reason,
        )
        await ack()

    return on_send_back


def _on_follow_ups(desk: Desk) -> Callable[..., Awaitable[None]]:
    async def on_follow_ups(ack: Any, body: dict[str, Any], view: dict[str, Any]) -> None:
        reader, words = await desk.reader(body["user"]["id"]), typed(view)
        await follow_up.add_follow_ups(
            desk.outside,
            by=reader.id,
            incident_id=IncidentId(int(about(view)["incident_id"])),
            items=[row for n in range(FOLLOW_UP_ROWS) if (row := _row(words, n))],
        )
        await ack()

    return on_follow_ups


def _row(words: dict[str, str], n: int) -> tuple[str, SlackUserId | None, date | None] | None:
    text, owner, due = (words.get(f"{name}.{n}", "").strip() for name in ("text", "owner", "due"))
    if not text:
        return None
    return text, SlackUserId(owner) if owner else None, date.fromisoformat(due) if due else None


PRESSES: dict[str, Press] = {
    ids.DRAFT_APPROVE: _approve,
    ids.DRAFT_EDIT: _edit,
    ids.DRAFT_SEND_BACK: _send_back,
    ids.DRAFT_FOLLOW_UPS: _follow_ups,
}
