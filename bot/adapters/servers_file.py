"""`servers.yaml`: the catalogue of servers, read with a sentence for each mistake."""

from pathlib import Path
from typing import Any

from bot.domain.ids import ServerId, ServerName
from bot.domain.names import NameInvalid, canonical_server_name
from bot.domain.server import LABELS, Server

KNOWN = {"name", "aliases", *LABELS}


class ServersFileWrong(ValueError):
    """The file cannot be read as a catalogue; the text says where and what to do."""


def read_servers_file(path: Path) -> tuple[Server, ...]:
    """The servers of `servers: [{name, role, service, pool, aliases}]`. Raises ServersFileWrong."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as trouble:
        raise ServersFileWrong(f"{path.name} cannot be read: {trouble}") from trouble
    rows = content.get("servers") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise ServersFileWrong(f"{path.name}: begin with 'servers:' and a list of servers with a 'name' each.")
    return tuple(_server(path.name, n, row) for n, row in enumerate(rows, start=1))


def _server(file: str, n: int, row: Any) -> Server:
    where = f"{file}, server {n}"
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise ServersFileWrong(f"{where}: give it a 'name'.")
    unknown = sorted(set(row) - KNOWN)
    if unknown:
        raise ServersFileWrong(f"{where}: {unknown[0]!r} is not known; use {', '.join(sorted(KNOWN))}.")
    try:
        names = [canonical_server_name(str(name)) for name in (row["name"], *row.get("aliases", ()))]
    except NameInvalid as invalid:
        raise ServersFileWrong(f"{where}: {invalid} cannot be a server's name.") from invalid
    labels = {label: str(row.get(label, "")) for label in LABELS}
    return Server(id=ServerId(0), name=ServerName(names[0]), epoch=0, aliases=tuple(names[1:]), **labels)
