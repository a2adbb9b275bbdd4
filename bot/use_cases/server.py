"""Which servers people mean: names, aliases, groups; and the catalogue they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit import Act
from bot.domain.errors import NameUnusable, UnknownServer
from bot.domain.ids import ServerName, SlackUserId
from bot.domain.names import NameInvalid, canonical_server_name, nearest_names
from bot.domain.server import Catalogue, Server, is_selector
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


def known_servers(catalogue: Catalogue, raw: Sequence[str]) -> tuple[Server, ...]:
    """The known servers of these names and groups, each once. Raises UnknownServer, NameUnusable."""
    return tuple({server.name: server for text in raw for server in _known(catalogue, text)}.values())


async def named_servers(tx: Transaction, raw: Sequence[str]) -> tuple[Server, ...]:
    """The known servers of these names and groups. Raises UnknownServer with the nearest names."""
    return known_servers(await tx.servers.catalogue(), raw)


async def named_or_new_servers(tx: Transaction, raw: Sequence[str], *, by: SlackUserId, at: datetime) -> Named:
    """As `named_servers`, but a single name that nobody knows becomes a server: an incident must not wait for it."""
    known = await tx.servers.catalogue()
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
            if name in found:
                continue
            servers = (await tx.servers.add(name),)
            await record(tx, at=at, act=Act.SERVER_ADDED, actor=by, subject=name)
            added.append(name)
            near += [ServerName(n) for n in unknown.nearest]
        for server in servers:
            found[server.name] = server
    return Named(tuple(found.values()), tuple(added), tuple(dict.fromkeys(near)))


def _known(known: Catalogue, text: str) -> tuple[Server, ...]:
    if is_selector(text):
        group = known.select(text.lower())
        if not group:
            raise UnknownServer(server=text)
        return group
    name = canonical(text)
    server = known.find(name)
    if server is None:
        raise UnknownServer(server=name, nearest=nearest_names(name, known.names))
    return (server,)


async def known_names(outside: Outside) -> frozenset[str]:
    """Every name and alias."""
    async with outside.store.read() as tx:
        return frozenset((await tx.servers.catalogue()).names)


async def known_catalogue(outside: Outside) -> Catalogue:
    """Every server and what connects them."""
    async with outside.store.read() as tx:
        return await tx.servers.catalogue()
