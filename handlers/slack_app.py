"""The Bolt app: what Slack delivers is recorded first and acknowledged, then handled from the record."""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.domain.errors import Refused
from bot.domain.ids import SlackUserId
from bot.domain.job import JobKind
from bot.i18n.texts import Texts
from bot.ports.chat import ChatTransient, Identity
from bot.ports.journal import JournalUnavailable
from bot.ports.storage import NewJob, StoreCollision, StoreUnavailable
from handlers import standing
from handlers.arrivals import HEARD, Arrivals, Kept, within
from handlers.blocks.parts import section
from handlers.desk import Desk, answer, first_field, refusal_sentence, to_direct
from handlers.losses import Losses
from handlers.slack import (
    ask,
    change,
    draft,
    freeze,
    gate,
    home,
    incident,
    incident_card,
    incident_modals,
    override,
    server,
    sight,
    thaw,
    timeline,
)

log = logging.getLogger(__name__)

BOLT = logging.getLogger("slack_bolt")
BOLT.setLevel(logging.CRITICAL)  # what fails is logged where it is handled: here, in the worker, at the socket

SUBMIT_SECONDS = 2.0
"""So long a submitted form may take to be committed."""
DELIVERED = "stopline_delivered"
"""In the context of a request that comes from the record, not from Slack."""
AGAIN = "stopline_again"
"""In the context of a submission that is looked at a second time."""
FAILED = "stopline_failed"
"""In the context of a delivery whose listener failed: why."""
PASSING = (ChatTransient, StoreUnavailable)
PARTS = (
    incident,
    incident_card,
    incident_modals,
    change,
    gate,
    override,
    thaw,
    server,
    draft,
    ask,
    timeline,
    sight,
    home,
)
"""What listens; `/freeze` is one command of several of them."""
AT_ONCE = frozenset({"view_submission", "block_suggestion", "url_verification", "ssl_check"})
"""What is answered within its acknowledgement, and so is not recorded first: it commits before it is acknowledged."""

BY_PEOPLE = frozenset({"command", "block_actions", "block_suggestion", "view_submission", "shortcut", "message_action"})
"""What somebody typed, pressed, chose or submitted: only from members. Events are looked at by their listeners."""


