"""How a server looks: its labels, what it is connected with, what holds it; and peers that may share a fault."""

from collections.abc import Mapping, Sequence

from bot.domain.ids import IncidentId, incident_label
from bot.domain.incident import Incident
from bot.domain.server import LABELS, Catalogue, EdgeKind, Server
from bot.i18n.texts import Texts
from bot.use_cases.freeze import Frozen
from handlers.blocks import ids
from handlers.blocks.freeze import frozen_list
from handlers.blocks.parts import Block, button, context, header, section

SHOWN = 20
"""Names in a line, groups in a message."""
VALUE_LIMIT = 2000
"""Characters of a button's value (docs.slack.dev, button element)."""


def server_blocks(texts: Texts, server: Server, catalogue: Catalogue, frozen: Sequence[Frozen]) -> list[Block]:
    """One server."""
    labels = [f"{label}: {getattr(server, label)}" for label in LABELS if getattr(server, label)]
    lines: list[str] = [texts("server.labels", labels=labels) if labels else texts("server.no_labels")]
    if server.aliases:
        lines.append(texts("server.aliases", aliases=server.aliases))
    lines += _edges(texts, server, catalogue)
    blocks = [header(server.name), section("\n".join(lines))]
    return blocks + (frozen_list(texts, frozen) if frozen else [section(texts("freeze.free", servers=[server.name]))])


def _edges(texts: Texts, server: Server, catalogue: Catalogue) -> list[str]:
    mine = sorted(edge for edge in catalogue.edges if server.name in edge.ends)
    fate = [other for edge in mine if edge.kind is EdgeKind.SHARED_FATE for other in edge.ends - {server.name}]
    serves = [edge.other for edge in mine if edge.kind is EdgeKind.SERVES and edge.one == server.name]
    served = [edge.one for edge in mine if edge.kind is EdgeKind.SERVES and edge.other == server.name]
    lines = (
        ("server.shares_fate", sorted(fate)),
        ("server.serves", sorted(serves)),
        ("server.served_by", sorted(served)),
    )
    return [texts(key, servers=names[:SHOWN]) for key, names in lines if names]


def peer_blocks(
    texts: Texts, incident: Incident, named: Sequence[str], peers: Mapping[str, Sequence[Server]]
) -> list[Block]:
    """Servers that are alike and not held yet, a button for each group."""
    blocks = [section(texts("peers.heading", incident=incident_label(incident.id), servers=named[:SHOWN]))]
    for label, servers in list(peers.items())[:SHOWN]:
        names = [server.name for server in servers]
        line = texts("peers.line", label=label, count=len(names), servers=names[:SHOWN])
        press = button(
            texts.plain("peers.freeze", label=label, count=len(names)),
            ids.FREEZE_ADD,
            add_value(incident.id, names, label),
            style="danger",
        )
        blocks.append(section(line, press))
    return [*blocks, context(texts("peers.why"))]


def add_value(incident_id: IncidentId, names: Sequence[str], selector: str = "") -> str:
    """What the button carries: the incident and the names, or where they are too many the group's selector."""
    value = f"{incident_id}:{','.join(names)}"
    return value if len(value) <= VALUE_LIMIT else f"{incident_id}:{selector}"
