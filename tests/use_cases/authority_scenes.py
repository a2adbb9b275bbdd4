"""The states of the authority matrix, each made by real use cases; what a scene returns is all but who tries."""

from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.adapters.offline_model import OfflineModel
from bot.domain.change import ChangeKind
from bot.domain.draft import DraftKind, DraftState
from bot.domain.ids import ChannelId, DraftId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Role, Severity, Status, TimeName
from bot.domain.message import Message
from bot.domain.server import EdgeKind
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.use_cases.catalogue import add_server, connect_servers
from bot.use_cases.draft import decide_draft, make_draft
from bot.use_cases.incident import assign_role, list_incidents, set_status
from bot.use_cases.sight import keep_members
from tests.acts import stop_the_line
from tests.clocks import FrozenClock

GUEST, STRANGER, BOT, LEFT, UNKNOWN = (SlackUserId(f"U0{one}") for one in ("GUEST", "STRANGER", "BOT", "LEFT", "NEVER"))
MEMBER, GROUPED = SlackUserId("U0MEMBER"), SlackUserId("U0GROUPED")
CLAIMER, WORKER, ASKER = SlackUserId("U0CLAIMER"), SlackUserId("U0WORKER"), SlackUserId("U0ASKER")
APPROVER, COMMANDER, HELPER = SlackUserId("U0APPROVER"), SlackUserId("U0COMMANDER"), SlackUserId("U0HELPER")
GONE = SlackUserId("U0GONE")
"""Had every duty when they decided, and left before what they decided began."""

Given = dict[str, Any]
Scene = Callable[[Outside, FrozenClock], Awaitable[Given]]
SCENES: dict[tuple[str, str], Scene] = {}
TESTED = {"tested": "staging, https://ci.example/7", "differences": "half the nodes", "kind": ChangeKind.MAJOR}
CHANNEL = ChannelId("C0INC")
ACTED = (CLAIMER, WORKER, ASKER, APPROVER, COMMANDER, HELPER, GONE)
"""Who does what a state says happened."""
PRIVATE: ContextVar[bool] = ContextVar("PRIVATE", default=False)
"""Whether the incidents of a state are private; who acts in it is in their channels then."""


def scene(action: str, state: str) -> Callable[[Scene], Scene]:
    """One row of the table."""

    def keep(made: Scene) -> Scene:
        assert (action, state) not in SCENES
        SCENES[action, state] = made
        return made

    return keep


def row(action: str, state: str, given: Callable[[Outside], Awaitable[Given]]) -> None:
    """A row whose state needs no clock."""

    @scene(action, state)
    async def made(outside: Outside, clock: FrozenClock) -> Given:
        return await given(outside)


async def incident(outside: Outside, *servers: str, led: bool = False) -> IncidentId:
    """An open incident, led by the commander where that is said."""
    number = (await stop_the_line(outside, *servers, by=HELPER, private=PRIVATE.get())).incident.id
    if PRIVATE.get():
        await keep_members(outside, incident_id=number, members=ACTED)
    if led:
        await assign_role(outside, by=HELPER, incident_id=number, role=Role.COMMANDER, who=COMMANDER)
    return number


async def only_in(outside: Outside, members: Iterable[SlackUserId]) -> bool:
    """These people are in the channel of every incident, beside whom we invite by name; whether there is any."""
    found = await list_incidents(outside, only_open=False, sight=WHOLE)
    for one in found:
        await keep_members(outside, incident_id=one.id, members=members)
    return bool(found)


async def leave(outside: Outside) -> None:
    """They are no member any more."""
    async with outside.store.write() as tx:
        person = await tx.people.get(GONE)
        assert person
        await tx.people.save(replace(person, is_member=False))


async def nothing(outside: Outside) -> Given:
    """Nothing happened before."""
    return {}


def on_incident(*servers: str, **given: Any) -> Callable[[Outside], Awaitable[Given]]:
    """An open incident that holds these servers."""

    async def made(outside: Outside) -> Given:
        return {"incident_id": await incident(outside, *servers), **given}

    return made


# -- incidents

DECLARED = {
    "title": "nothing works",
    "severity": Severity.SEV1,
    "request_key": "k",
    "language": "en",
    "servers": ["a-1"],
}
QUESTION = {"question": "why?", "channel": None, "thread_ts": None, "request_key": "k"}


async def _declared(outside: Outside) -> Given:
    return DECLARED


async def _asked(outside: Outside) -> Given:
    return QUESTION