class SlackApp:
    """Bolt with our listeners. `dispatch` handles one recorded delivery."""

    def __init__(self, desk: Desk, *, token: str, client: Any, signing_secret: str) -> None:
        self._desk = desk
        self._arrivals = Arrivals(desk.intake, desk.journal)
        self._token = token
        self._identity: Identity | None = None
        self.heard_at: datetime | None = None
        self.losses = Losses(desk.outside)

        async def authorize() -> AuthorizeResult:
            return await self._authorize()

        async def record_first(req: AsyncBoltRequest, next_: Any) -> Any:
            return await self._record_first(req, next_)

        async def let_in(req: AsyncBoltRequest, next_: Any) -> Any:
            if delivery_kind(req.body) in BY_PEOPLE:
                await standing.let_in(self._desk, SlackUserId(_who(req.body)), req.body)
            return await next_()

        async def sorry(error: Exception, body: dict[str, Any], respond: Any, context: Any) -> BoltResponse | None:
            if isinstance(error, StoreCollision) and AGAIN not in context:
                return await self._once_more(body)
            context[FAILED] = error
            return await self._sorry(error, body, respond)

        self.bolt = _TimelyApp(
            self._too_late,
            name="stopline",  # else Bolt looks for one in the whole call stack, which takes longer than all the rest
            logger=BOLT,
            client=client,
            authorize=authorize,
            signing_secret=signing_secret or "socket mode needs none",
            process_before_response=True,
            before_authorize=record_first,
        )
        self.bolt.error(sorry)
        self.bolt.use(let_in)
        freeze.register(self.bolt, desk, {**override.VERBS, **thaw.VERBS, **server.VERBS})
        for part in PARTS:
            part.register(self.bolt, desk)

    def knows(self, identity: Identity) -> None:
        """Who we are in this workspace."""
        self._identity = identity

    @property
    def is_known(self) -> bool:
        """Whether Slack has said who we are."""
        return self._identity is not None

    async def catch_up(self) -> None:
        """Takes up what was kept while the database did not answer."""
        if await self._arrivals.catch_up():
            self.losses.suspect()

    async def _authorize(self) -> AuthorizeResult:
        identity = self._identity or await self._desk.chat.who_am_i()
        self._identity = identity
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team_id,
            bot_user_id=identity.bot_user,
            bot_id=identity.bot_id,
            bot_token=self._token,
        )

    async def _record_first(self, req: AsyncBoltRequest, go_on: Any) -> Any:
        body = req.body
        if url := body.get("response_url"):  # Bolt's own tries again by itself, on a session of its own
            req.context["respond"] = partial(self._desk.chat.respond, str(url))
        at = self._desk.outside.clock.now()
        if not req.context.get(DELIVERED):
            self.losses.heard(at, self.heard_at)
            self.heard_at = at
        if req.context.get(DELIVERED) or delivery_kind(body) in AT_ONCE:
            return await go_on()
        if self._is_own(body):
            return BoltResponse(status=200)
        if delivery_kind(body) == "app_rate_limited":
            self.losses.held_back()
            return BoltResponse(status=200)
        key = f"slack:{delivery_key(body)}"[:160]
        job = NewJob(key, key, JobKind.SLACK_DELIVERY, at, {**body, HEARD: at.isoformat()})
        try:
            kept = await self._arrivals.keep(job)
        except JournalUnavailable:
            log.exception("a delivery could not be recorded", extra={"delivery": key})
            self.losses.suspect()
            return self._told(body, "refused.store_unavailable") or BoltResponse(status=503)
        told = self._told(body, "work.kept") if kept is Kept.JOURNAL else None
        return told or BoltResponse(status=200)

    def _is_own(self, body: Mapping[str, Any]) -> bool:
        event = body.get("event") or {}
        return bool(self._identity and event.get("bot_id") and event.get("bot_id") == self._identity.bot_id)

    def _told(self, body: Mapping[str, Any], key: str) -> BoltResponse | None:
        """An answer with what they typed; only a command's acknowledgement can carry one."""
        if delivery_kind(body) != "command":
            return None
        typed = f"{body['command']} {body.get('text', '')}".strip()
        sentence = self._texts_at_hand(body)(key, typed=typed)
        return BoltResponse(status=200, body={"response_type": "ephemeral", "text": sentence})

    def _texts_at_hand(self, body: Mapping[str, Any]) -> Texts:
        """In the person's language where we remember it, without asking anybody."""
        known, house = self._desk.faces.get(SlackUserId(_who(body))), self._desk.house_texts()
        return Texts(known.language, known.zone) if known else house

    def _too_late(self, body: Mapping[str, Any]) -> BoltResponse:
        return _not_saved(body["view"], self._texts_at_hand(body))

    async def _once_more(self, body: Mapping[str, Any]) -> BoltResponse:
        """Somebody wrote at the same moment: the second look finds what they wrote."""
        context = {DELIVERED: True, AGAIN: True}
        return await self.bolt.async_dispatch(AsyncBoltRequest(body=dict(body), mode="socket_mode", context=context))

    async def dispatch(self, body: Mapping[str, Any]) -> None:
        """Handles a recorded delivery. Raises ChatTransient, StoreUnavailable, DeliveryFailed: to be tried again."""
        request = AsyncBoltRequest(body=dict(body), mode="socket_mode", context={DELIVERED: True})
        response = await self.bolt.async_dispatch(request)
        if response.status >= 500:
            failed = request.context.get(FAILED)
            raise failed if isinstance(failed, PASSING) else DeliveryFailed(response.body)

    async def _sorry(self, error: Exception, body: dict[str, Any], respond: Any) -> BoltResponse | None:
        submitted = delivery_kind(body) == "view_submission"
        if isinstance(error, Refused):
            reader = await self._desk.reader(_who(body))
            if submitted:
                return _refused(body["view"], reader.texts, error)
            if body.get("response_url"):
                await answer(respond, text=refusal_sentence(reader.texts, error))
            elif delivery_kind(body) == "block_actions":
                direct = to_direct(self._desk.chat, reader.id, f"refused:{delivery_key(body)}")
                await answer(direct, text=refusal_sentence(reader.texts, error))
            return BoltResponse(status=200)
        if submitted or not isinstance(error, PASSING):  # else the worker says so, and tries again
            log.error("a listener failed", exc_info=error)
        if submitted:
            reader = await self._desk.reader(_who(body))
            return _not_saved(body["view"], reader.texts)
        return None


