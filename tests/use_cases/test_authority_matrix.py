"""Who may do what in which state: every cell of the document is tried with real use cases, and none is missing."""

import importlib
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import tests.use_cases.authority_work_scenes  # noqa: F401
from bot.adapters.slack_chat import SlackChat, make_client
from bot.domain.authority import Duty, Group
from bot.domain.errors import Refused
from bot.domain.ids import GroupId, ServerName, SlackUserId
from bot.ports.outside import Outside, Policy
from bot.sandbox import SandboxServer, Workspace
from bot.use_cases.authority import read_groups
from bot.use_cases.change import ChangeAnswer
from bot.use_cases.person import refresh
from storage.database import Database
from tests.clocks import FrozenClock
from tests.databases import run
from tests.faults import everything
from tests.use_cases.authority_scenes import (
    APPROVER,
    ASKER,
    BOT,
    CLAIMER,
    COMMANDER,
    GONE,
    GROUPED,
    GUEST,
    HELPER,
    LEFT,
    MEMBER,
    PRIVATE,
    SCENES,
    STRANGER,
    UNKNOWN,
    WORKER,
    only_in,
)
from tests.use_cases.authority_table import DOCUMENT, ROOT, read_others, read_table, writing_use_cases

ONLY = {duty: SlackUserId(f"U0ONLY{duty.upper()}") for duty in Duty}
"""Whom a setting names for one duty and for no other."""
NOT = {duty: SlackUserId(f"U0NOT{duty.upper()}") for duty in Duty}
"""Whom the settings name for every duty but one."""
WHO = {
    "guest": GUEST,
    "stranger": STRANGER,
    "bot": BOT,
    "left": LEFT,
    "unknown": UNKNOWN,
    "member": MEMBER,
    "in the group": GROUPED,
    "claimed it": CLAIMER,
    "worked on it": WORKER,
    "asked for it": ASKER,
    "approved it": APPROVER,
    "leads": COMMANDER,
}
"""Whose column is whose; `named` and `named for the rest` depend on the duty of the row."""
TRAITS: dict[SlackUserId, dict[str, Any]] = {
    GUEST: {"is_restricted": True},
    STRANGER: {"team_id": "T0THEIRS", "is_stranger": True},
    BOT: {"is_bot": True},
    LEFT: {"deleted": True},
}
GROUP = GroupId("S0DUTIES")
SHARED = (GROUP, CLAIMER, WORKER, ASKER, APPROVER, COMMANDER, HELPER, GONE)
HOLDERS = {duty: (*SHARED, ONLY[duty], *(NOT[other] for other in Duty if other is not duty)) for duty in Duty}
POLICY = Policy(managers=HOLDERS[Duty.MANAGE], duties=HOLDERS)
EVERYBODY = frozenset((*WHO.values(), *ONLY.values(), *NOT.values(), HELPER, GONE)) - {UNKNOWN}
TEXT = DOCUMENT.read_text(encoding="utf-8")
TABLE, OUTSIDE = read_table(TEXT, "The table"), read_table(TEXT, "Private incidents")
OF_DRAFTS = frozenset({"decide_draft", "edit_draft"})
DONE = frozenset({"yes", "frozen"})

Try = Callable[[SlackUserId], Awaitable[str]]


