"""Reads a YAML file of the operator's, bounded; PyYAML is loaded with the first one."""

from pathlib import Path

from bot.adapters.yaml_lines import FileWrong, Source, Value

FILE_BYTES = 5 * 1024 * 1024


def read_documents(path: Path, mistake: type[FileWrong]) -> list[Value]:
    """The documents of a YAML file, of which there may be none. Raises `mistake`."""
    from bot.adapters.yaml_tree import compose

    source = Source(path, mistake)
    try:
        with path.open("rb") as file:
            content = file.read(FILE_BYTES + 1)
    except OSError as trouble:
        raise source.wrong("unreadable", problem=trouble.strerror) from trouble
    if len(content) > FILE_BYTES:
        raise source.wrong("too_large", mebibytes=FILE_BYTES // 1024 // 1024)
    try:
        return compose(content.decode("utf-8-sig"), source)
    except UnicodeDecodeError as trouble:
        line = content.count(b"\n", 0, trouble.start) + 1
        raise source.wrong("not_utf8", line=line) from trouble


def read_document(path: Path, mistake: type[FileWrong]) -> Value:
    """The one document of a YAML file. Raises `mistake`."""
    return only(read_documents(path, mistake), Source(path, mistake))


def only(documents: list[Value], source: Source) -> Value:
    """The one document. Raises the source's mistake where there is none, or a second one."""
    if not documents:
        raise source.wrong("empty")
    if len(documents) > 1:
        raise documents[1].wrong("second_document")
    return documents[0]
