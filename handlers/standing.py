"""Who may speak to us in Slack: looked at again where what we know is old, before any listener hears them."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.domain.errors import NoAuthority
from bot.domain.ids import SlackUserId
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.use_cases import authority
from handlers.arrivals import within
from handlers.blocks import ids
from handlers.desk import Desk, Reader
from handlers.parsing import INCIDENT_VERBS, WordUnknown, split_verb

log = logging.getLogger(__name__)

PERSON_LASTS = timedelta(minutes=10)
"""Who asks for something is looked up again where we last did so longer ago: an event may have been missed."""
GROUPS_LAST = timedelta(seconds=60)
"""The same for the user groups that the settings name."""
LOOK_SECONDS = 1.0
"""So long anybody waits for Slack's answer to that; then what we know stands."""
STOPS_THE_LINE = frozenset({ids.INCIDENT_DECLARE, ids.INCIDENT_SERVERS, ids.FREEZE_ADD, ids.INCIDENT_HELP})
"""Buttons and forms that wait for nobody's standing: declaring, adding servers, and the help that says how."""
STOPPING_VERBS = frozenset({"", "declare", "servers", "help"})


async def let_in(desk: Desk, who: SlackUserId, body: Mapping[str, Any]) -> None:
    """Whoever types, presses or submits is a member. Raises NoAuthority, StandingUnknown.

    To stop the line nobody waits until Slack says who they are: only those we know to be outsiders are refused.
    """
    if stops_the_line(body):
        if (await desk.reader(who)).person.is_outsider:
            raise NoAuthority
        return
    (await asker(desk, who)).person.must_be_member()


def stops_the_line(body: Mapping[str, Any]) -> bool:
    """Whether this is a way to declare an incident or to freeze more servers."""
    if "command" in body:
        try:
            verb, _ = split_verb(body.get("text", ""), INCIDENT_VERBS, command=body["command"])
        except WordUnknown:
            return False
        return body["command"] == "/incident" and verb in STOPPING_VERBS
    actions = body.get("actions") or ()
    named = actions[0].get("action_id") if actions else (body.get("view") or {}).get("callback_id")
    return named in STOPS_THE_LINE


async def asker(desk: Desk, who: str) -> Reader:
    """Somebody who asks for more than to stop the line, as they and the groups stand now, if Slack says so in time."""
    reader = await desk.reader(who)
    if not reader.person.is_known:
        return reader
    try:
        await within(LOOK_SECONDS, _look_again(desk, reader.id))
    except TimeoutError:
        log.warning("Slack does not say in time how somebody stands; what we know does")
    return await desk.reader(who)


async def _look_again(desk: Desk, who: SlackUserId) -> None:
    await asyncio.gather(_look_at(desk, who), read_groups(desk))


async def _look_at(desk: Desk, who: SlackUserId) -> None:
    if not _is_old(desk, desk.looked_at.get(who), PERSON_LASTS):
        return
    try:
        await desk.look_at(who)
    except (ChatTransient, ChatPermanent) as trouble:
        log.warning("Slack does not say how somebody stands: %s", trouble)


async def read_groups(desk: Desk) -> None:
    """Reads the groups that the settings name, where that was not done within the last minute."""
    if not desk.outside.policy.groups or not _is_old(desk, desk.groups_read_at, GROUPS_LAST):
        return
    at = desk.outside.clock.now()
    if await authority.read_groups(desk.outside, desk.chat):
        desk.groups_read_at = at


def _is_old(desk: Desk, at: datetime | None, lasts: timedelta) -> bool:
    return at is None or desk.outside.clock.now() - at > lasts
