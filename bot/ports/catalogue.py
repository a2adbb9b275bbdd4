"""What a catalogue file says: servers and the edges between them, whoever wrote it down."""

from dataclasses import dataclass

from bot.domain.server import Edge, Server


@dataclass(frozen=True, slots=True)
class Described:
    """Servers (no ids or epochs yet) with canonical names and aliases, each of which means one server.

    Both ends of an edge are names of `servers`. A `shared_fate` edge is there once, its ends in the alphabet's order.
    """

    servers: tuple[Server, ...]
    edges: frozenset[Edge] = frozenset()
