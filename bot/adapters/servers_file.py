"""`servers.yaml`: the catalogue of servers, read with a sentence for each mistake."""

from pathlib import Path
from typing import Any

from bot.domain.ids import ServerId, ServerName
from bot.domain.names import NameInvalid, canonical_server_name
from bot.domain.server import LABELS, Server

KNOWN = {"name", "aliases", *LABELS}


class ServersFileWrong(ValueError):
    """The file cannot be read as a catalogue; `servers_file.<key>` is the sentence that says where and why."""

    def __init__(self, file: str, key: str, **params: object) -> None:
        super().__init__(file, key, params)
        self.file = file
        self.key = f"servers_file.{key}"
        self.params = params


def read_servers_file(path: Path) -> tuple[Server, ...]:
    """The servers of `servers: [{name, role, service, pool, aliases}]`. Raises ServersFileWrong."""
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as trouble:
        raise ServersFileWrong(path.name, "unreadable", problem=trouble) from trouble
    rows = content.get("servers") if isinstance(content, dict) else None
    if not isinstance(rows, list):
        raise ServersFileWrong(path.name, "no_list")
    return tuple(_server(path.name, n, row) for n, row in enumerate(rows, start=1))


def _server(file: str, n: int, row: Any) -> Server:
    if not isinstance(row, dict) or not isinstance(row.get("name"), str):
        raise ServersFileWrong(file, "no_name", number=n)
    unknown = sorted(set(row) - KNOWN)
    if unknown:
        raise ServersFileWrong(file, "unknown_word", number=n, word=unknown[0], choices=sorted(KNOWN))
    try:
        names = [canonical_server_name(str(name)) for name in (row["name"], *row.get("aliases", ()))]
    except NameInvalid as invalid:
        raise ServersFileWrong(file, "bad_name", number=n, word=invalid) from invalid
    labels = {label: str(row.get(label, "")).lower() for label in LABELS}
    return Server(id=ServerId(0), name=ServerName(names[0]), epoch=0, aliases=tuple(names[1:]), **labels)
