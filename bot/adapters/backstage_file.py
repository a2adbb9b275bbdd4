"""Backstage's `catalog-info.yaml`: the resources in it that are servers, as a catalogue.

The format: https://backstage.io/docs/features/software-catalog/descriptor-format (Kind: Resource) and
https://backstage.io/docs/features/software-catalog/references. What we take:

- an entity with `kind: Resource` and a `spec.type` of SERVER_TYPES is a server; every other one is passed over;
- `metadata.name` is its name; annotation `stopline.dev/aliases: a, b` gives others;
- `stopline.dev/role`, `…/service`, `…/pool`, `…/image` as annotation, else as label; the service is else `spec.system`;
- `spec.dependsOn: [resource:x]`: x serves it; `spec.dependencyOf: [resource:y]`: it serves y. References to what is
  no server of this file are passed over, since catalogues refer to all sorts of things;
- annotation `stopline.dev/shared-fate: a, b` are servers of this file that share its fate.

Substitutions (`$text`, `$json`, `$yaml`) are not followed. A list of entities, as the catalogue's API answers in JSON,
is read as well.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.adapters.servers_file import (
    ALIASES,
    EDGES,
    SERVERS,
    Entry,
    Name,
    ServersFileWrong,
    described,
    label_at,
    name_at,
)
from bot.adapters.yaml_file import read_documents
from bot.adapters.yaml_lines import SHOWN, Kind, Source, Value
from bot.domain.ids import ServerName
from bot.domain.server import LABELS, Edge, EdgeKind
from bot.ports.catalogue import Described

SERVER_TYPES = (
    "server",
    "host",
    "node",
    "vm",
    "virtual-machine",
    "bare-metal",
    "instance",
    "kubernetes-node",
    "load-balancer",
)
"""The values of `spec.type` that mean a server. Backstage leaves the words to each company."""
_API = "backstage.io/"
_OURS = "stopline.dev/"
_OUR_WORDS = tuple(f"{_OURS}{word}" for word in ("aliases", "shared-fate", *LABELS))
_MOST_FIELDS = 1_000

_Fields = Mapping[str, Value]
_Reference = tuple[str, str]
"""Namespace and name, in small letters."""


@dataclass(frozen=True, slots=True)
class _Resource:
    reference: _Reference
    entry: Entry
    depends_on: tuple[_Reference, ...]
    dependency_of: tuple[_Reference, ...]


def read_backstage_file(path: Path) -> Described:
    """The servers and edges of a Backstage catalogue file. Raises ServersFileWrong, also where it has no server."""
    return backstage_in(read_documents(path, ServersFileWrong), Source(path, ServersFileWrong))


def is_backstage(documents: Iterable[Value]) -> bool:
    """Whether one of the documents is an entity of Backstage's."""
    return any(True for _ in _entities(documents))


def backstage_in(documents: Iterable[Value], source: Source) -> Described:
    """The catalogue of these documents."""
    resources = [_resource(entity) for entity in _entities(documents) if _is_server(entity)]
    if not resources:
        raise source.wrong("no_resource", choices=SERVER_TYPES)
    if len(resources) > SERVERS:
        raise source.wrong("too_many_servers", most=SERVERS)
    known = {resource.reference: resource.entry.names[0].name for resource in resources}
    return described((resource.entry for resource in resources), _edges(resources, known))


def _entities(documents: Iterable[Value]) -> Iterator[Value]:
    for document in documents:
        for value in document.parts if document.kind is Kind.LIST else (document,):
            if value.kind is Kind.FIELDS and _word(_all(value), "apiVersion").startswith(_API):
                yield value


def _is_server(entity: Value) -> bool:
    fields = _all(entity)
    return _word(fields, "kind") == "resource" and _word(_in(fields, "spec"), "type") in SERVER_TYPES


def _resource(entity: Value) -> _Resource:
    fields = _all(entity)
    metadata, spec = _in(fields, "metadata"), _in(fields, "spec")
    if "name" not in metadata:
        raise fields.get("metadata", entity).wrong("missing", word="name")
    entry = _entry(metadata, spec)
    space = _word(metadata, "namespace") or "default"
    return _Resource(
        (space, metadata["name"].text().lower()),
        entry,
        tuple(_references(spec.get("dependsOn"), space)),
        tuple(_references(spec.get("dependencyOf"), space)),
    )


def _entry(metadata: _Fields, spec: _Fields) -> Entry:
    ours = {**_ours(_in(metadata, "labels")), **_ours(_in(metadata, "annotations"))}
    labels = {label: label_at(ours[f"{_OURS}{label}"]) for label in LABELS if f"{_OURS}{label}" in ours}
    if "system" in spec and "service" not in labels:
        labels["service"] = label_at(spec["system"], _reference(spec["system"])[2])
    return Entry(
        names=(name_at(metadata["name"]), *_listed(ours.get(f"{_OURS}aliases"), ALIASES)),
        labels=labels,
        shared_fate=_listed(ours.get(f"{_OURS}shared-fate"), EDGES),
    )


def _ours(found: _Fields) -> _Fields:
    """The labels or annotations with our prefix; one that we do not know is a misspelling."""
    ours = {name: value for name, value in found.items() if name.startswith(_OURS)}
    for name, value in ours.items():
        if name not in _OUR_WORDS:
            raise value.wrong("unknown_word", word=name[:SHOWN], choices=sorted(_OUR_WORDS))
    return ours


def _listed(value: Value | None, most: int) -> tuple[Name, ...]:
    """The names of `a, b`: annotations cannot be lists."""
    if value is None:
        return ()
    names = [part for part in value.text().split(",") if part.strip()]
    if len(names) > most:
        raise value.wrong("too_many", most=most)
    return tuple(name_at(value, name) for name in names)


def _references(value: Value | None, space: str) -> Iterator[_Reference]:
    """What may be a resource; a reference that names no kind may be one."""
    for item in value.items(EDGES) if value else ():
        kind, namespace, name = _reference(item)
        if kind in ("", "resource"):
            yield namespace or space, name


def _reference(value: Value) -> tuple[str, str, str]:
    """Kind, namespace and name of `[<kind>:][<namespace>/]<name>` or of the same in fields; "" where left out."""
    if value.kind is Kind.FIELDS:
        fields = _all(value)
        return _word(fields, "kind"), _word(fields, "namespace"), _word(fields, "name")
    kind, colon, rest = value.text().lower().rpartition(":")
    space, slash, name = rest.rpartition("/")
    return (kind if colon else ""), (space if slash else ""), name


def _edges(resources: Iterable[_Resource], known: Mapping[_Reference, ServerName]) -> Iterator[Edge]:
    for resource in resources:
        own = known[resource.reference]
        serving = [known[other] for other in resource.depends_on if other in known]
        served = [known[other] for other in resource.dependency_of if other in known]
        pairs = [*((one, own) for one in serving), *((own, other) for other in served)]
        yield from (Edge(one, other, EdgeKind.SERVES) for one, other in pairs if one != other)


def _all(value: Value) -> _Fields:
    """All fields, whatever they are called."""
    return {name.text(): inner for name, inner in value.pairs(_MOST_FIELDS)}


def _in(fields: _Fields, name: str) -> _Fields:
    """The fields of a field; none where it is missing or empty."""
    value = fields.get(name)
    return {} if value is None or value.kind is Kind.NOTHING else _all(value)


def _word(fields: _Fields, name: str) -> str:
    """A field in small letters; "" where it is missing or no text."""
    value = fields.get(name)
    return value.text().lower() if value and value.kind is Kind.TEXT else ""
