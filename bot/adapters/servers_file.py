"""`servers.yaml`: the catalogue of servers, read with a sentence for each mistake."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.yaml_file import read_document
from bot.adapters.yaml_lines import SHOWN, FileWrong, Value
from bot.domain.ids import ServerId, ServerName
from bot.domain.names import NameInvalid, canonical_server_name, nearest_names
from bot.domain.server import LABELS, Edge, EdgeKind, Server
from bot.ports.catalogue import Described

SERVERS = 100_000
ALIASES = 100
"""Aliases of a server."""
EDGES = 1_000
"""Edges that one server writes down, of each kind."""
_FIELDS = ("name", "aliases", "shared_fate", "serves", *LABELS)
_LABEL = re.compile(r"[^\s,]{0,100}")


class ServersFileWrong(FileWrong):
    """The file cannot be read as a catalogue."""


@dataclass(frozen=True, slots=True)
class Name:
    """A canonical name and where it is written."""

    name: ServerName
    at: Value


@dataclass(frozen=True, slots=True)
class Entry:
    """One server as it is written down, and the names that it has edges to."""

    names: tuple[Name, ...]
    """Its name, then its aliases."""
    labels: Mapping[str, str]
    shared_fate: tuple[Name, ...] = ()
    serves: tuple[Name, ...] = ()

    @property
    def server(self) -> Server:
        """The server, without id and epoch."""
        name, *aliases = (written.name for written in self.names)
        return Server(id=ServerId(0), name=name, epoch=0, aliases=tuple(aliases), **self.labels)


def read_servers_file(path: Path) -> Described:
    """The catalogue of a `servers.yaml` as in `bot/assets/servers.example.yaml`. Raises ServersFileWrong."""
    return servers_in(read_document(path, ServersFileWrong))


def servers_in(document: Value) -> Described:
    """The catalogue of `servers: [{name, role, service, pool, image, aliases, shared_fate, serves}]`."""
    rows = document.fields(("servers",), needed=("servers",))["servers"].items(SERVERS)
    return described([_entry(row) for row in rows])


def _entry(row: Value) -> Entry:
    fields = row.fields(_FIELDS, needed=("name",))
    aliases = fields["aliases"].items(ALIASES) if "aliases" in fields else []
    return Entry(
        names=tuple(name_at(value) for value in (fields["name"], *aliases)),
        labels={label: label_at(fields[label]) for label in LABELS if label in fields},
        shared_fate=_names(fields.get("shared_fate")),
        serves=_names(fields.get("serves")),
    )


def _names(value: Value | None) -> tuple[Name, ...]:
    return tuple(name_at(item) for item in value.items(EDGES)) if value else ()


def name_at(value: Value, text: str | None = None) -> Name:
    """The name written here (or the `text`, where it is a part of what is written). Raises ServersFileWrong."""
    written = value.text() if text is None else text
    try:
        return Name(ServerName(canonical_server_name(written)), value)
    except NameInvalid as invalid:
        raise value.wrong("bad_name", word=written[:SHOWN]) from invalid


def label_at(value: Value, text: str | None = None) -> str:
    """A label as selectors compare it: `role:relay` must be one word. Raises ServersFileWrong."""
    written = (value.text() if text is None else text).lower()
    if not _LABEL.fullmatch(written):
        raise value.wrong("bad_label", word=written[:SHOWN])
    return written


def described(entries: Iterable[Entry], edges: Iterable[Edge] = ()) -> Described:
    """The entries' servers with their edges and the further `edges`. Raises ServersFileWrong."""
    entries = list(entries)
    owners = _owners(entries)
    found = {edge for entry in entries for edge in _edges(entry, owners)}
    return Described(tuple(entry.server for entry in entries), frozenset(found.union(edges)))


def _owners(entries: Iterable[Entry]) -> Mapping[ServerName, ServerName]:
    """Every name and alias with the name of its one server."""
    first: dict[ServerName, Name] = {}
    owners: dict[ServerName, ServerName] = {}
    for entry in entries:
        for written in entry.names:
            if written.name in first:
                raise written.at.wrong("twice", word=written.name, first=first[written.name].at.line)
            first[written.name] = written
            owners[written.name] = entry.names[0].name
    return owners


def _edges(entry: Entry, owners: Mapping[ServerName, ServerName]) -> Iterator[Edge]:
    own = entry.names[0].name
    for written in entry.shared_fate:
        one, other = sorted((own, _meant(written, own, owners)))
        yield Edge(one, other, EdgeKind.SHARED_FATE)
    for written in entry.serves:
        yield Edge(own, _meant(written, own, owners), EdgeKind.SERVES)


def _meant(written: Name, own: ServerName, owners: Mapping[ServerName, ServerName]) -> ServerName:
    if written.name not in owners:
        near = nearest_names(written.name, owners)
        key = "unknown_server_near" if near else "unknown_server"
        raise written.at.wrong(key, word=written.name, **({"near": near} if near else {}))
    if owners[written.name] == own:
        raise written.at.wrong("edge_to_itself", word=written.name)
    return owners[written.name]