@pytest.fixture(scope="session")
def peopled(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that knows everybody but one, as Slack's answers say it of each."""
    path = Path(shutil.copy(sqlite_template, tmp_path_factory.mktemp("authority") / "peopled.db"))
    run(lambda: _people(path))
    return path


async def _people(path: Path) -> None:
    workspace = Workspace(clock=FrozenClock().now, name="Haneul Talk", domain="haneul-talk")
    app = workspace.add_app(name="Stopline", bot_token="xoxb-1", app_token="xapp-1", signing_secret="s")
    for who in EVERYBODY:
        workspace.add_person(who, name=who.lower(), **TRAITS.get(who, {}))
    workspace.add_group("duties", [GROUPED, GUEST, STRANGER, BOT, LEFT, UNKNOWN], id=GROUP)
    server = SandboxServer(workspace)
    await server.start()
    async with _outside(path, FrozenClock(), POLICY) as outside, aiohttp.ClientSession() as session:
        chat = SlackChat(make_client(app.bot_token, f"{server.url}/api/", session))
        for who in EVERYBODY:
            await refresh(outside, chat, who)
        assert await read_groups(outside, chat)
        async with outside.store.write() as tx:
            for name in ("lb-01", "lb-02"):
                await tx.servers.add(ServerName(name))
    await server.stop()


@asynccontextmanager
async def _outside(path: Path, clock: FrozenClock, policy: Policy) -> AsyncIterator[Outside]:
    database = Database(f"sqlite:///{path}")
    yield Outside(database, clock, policy)
    await database.close()


@asynccontextmanager
async def made(
    action: str, state: str, peopled: Path, folder: Path, policy: Policy, inside: Collection[SlackUserId] | None = None
) -> AsyncIterator[Try]:
    """The state, and a way to try the action there as somebody: each time in a copy of it.

    `inside`: its incidents are private, and these people are in their channels when somebody tries.
    """
    clock, path = FrozenClock(), Path(shutil.copy(peopled, folder / "state.db"))
    PRIVATE.set(inside is not None)
    async with _outside(path, clock, POLICY) as outside:
        given = await SCENES[action, state](outside, clock)
        if inside is not None:
            assert await only_in(outside, inside), "no incident is in this state"
    async with AsyncExitStack() as stack:
        untouched: list[Outside] = []

        async def attempt(who: SlackUserId) -> str:
            """A refusal leaves nothing behind: the next one tries in the same copy."""
            if not untouched:
                copy = Path(shutil.copy(path, folder / f"{who}.db"))
                untouched.append(await stack.enter_async_context(_outside(copy, clock, policy)))
            said = await _said(untouched[0], action, by=who, **given)
            if said in DONE:
                untouched.clear()
            return said

        yield attempt


async def _said(outside: Outside, action: str, **given: Any) -> str:
    """The cell: "yes", the gate's "frozen" or "waiting", or the refusal's name, which leaves nothing behind."""
    assert isinstance(outside.store, Database)
    before = await everything(outside.store)
    try:
        answer = await use_case(action)(outside, **given)
    except Refused as refused:
        assert await everything(outside.store) == before, "a refusal wrote something"
        return type(refused).__name__
    said = str(answer.decision.verdict) if isinstance(answer, ChangeAnswer) and not answer.decision.allows else "yes"
    assert (await everything(outside.store) != before) is (said in DONE), said
    return said


def columns(duty: str) -> dict[str, SlackUserId]:
    """Who stands in which column of a row; where it takes no duty, those who have some are as good as any member."""
    named = Duty(duty) if duty else Duty.CLAIM
    before = list(WHO.items())
    place = list(WHO).index("in the group")
    return dict([*before[:place], ("named for the rest", NOT[named]), ("named", ONLY[named]), *before[place:]])


def use_case(action: str) -> Callable[..., Awaitable[Any]]:
    for path in sorted((ROOT / "bot" / "use_cases").glob("*.py")):
        module = importlib.import_module(f"bot.use_cases.{path.stem}")
        found = getattr(module, action, None)
        if found is not None and found.__module__ == module.__name__:
            return found  # type: ignore[no-any-return]
    raise AssertionError(f"no use case is called {action}")


@pytest.mark.parametrize(("action", "state"), SCENES, ids=[f"{a}-{s}" for a, s in SCENES])
async def test_every_cell_is_as_the_document_says(action: str, state: str, peopled: Path, tmp_path: Path) -> None:
    async with made(action, state, peopled, tmp_path, POLICY) as attempt:
        said = {column: await attempt(who) for column, who in columns(TABLE[action, state]["duty"]).items()}
    assert {"duty": TABLE[action, state]["duty"], **said} == TABLE[action, state], "the document says otherwise"


@pytest.mark.parametrize(("action", "state"), [one for one in SCENES if one[0] not in OF_DRAFTS])
async def test_where_nobody_is_named_every_member_may_what_the_named_may(
    action: str, state: str, peopled: Path, tmp_path: Path
) -> None:
    async with made(action, state, peopled, tmp_path, Policy()) as attempt:
        said = {who: await attempt(WHO[who]) for who in ("guest", "stranger", "bot", "left", "unknown", "member")}
    row = TABLE[action, state]
    assert said == {who: row["named" if who == "member" else who] for who in said}


@pytest.mark.parametrize(("action", "state"), OUTSIDE, ids=[f"{a}-{s}" for a, s in OUTSIDE])
async def test_a_private_incident_outside_of_its_channel(
    action: str, state: str, peopled: Path, tmp_path: Path
) -> None:
    async with made(action, state, peopled, tmp_path, POLICY, inside=()) as attempt:
        said = {column: await attempt(who) for column, who in columns(TABLE[action, state]["duty"]).items()}
    assert {"duty": TABLE[action, state]["duty"], **said} == OUTSIDE[action, state], "the document says otherwise"


@pytest.mark.parametrize(("action", "state"), OUTSIDE, ids=[f"{a}-{s}" for a, s in OUTSIDE])
async def test_a_private_incident_in_its_channel_is_like_any_other(
    action: str, state: str, peopled: Path, tmp_path: Path
) -> None:
    async with made(action, state, peopled, tmp_path, POLICY, inside=(*EVERYBODY, UNKNOWN)) as attempt:
        said = {column: await attempt(who) for column, who in columns(TABLE[action, state]["duty"]).items()}
    assert {"duty": TABLE[action, state]["duty"], **said} == TABLE[action, state]


@pytest.mark.parametrize(("action", "state"), sorted(set(SCENES) - set(OUTSIDE)))
async def test_the_other_states_are_of_no_incident(action: str, state: str, peopled: Path, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="no incident"):
        async with made(action, state, peopled, tmp_path, POLICY, inside=()):
            pass


def test_the_document_has_every_row_and_no_other() -> None:
    assert set(TABLE) == set(SCENES) >= set(OUTSIDE)
    assert all(list(row) == ["duty", *columns("")] for row in [*TABLE.values(), *OUTSIDE.values()])
    assert {row["duty"] for row in TABLE.values()} == {"", *Duty}


def test_every_use_case_that_writes_is_in_the_document() -> None:
    in_table, others = {action for action, _ in TABLE}, read_others(TEXT)
    assert not in_table & others
    assert in_table | others == writing_use_cases()


def test_a_guest_in_the_group_is_in_it(peopled: Path) -> None:
    """Otherwise the table would not show that a group gives an outsider nothing."""

    async def members() -> frozenset[SlackUserId]:
        async with _outside(peopled, FrozenClock(), POLICY) as outside, outside.store.read() as tx:
            (group,) = await tx.groups.named([GROUP])
            return group.members

    assert run(members) == Group(GROUP, frozenset({GROUPED, GUEST, STRANGER, BOT, LEFT, UNKNOWN})).members
