"""Servers: canonical names, selectors, peers, and how the trouble of one reaches others."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from functools import cached_property

from bot.domain.errors import AliasTaken
from bot.domain.ids import ServerId, ServerName

LABELS = ("role", "service", "pool", "image")
"""What a selector may ask for: `role:relay`, `service:messaging`, `pool:a`, `image:relay-4.2`."""
PEER_LABELS = ("role", "pool", "image")
"""Servers that share one of these may share a fault."""
REACH = 3
"""A hold goes at most so many `shared_fate` edges far."""
ASK_ABOVE = 500
"""A freeze of more servers than this is asked for twice."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server. `epoch` grows with every new hold, and never falls."""

    id: ServerId
    name: ServerName
    epoch: int
    role: str = ""
    service: str = ""
    pool: str = ""
    image: str = ""
    aliases: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether the canonical `name` means this server."""
        return name == self.name or name in self.aliases


class EdgeKind(StrEnum):
    """Servers that share their fate freeze together; a server that serves another only warns."""

    SHARED_FATE = "shared_fate"
    SERVES = "serves"


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """Between two servers. `shared_fate` goes both ways; `serves`: trouble of `one` is felt at `other`."""

    one: ServerName
    other: ServerName
    kind: EdgeKind

    @property
    def ends(self) -> frozenset[ServerName]:
        """Both servers."""
        return frozenset((self.one, self.other))


@dataclass(frozen=True)
class Catalogue:
    """Every known server and edge, as of one `version` (it grows with every change of either)."""

    servers: tuple[Server, ...]
    edges: frozenset[Edge] = frozenset()
    version: int = 0
    _by_name: Mapping[str, Server] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names = {alias: server for server in self.servers for alias in server.aliases}
        object.__setattr__(self, "_by_name", names | {server.name: server for server in self.servers})

    def find(self, name: str) -> Server | None:
        """The server called so: by its own name, or where nobody has that name by an alias."""
        return self._by_name.get(name)

    @property
    def names(self) -> list[str]:
        """Every name and alias."""
        return list(self._by_name)

    def select(self, selector: str) -> tuple[Server, ...]:
        """The servers that a selector means, by name: `role:relay`, or a pattern such as `relay-*`."""
        return select(self.servers, selector)

    @cached_property
    def _fate(self) -> Mapping[str, frozenset[ServerName]]:
        return _neighbours(self.edges, EdgeKind.SHARED_FATE)

    @cached_property
    def _serving(self) -> Mapping[str, frozenset[ServerName]]:
        return _neighbours(self.edges, EdgeKind.SERVES)

    def closure(self, names: Iterable[ServerName], *, edges: int = REACH) -> tuple[Server, ...]:
        """These servers and all that share their fate, at most so many edges away; in the order of their ids."""
        reached = set(names)
        edge = set(reached)
        for _ in range(edges):
            if not edge:
                break
            edge = {other for name in edge for other in self._fate.get(name, ())} - reached
            reached |= edge
        return self._in_order(reached)

    def served(self, names: Iterable[ServerName]) -> tuple[Server, ...]:
        """The neighbours over `serves` edges, either way, one edge away: they only warn."""
        wanted = set(names)
        return self._in_order({other for name in wanted for other in self._serving.get(name, ())} - wanted)

    def peers(self, names: Iterable[ServerName]) -> Mapping[str, tuple[Server, ...]]:
        """For each label (`role:relay`) that one of these servers has: the other servers that have it too."""
        asked = set(names)
        labels = dict.fromkeys(
            f"{label}:{value}"
            for server in self.servers
            if server.name in asked
            for label in PEER_LABELS
            if (value := getattr(server, label))
        )
        found = {label: tuple(s for s in self.select(label) if s.name not in asked) for label in labels}
        return {label: servers for label, servers in found.items() if servers}

    def _in_order(self, names: Collection[str]) -> tuple[Server, ...]:
        return tuple(sorted((self._by_name[name] for name in names if name in self._by_name), key=lambda s: s.id))


def _neighbours(edges: Iterable[Edge], kind: EdgeKind) -> Mapping[str, frozenset[ServerName]]:
    found: dict[str, set[ServerName]] = {}
    for edge in edges:
        if edge.kind is kind:
            found.setdefault(edge.one, set()).add(edge.other)
            found.setdefault(edge.other, set()).add(edge.one)
    return {name: frozenset(others) for name, others in found.items()}


def is_selector(text: str) -> bool:
    """Whether the text means a group rather than one server."""
    return "*" in text or text.partition(":")[0] in LABELS


def select(servers: Iterable[Server], selector: str) -> tuple[Server, ...]:
    """The servers that a selector means, by name: `role:relay`, or a pattern such as `relay-*`."""
    label, colon, value = selector.partition(":")
    if colon and label in LABELS:
        found = [s for s in servers if getattr(s, label) == value]
    else:
        found = [s for s in servers if fnmatchcase(s.name, selector)]
    return tuple(sorted(found, key=lambda s: s.name))


def check_aliases(servers: Iterable[Server]) -> None:
    """Each name and alias means one server. Raises AliasTaken: an alias of a held server's name would free it."""
    owners: dict[str, ServerName] = {}
    for server in servers:
        for name in (server.name, *server.aliases):
            if owners.setdefault(name, server.name) != server.name:
                raise AliasTaken(alias=name, servers=sorted((owners[name], server.name)))
