"""Servers: canonical names, selectors, peers."""

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.domain.errors import AliasTaken
from bot.domain.ids import ServerId, ServerName

LABELS = ("role", "service", "pool")
"""What a selector may ask for: `role:relay`, `service:messaging`, `pool:a`."""


@dataclass(frozen=True, slots=True)
class Server:
    """One server. `epoch` grows with every new hold, and never falls."""

    id: ServerId
    name: ServerName
    epoch: int
    role: str = ""
    service: str = ""
    pool: str = ""
    aliases: tuple[str, ...] = ()

    def is_called(self, name: str) -> bool:
        """Whether the canonical `name` means this server."""
        return name == self.name or name in self.aliases


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


def find(servers: Iterable[Server], name: str) -> Server | None:
    """The server called so: by its own name, or where nobody has that name by an alias."""
    known = list(servers)
    exact = next((server for server in known if server.name == name), None)
    return exact or next((server for server in known if server.is_called(name)), None)


def check_aliases(servers: Iterable[Server]) -> None:
    """Each name and alias means one server. Raises AliasTaken: an alias of a held server's name would free it."""
    owners: dict[str, ServerName] = {}
    for server in servers:
        for name in (server.name, *server.aliases):
            if owners.setdefault(name, server.name) != server.name:
                raise AliasTaken(alias=name, servers=sorted((owners[name], server.name)))
