"""The catalogue changes: servers described anew, edges added and removed. Edges added in a freeze add holds."""

from collections.abc import Collection, Iterable
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.authority import Authority, Duty
from bot.domain.errors import UnknownServer
from bot.domain.ids import THE_BOT, ServerId, ServerName, SlackUserId
from bot.domain.server import Catalogue, Edge, EdgeKind, Server, check_aliases
from bot.ports.catalogue import Described
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.authority import must_have
from bot.use_cases.freeze import hold_reached
from bot.use_cases.person import must_be_member
from bot.use_cases.record import record
from bot.use_cases.server import canonical, named_servers


async def describe_servers(outside: Outside, described: Described, *, by: SlackUserId = THE_BOT) -> None:
    """Takes over a catalogue file: its servers get their labels, aliases and, among themselves, exactly its edges.

    I2: other aliases mean another reach, so the epoch grows with them. Servers that it does not name stay as they are.
    Raises AliasTaken; then nothing is taken over.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        before = await _alone(tx)
        ours = {server.name for server in described.servers}
        added = described.edges - before.edges
        await _lock(tx, before, ours, added)
        await _describe(tx, before, described.servers, by=by, at=at)
        stale = {edge for edge in before.edges if edge.ends <= ours} - described.edges
        await _connect(tx, before, added, stale, by=by, at=at)


async def _alone(tx: Transaction) -> Catalogue:
    """The catalogue, which nobody else changes until this transaction ends."""
    await tx.servers.lock_line()
    return await tx.servers.catalogue()


async def _lock(tx: Transaction, before: Catalogue, names: Iterable[ServerName], added: Iterable[Edge] = ()) -> None:
    """As a freeze locks them, all at once and in its order: these, and whatever hangs together with the new edges."""
    fates = [edge for edge in added if edge.kind is EdgeKind.SHARED_FATE]
    together = before.closure({name for edge in fates for name in edge.ends}, edges=len(before.servers))
    own = {server.id for name in names if (server := before.find(name))}
    await tx.servers.lock_for_freeze(sorted(own | {server.id for server in together}))


async def _describe(
    tx: Transaction,
    before: Catalogue,
    servers: Iterable[Server],
    *,
    by: SlackUserId,
    at: datetime,
    right: Authority | None = None,
) -> None:
    known = {server.name: server for server in before.servers}
    after = {server.name: server for server in servers}
    check_aliases({**known, **after}.values())
    changed = [server for server in after.values() if not _same(known.get(server.name), server)]
    for server in changed:
        await tx.servers.describe(server)
        act = Act.SERVER_DESCRIBED if server.name in known else Act.SERVER_ADDED
        await record(tx, at=at, act=act, actor=by, subject=server.name, detail=right.detail if right else None)
    renamed = [k.id for s in changed if (k := known.get(s.name)) and k.aliases != s.aliases]
    if renamed:
        await tx.servers.raise_epochs(renamed)


def _same(one: Server | None, other: Server) -> bool:
    return one is not None and _described(one) == _described(other)


def _described(server: Server) -> tuple[object, ...]:
    return (server.role, server.service, server.pool, server.image, server.aliases)


async def add_server(outside: Outside, *, by: SlackUserId, name: str, labels: dict[str, str]) -> Server:
    """A server by hand; other labels for a known one may take it out of a group. Raises NameUnusable, NoAuthority,
    NotYourDuty.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        before = await _alone(tx)
        known = before.find(canonical(name))
        base = known or Server(id=0, name=canonical(name), epoch=0)  # type: ignore[arg-type]
        kept = {label: getattr(base, label) for label in ("role", "service", "pool", "image")}
        server = Server(base.id, base.name, base.epoch, aliases=base.aliases, **{**kept, **labels})
        changes = known is not None and not _same(known, server)
        right = await must_have(tx, outside, by, Duty.ADMINISTER) if changes else None
        await _lock(tx, before, [server.name])
        await _describe(tx, before, [server], by=by, at=at, right=right)
        return (await named_servers(tx, [server.name]))[0]


async def connect_servers(
    outside: Outside, *, by: SlackUserId, one: str, other: str, kind: EdgeKind, removed: bool = False
) -> Edge:
    """An edge by hand; removing one lifts no hold, but makes the reach of a freeze smaller.

    Raises UnknownServer, NameUnusable, NoAuthority, NotYourDuty.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        await must_be_member(tx, by)
        right = await must_have(tx, outside, by, Duty.ADMINISTER) if removed else None
        before = await _alone(tx)
        ends = [server.name for text in (one, other) for server in (await named_servers(tx, [text]))[:1]]
        if len(set(ends)) < 2:
            raise UnknownServer(server=other)
        edge = _edge(ends[0], ends[1], kind)
        added, gone = (set(), {edge} & before.edges) if removed else ({edge} - before.edges, set())
        await _lock(tx, before, (), added)
        await _connect(tx, before, added, gone, by=by, at=at, right=right)
    return edge


def _edge(one: ServerName, other: ServerName, kind: EdgeKind) -> Edge:
    """A shared fate has no direction: its ends stand in the alphabet's order."""
    if kind is EdgeKind.SHARED_FATE and other < one:
        one, other = other, one
    return Edge(one, other, kind)


async def _connect(
    tx: Transaction,
    before: Catalogue,
    added: Collection[Edge],
    removed: Collection[Edge],
    *,
    by: SlackUserId,
    at: datetime,
    right: Authority | None = None,
) -> None:
    """I2: servers that reach further now get a new epoch; their rows are locked."""
    if not added and not removed:
        return
    fates = [edge for edge in added if edge.kind is EdgeKind.SHARED_FATE]
    await tx.servers.connect(added, removed)
    after = await tx.servers.catalogue()
    wider = [s.id for s in _around(after, fates) if _reached(after, s) != _reached(before, s)]
    if wider:
        await tx.servers.raise_epochs(wider)
    for act, edges in ((Act.EDGE_ADDED, added), (Act.EDGE_REMOVED, removed)):
        for edge in sorted(edges):
            said = {"one": edge.one, "other": edge.other, "kind": edge.kind.value}
            detail = {**said, **(right.detail if right else {})}
            await record(tx, at=at, act=act, actor=by, subject=edge.one, detail=detail)
    if wider:
        await hold_reached(tx, wider, by=by, at=at)


def _reached(catalogue: Catalogue, server: Server) -> set[ServerId]:
    """Which ones: their epochs in a catalogue may be old and tell nothing."""
    return {near.id for near in catalogue.closure([server.name])}


def _around(catalogue: Catalogue, edges: Iterable[Edge]) -> tuple[Server, ...]:
    return catalogue.closure({name for edge in edges for name in edge.ends})
