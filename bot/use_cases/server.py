"""Which servers people mean: names, aliases, groups; and the catalogue they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.errors import NameUnusable, UnknownServer
from bot.domain.ids import THE_BOT, ServerName, SlackUserId
from bot.domain.names import NameInvalid, canonical_server_name, nearest_names
from bot.domain.server import Server, check_aliases, find, is_selector, select
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.record import record


@dataclass(frozen=True, slots=True)
class Named:
    """The servers that were meant; `added` were not known before, `near` offers known names for those."""

    servers: tuple[Server, ...]
    added: tuple[ServerName, ...] = ()
    near: tuple[ServerName, ...] = ()


def canonical(raw: str) -> ServerName:
    """The canonical form of a typed name. Raises NameUnusable."""
    try:
        return ServerName(canonical_server_name(raw))
    except NameInvalid as error:
        raise NameUnusable(server=raw) from error


async def named_servers(tx: Transaction, raw: Sequence[str]) -> Named:
    """The known servers of these names and groups. Raises UnknownServer with the nearest names."""
    known = await tx.servers.all()
    found: dict[str, Server] = {}
    for text in raw:
        for server in _known(known, text):
            found[server.name] = server
    return Named(tuple(found.values()))


async def named_or_new_servers(tx: Transaction, raw: Sequence[str], *, by: SlackUserId, at: datetime) -> Named:
    """As `named_servers`, but a single name that nobody knows becomes a server: an incident must not wait for it."""
    known = await tx.servers.all()
    found: dict[str, Server] = {}
    added: list[ServerName] = []
    near: list[ServerName] = []
    for text in raw:
        try:
            servers = _known(known, text)
        except UnknownServer as unknown:
            if is_selector(text):
                raise
            name = canonical(text)
            servers = (await tx.servers.add(name),)
            await record(tx, at=at, act=Act.SERVER_ADDED, actor=by, subject=name)
            added.append(name)
            near += [ServerName(n) for n in unknown.nearest]
        for server in servers:
            found[server.name] = server
    return Named(tuple(found.values()), tuple(added), tuple(dict.fromkeys(near)))


def _known(known: Sequence[Server], text: str) -> tuple[Server, ...]:
    if is_selector(text):
        group = select(known, text.lower())
        if not group:
            raise UnknownServer(server=text)
        return group
    name = canonical(text)
    server = find(known, name)
    if server is None:
        raise UnknownServer(server=name, nearest=nearest_names(name, _all_names(known)))
    return (server,)


def _all_names(known: Sequence[Server]) -> list[str]:
    return [name for server in known for name in (server.name, *server.aliases)]


async def describe_servers(outside: Outside, servers: Sequence[Server]) -> None:
    """Takes over the catalogue: new servers are added, known ones get their role, service, pool and aliases.

    I2: other aliases mean another reach, so the epoch grows with them. Raises AliasTaken; then nothing is taken over.
    """
    at = outside.clock.now()
    async with outside.store.write() as tx:
        known = {server.name: server for server in await tx.servers.all()}
        check_aliases({**known, **{server.name: server for server in servers}}.values())
        changed = [server for server in servers if server.name not in known or not _same(known[server.name], server)]
        for server in changed:
            await tx.servers.describe(server)
            await record(tx, at=at, act=Act.SERVER_ADDED, actor=THE_BOT, subject=server.name)
        renamed = [k.id for s in changed if (k := known.get(s.name)) and k.aliases != s.aliases]
        if renamed:
            await tx.servers.raise_epochs(renamed)


def _same(one: Server, other: Server) -> bool:
    return (one.role, one.service, one.pool, one.aliases) == (other.role, other.service, other.pool, other.aliases)


async def known_names(outside: Outside) -> frozenset[str]:
    """Every name and alias."""
    async with outside.store.read() as tx:
        return frozenset(_all_names(await tx.servers.all()))
