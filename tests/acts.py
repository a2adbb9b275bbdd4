"""Short ways to say what people and machines do, for tests that speak of what follows from it."""

import itertools
from collections.abc import Sequence
from typing import Any

from bot.domain.audit import Act, AuditRow
from bot.domain.change import ChangeKind
from bot.domain.freeze import Hold
from bot.domain.ids import ChannelId, IncidentId, SlackUserId
from bot.domain.incident import Severity
from bot.domain.permit import Permit
from bot.domain.server import Edge, Server
from bot.ports.catalogue import Described
from bot.ports.outside import Outside
from bot.use_cases.change import ChangeAnswer, ChangeWords, request_change
from bot.use_cases.freeze import find_hold
from bot.use_cases.gate import Ask, GateAnswer, ask_permit
from bot.use_cases.incident import Declared, declare

ANN, BEN, CHO, DAN = (SlackUserId(name) for name in ("U0ANN", "U0BEN", "U0CHO", "U0DAN"))
EVERYBODY = (ANN, BEN, CHO, DAN)
_numbers = itertools.count(1)


async def stop_the_line(outside: Outside, *servers: str, by: SlackUserId = ANN, **more: Any) -> Declared:
    """Declares an incident that holds these servers."""
    words = {
        "title": "messages are not delivered",
        "severity": Severity.SEV1,
        "request_key": f"test-{next(_numbers)}",
        "language": "en",
        **more,
    }
    return await declare(outside, by=by, servers=servers, **words)


async def hold_on(outside: Outside, server: str, incident_id: IncidentId | None = None) -> Hold:
    """The open hold on a server."""
    return await find_hold(outside, server=server, incident_id=incident_id)


async def ask(
    outside: Outside, *servers: str, key: str = "", caller: str = "pipeline", purpose: str = "deploy", **more: Any
) -> GateAnswer:
    """A machine asks for a permit, with a key of its own unless one is given."""
    key = key or f"key-{next(_numbers)}"
    return await ask_permit(outside, Ask(caller=caller, key=key, servers=servers, purpose=purpose, **more))


async def permit_for(outside: Outside, *servers: str, **more: str) -> Permit:
    """As `ask`, where the answer is yes."""
    answer = await ask(outside, *servers, **more)
    assert answer.permit is not None
    return answer.permit


async def permit_now(outside: Outside, permit: Permit) -> Permit:
    """The permit as it stands."""
    async with outside.store.write() as tx:
        found = await tx.permits.lock(permit.id)
    assert found is not None
    return found


async def request(
    outside: Outside,
    *servers: str,
    by: SlackUserId = ANN,
    key: str = "",
    kind: ChangeKind = ChangeKind.MINOR,
    **words: str,
) -> ChangeAnswer:
    """Somebody asks for a change."""
    typed = ChangeWords(title=words.pop("title", "rotate logs"), kind=kind, servers=servers, **words)
    key = key or f"change-{next(_numbers)}"
    return await request_change(outside, by=by, words=typed, request_key=key, channel=ChannelId("C1"))


async def audit(outside: Outside, *acts: Act, subject: str = "") -> Sequence[AuditRow]:
    """The audit rows, all or those of these acts."""
    async with outside.store.read() as tx:
        return await tx.audit.rows(acts=acts, subject=subject)


async def add_server(outside: Outside, *names: str) -> None:
    """Servers that nobody holds."""
    async with outside.store.write() as tx:
        for name in names:
            await tx.servers.add(name)  # type: ignore[arg-type]


async def epochs(outside: Outside) -> dict[str, int]:
    """The epoch of every server."""
    async with outside.store.read() as tx:
        return {str(server.name): server.epoch for server in await tx.servers.all()}


def described(*servers: Server, edges: frozenset[Edge] = frozenset()) -> Described:
    """What a catalogue file would say."""
    return Described(servers, edges)
