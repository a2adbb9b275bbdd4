"""Makes values of a YAML text, one event at a time: nothing in it can nest, repeat or refer without end.

PyYAML's own composer calls itself for every level; in its C form a file of nothing but "[" ends the process.
"""

import re
from typing import Any

import yaml

from bot.adapters.yaml_lines import Kind, Source, Value

DEPTH = 50
"""Lists and fields inside one another."""
VALUES = 1_500_000
"""Values of a file with every repetition by an alias counted: 100,000 servers with all that may be said of them."""

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NOTHING = frozenset(("", "~", "null", "Null", "NULL"))
_PLAIN_TAGS = frozenset((None, "!", *(f"tag:yaml.org,2002:{kind}" for kind in ("str", "seq", "map"))))


def compose(text: str, source: Source) -> list[Value]:
    """The documents of the text. Raises the source's mistake."""
    found = _UNPRINTABLE.search(text)
    if found:
        raise source.wrong("not_printable", line=text.count("\n", 0, found.start()) + 1)
    composer = _Composer(source)
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            composer.take(event)
    except yaml.MarkedYAMLError as trouble:
        mark = trouble.problem_mark or trouble.context_mark
        line = mark.line + 1 if mark else 1
        raise source.wrong("not_yaml", line=line, problem=trouble.problem) from trouble
    return composer.documents


class _Composer:
    def __init__(self, source: Source) -> None:
        self.documents: list[Value] = []
        self._source = source
        self._open: list[tuple[Value, str | None]] = []
        self._anchors: dict[str, Value] = {}

    def take(self, event: yaml.Event) -> None:
        match event:
            case yaml.DocumentStartEvent():
                self._anchors = {}
            case yaml.ScalarEvent():
                self._add(self._scalar(event), event.anchor)
            case yaml.AliasEvent():
                self._add(self._repeated(event), None)
            case yaml.SequenceStartEvent():
                self._begin(event, Kind.LIST)
            case yaml.MappingStartEvent():
                self._begin(event, Kind.FIELDS)
            case yaml.CollectionEndEvent():
                self._add(*self._open.pop())
            case _:
                return

    def _value(self, event: Any, kind: Kind, word: str = "") -> Value:
        value = Value(self._source, event.start_mark.line + 1, kind, word)
        if getattr(event, "tag", None) not in _PLAIN_TAGS:
            raise value.wrong("tagged", word=str(event.tag)[:100])
        return value

    def _scalar(self, event: yaml.ScalarEvent) -> Value:
        is_nothing = event.implicit[0] and event.value in _NOTHING
        value = self._value(event, Kind.NOTHING if is_nothing else Kind.TEXT, event.value)
        if _UNPRINTABLE.search(event.value):
            raise value.wrong("not_printable")
        return value

    def _repeated(self, event: yaml.AliasEvent) -> Value:
        """What has the anchor; not known before it is complete, so that nothing holds itself."""
        anchor = str(event.anchor)
        if anchor not in self._anchors:
            raise self._value(event, Kind.NOTHING).wrong("no_anchor", word=anchor[:100])
        return self._anchors[anchor]

    def _begin(self, event: yaml.CollectionStartEvent, kind: Kind) -> None:
        value = self._value(event, kind)
        if len(self._open) >= DEPTH:
            raise value.wrong("too_deep", most=DEPTH)
        self._open.append((value, event.anchor))

    def _add(self, value: Value, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = value
        if not self._open:
            self.documents.append(value)
            return
        parent = self._open[-1][0]
        parent.parts.append(value)
        parent.size += value.size
        if parent.size > VALUES:
            raise value.wrong("too_much", most=VALUES)
