"""`/freeze server` and `/freeze peers`: the catalogue by hand, servers that are alike, one click that freezes them."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.domain.errors import ServersMissing
from bot.domain.ids import IncidentId, incident_label
from bot.domain.incident import Incident
from bot.domain.server import LABELS, EdgeKind
from bot.use_cases import catalogue, freeze, incident, server, shadow
from bot.use_cases.quarantine import quarantine_now
from handlers.blocks import ids
from handlers.blocks.freeze import stopped
from handlers.blocks.home import shadow_line
from handlers.blocks.incident import channel_notes
from handlers.blocks.server import peer_blocks, server_blocks
from handlers.desk import Call, Desk, call_of_action
from handlers.parsing import EDGE_WORDS, SERVER_VERBS, choose, parse_incident, split_names


def register(app: AsyncApp, desk: Desk) -> None:
    """The button that freezes what was offered; its value is `incident:names`."""

    @app.action(ids.FREEZE_ADD)
    async def on_add(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        await _add(desk, call_of_action(await desk.reader(body["user"]["id"]), body, respond, desk.chat))


async def _add(desk: Desk, call: Call) -> None:
    number, _, names = call.text.partition(":")
    named = await freeze.add_servers(
        desk.outside, by=call.by, incident_id=IncidentId(int(number)), names=split_names(names), request_key=call.key
    )
    line: str = call.texts("incident.frozen_line", servers=[one.name for one in named.servers])
    await call.say("\n".join([line, *channel_notes(call.texts, named.added, named.near)]))


async def _server(desk: Desk, call: Call) -> None:
    """`add lb-09 role=relay`, `connect a b shared_fate`, `disconnect a b`, or a name to look at."""
    word, _, rest = call.text.partition(" ")
    if not word:
        raise ServersMissing
    verbs = {verb: words for verb, words in SERVER_VERBS.items() if word.lower() in words}
    if not verbs:
        await _show(desk, call, word)
        return
    await ACTS[next(iter(verbs))](desk, call, rest.split())


async def _show(desk: Desk, call: Call, name: str) -> None:
    one, frozen = await freeze.server_state(desk.outside, name=name, sight=call.sight)
    known = await server.known_catalogue(desk.outside)
    first = stopped(call.texts, await quarantine_now(desk.outside))
    await call.say(one.name, [*first, *server_blocks(call.texts, one, known, frozen)])


async def _add_server(desk: Desk, call: Call, words: list[str]) -> None:
    if not words:
        raise ServersMissing
    pairs = [word.partition("=") for word in words[1:]]
    for label, _, _ in pairs:
        choose(label, {known: (known,) for known in LABELS}, command="/freeze server add")
    labels = {label.lower(): value for label, _, value in pairs}
    one = await catalogue.add_server(desk.outside, by=call.by, name=words[0], labels=labels)
    await call.say(call.texts("server.added", server=one.name))
    await _show(desk, call, one.name)


async def _connect(desk: Desk, call: Call, words: list[str]) -> None:
    if len(words) < 2:
        raise ServersMissing
    kind = EdgeKind(choose(words[2] if len(words) > 2 else "", EDGE_WORDS, command="/freeze server connect"))
    edge = await catalogue.connect_servers(desk.outside, by=call.by, one=words[0], other=words[1], kind=kind)
    await call.say(call.texts(f"server.connected.{kind}", one=edge.one, other=edge.other))


async def _disconnect(desk: Desk, call: Call, words: list[str]) -> None:
    if len(words) < 2:
        raise ServersMissing
    asked = EdgeKind(choose(words[2], EDGE_WORDS, command="/freeze server disconnect")) if len(words) > 2 else None
    for kind in [asked] if asked else list(EdgeKind):
        edge = await catalogue.connect_servers(
            desk.outside, by=call.by, one=words[0], other=words[1], kind=kind, removed=True
        )
    await call.say(call.texts("server.disconnected", one=edge.one, other=edge.other))


ACTS = {"add": _add_server, "connect": _connect, "disconnect": _disconnect}


async def _peers(desk: Desk, call: Call) -> None:
    """Servers of the same role, pool or image as what an incident holds, and that it does not hold."""
    one, named = await _held_by(desk, call)
    view = await incident.overview(desk.outside, incident_id=one.id, sight=call.sight)
    held = {hold.server for hold in view.holds if hold.freezes}
    known = await server.known_catalogue(desk.outside)
    found = known.peers(named or sorted(held))
    fresh = {label: [s for s in servers if s.name not in held] for label, servers in found.items()}
    peers = {label: servers for label, servers in fresh.items() if servers}
    text = call.texts("peers.none", incident=incident_label(one.id))
    await call.say(text, peer_blocks(call.texts, one, named or sorted(held), peers) if peers else None)


async def _held_by(desk: Desk, call: Call) -> tuple[Incident, list[Any]]:
    """The incident that is meant, and the one server that was named, if any."""
    word = call.text.partition(" ")[0]
    number = parse_incident(word)
    if not word or number is not None:
        one = await incident.find_incident(desk.outside, channel=call.channel, incident_id=number, sight=call.sight)
        return one, []
    here = await incident.id_of_channel(desk.outside, call.channel) if call.channel else None
    hold = await freeze.find_hold(desk.outside, server=word, incident_id=here)
    one = await incident.find_incident(desk.outside, incident_id=hold.incident_id, sight=call.sight)
    return one, [hold.server]


async def _shadow(desk: Desk, call: Call) -> None:
    seen = await shadow.read_shadow(desk.outside)
    await call.say(shadow_line(call.texts, seen))


VERBS = {"server": _server, "peers": _peers, "shadow": _shadow}
