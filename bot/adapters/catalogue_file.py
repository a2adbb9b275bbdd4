"""A catalogue file of either kind: our own `servers.yaml`, or Backstage's `catalog-info.yaml`."""

from pathlib import Path

from bot.adapters.backstage_file import backstage_in, is_backstage
from bot.adapters.servers_file import ServersFileWrong, servers_in
from bot.adapters.yaml_file import only, read_documents
from bot.adapters.yaml_lines import Source
from bot.ports.catalogue import Described


def read_catalogue(path: Path) -> Described:
    """What the file describes; Backstage's where a document in it says `apiVersion: backstage.io/…`.

    Raises ServersFileWrong.
    """
    source = Source(path, ServersFileWrong)
    documents = read_documents(path, ServersFileWrong)
    if is_backstage(documents):
        return backstage_in(documents, source)
    return servers_in(only(documents, source))