row("declare", "", _declared)
row("ask", "", _asked)
row("add_servers", "open", on_incident(names=["lb-02"]))
row("set_status", "open, to identified", on_incident(to=Status.IDENTIFIED))
row("set_status", "open, to resolved, a server is held", on_incident("lb-01", to=Status.RESOLVED))
row("set_status", "open, to resolved, nothing is held", on_incident(to=Status.RESOLVED))
row("set_severity", "open", on_incident(to=Severity.SEV4))
row("assign_role", "open", on_incident(role=Role.COMMANDER, who=MEMBER))
row("add_note", "open", on_incident(text="a word"))
row("ask_for_draft", "open", on_incident(kind=DraftKind.POSTMORTEM, request_key="k"))
row("add_follow_ups", "open", on_incident(items=[("test more", None, None)]))


@scene("add_servers", "ended")
async def _ended(outside: Outside, clock: FrozenClock) -> Given:
    number = await incident(outside)
    await set_status(outside, by=HELPER, incident_id=number, to=Status.CANCELLED, reason="a drill")
    return {"incident_id": number, "names": ["lb-02"]}


@scene("set_status", "resolved, to closed, no postmortem")
async def _resolved(outside: Outside, clock: FrozenClock) -> Given:
    number = await incident(outside)
    await set_status(outside, by=HELPER, incident_id=number, to=Status.RESOLVED)
    return {"incident_id": number, "to": Status.CLOSED}


@scene("set_time", "open")
async def _time(outside: Outside, clock: FrozenClock) -> Given:
    number = await incident(outside)
    return {"incident_id": number, "name": TimeName.STARTED, "value": clock.now() - timedelta(minutes=5)}


@scene("merge_incident", "both open")
async def _two(outside: Outside, clock: FrozenClock) -> Given:
    return {"merged": await incident(outside, "lb-01"), "into": await incident(outside)}


@scene("merge_incident", "one ended")
async def _one_ended(outside: Outside, clock: FrozenClock) -> Given:
    given = await _two(outside, clock)
    await set_status(outside, by=HELPER, incident_id=given["into"], to=Status.CANCELLED, reason="a drill")
    return given


def _said(channel: str) -> Message:
    return Message(ChannelId(channel), MessageTs("1716184380.000100"), "", MEMBER, "it was the cache")


async def _with_channel(outside: Outside) -> None:
    number = await incident(outside)
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=CHANNEL))
        await tx.messages.put([_said(CHANNEL)])


for name, given in (
    ("pin_message", {"message": _said(CHANNEL)}),
    ("pin_known_message", {"channel": CHANNEL, "ts": MessageTs("1716184380.000100")}),
):

    @scene(name, "in an incident's channel")
    async def _pinned(outside: Outside, clock: FrozenClock, given: Given = given) -> Given:
        await _with_channel(outside)
        return given


@scene("pin_message", "elsewhere")
async def _elsewhere(outside: Outside, clock: FrozenClock) -> Given:
    return {"message": _said("C0OPS")}


# -- drafts


async def _draft(outside: Outside) -> DraftId:
    offline, number = OfflineModel(), await incident(outside)
    made = await make_draft(outside, offline, offline, by=HELPER, incident_id=number, kind=DraftKind.POSTMORTEM)
    return made.id


for name, given in (("decide_draft", {"state": DraftState.APPROVED}), ("edit_draft", {"sections": ()})):

    @scene(name, "proposed")
    async def _proposed(outside: Outside, clock: FrozenClock, given: Given = given) -> Given:
        return {"draft_id": await _draft(outside), **given}

    @scene(name, "decided")
    async def _decided(outside: Outside, clock: FrozenClock, given: Given = given) -> Given:
        number = await _draft(outside)
        await decide_draft(outside, by=HELPER, draft_id=number, state=DraftState.SENT_BACK, comment="more")
        return {"draft_id": number, **given}


# -- servers


@scene("add_server", "new")
async def _new_server(outside: Outside, clock: FrozenClock) -> Given:
    return {"name": "db-09", "labels": {"role": "db"}}


@scene("add_server", "known, other labels")
async def _other_labels(outside: Outside, clock: FrozenClock) -> Given:
    await add_server(outside, by=HELPER, name="db-01", labels={"role": "db"})
    return {"name": "db-01", "labels": {"role": "cache"}}


@scene("connect_servers", "apart")
async def _apart(outside: Outside, clock: FrozenClock) -> Given:
    return {"one": "lb-01", "other": "lb-02", "kind": EdgeKind.SHARED_FATE}


@scene("connect_servers", "connected, to take apart")
async def _together(outside: Outside, clock: FrozenClock) -> Given:
    given = await _apart(outside, clock)
    await connect_servers(outside, by=HELPER, **given)
    return {**given, "removed": True}