class _TimelyApp(AsyncApp):
    """Bolt, whose submissions are answered before Slack gives up on them."""

    def __init__(self, too_late: Callable[[Mapping[str, Any]], BoltResponse], **settings: Any) -> None:
        super().__init__(**settings)
        self._too_late = too_late

    async def async_dispatch(self, req: AsyncBoltRequest) -> BoltResponse:
        if delivery_kind(req.body) != "view_submission":
            return await super().async_dispatch(req)
        try:
            return await within(SUBMIT_SECONDS, super().async_dispatch(req))
        except TimeoutError:
            log.exception("a submission could not be saved in time")
            return self._too_late(req.body)


class DeliveryFailed(Exception):
    """A listener failed, and not for Slack's or the database's sake."""


def _refused(view: Mapping[str, Any], texts: Texts, refused: Refused) -> BoltResponse:
    """Under the field it speaks of; a modal without fields gives way to the sentence."""
    if field := first_field(view, refused.field):
        return _errors({field: refusal_sentence(texts, refused, plain=True)})
    return _update(view, [section(refusal_sentence(texts, refused))], keep=("title", "close"))


def _not_saved(view: Mapping[str, Any], texts: Texts) -> BoltResponse:
    """What was typed stays, and so does the button."""
    if field := first_field(view, ""):
        return _errors({field: texts.plain("refused.not_saved")})
    said = {**section(texts("refused.not_saved_yet")), "block_id": "not_saved"}
    shown = [block for block in view["blocks"] if block["block_id"] != said["block_id"]]
    return _update(view, [said, *shown], keep=("title", "close", "submit"))


def _errors(errors: Mapping[str, str]) -> BoltResponse:
    return BoltResponse(status=200, body={"response_action": "errors", "errors": dict(errors)})


def _update(view: Mapping[str, Any], blocks: list[dict[str, Any]], *, keep: tuple[str, ...]) -> BoltResponse:
    kept = {name: view[name] for name in ("type", "callback_id", "private_metadata", *keep) if view.get(name)}
    return BoltResponse(status=200, body={"response_action": "update", "view": {**kept, "blocks": blocks}})


def _who(body: Mapping[str, Any]) -> str:
    user = body.get("user") or {}
    return str(body.get("user_id") or user.get("id") or (body.get("event") or {}).get("user") or "")


def delivery_kind(body: Mapping[str, Any]) -> str:
    """ "command", "event", or the type that Slack names."""
    if "command" in body:
        return "command"
    if "event" in body:
        return "event"
    if "ssl_check" in body:
        return "ssl_check"
    return str(body.get("type", ""))


def delivery_key(body: Mapping[str, Any]) -> str:
    """What is the same when Slack delivers the same thing again (docs.slack.dev: event_id, trigger_id)."""
    if "event_id" in body:
        return str(body["event_id"])
    actions = body.get("actions") or [{}]
    return str(body.get("trigger_id") or actions[0].get("action_ts") or body.get("callback_id") or _digest(body))


def _digest(body: Mapping[str, Any]) -> str:
    plain = json.dumps({name: value for name, value in body.items() if name != HEARD}, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()
