"""The values of a YAML file, each with its line, and the mistake that says what is wrong there."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

SHOWN = 100
"""Characters of a wrong word that a mistake repeats."""


class FileWrong(ValueError):
    """A file of the operator's cannot be used; the text `key` with `params` says where and why."""

    def __init__(self, file: str, key: str, **params: object) -> None:
        super().__init__(file, key, params)
        self.file = file
        self.key = f"file.{key}"
        self.params = params


@dataclass(frozen=True, slots=True)
class Source:
    """The file that values come from, and the class of its mistakes."""

    path: Path
    mistake: type[FileWrong]

    def wrong(self, key: str, **params: object) -> FileWrong:
        """The mistake `file.<key>`, to be raised."""
        return self.mistake(self.path.name, key, **params)


class Kind(Enum):
    """What a value is."""

    TEXT = auto()
    NOTHING = auto()
    LIST = auto()
    FIELDS = auto()


@dataclass(slots=True, eq=False)
class Value:
    """One value. Texts are kept as written: `pool: 010` and `pool: no` are "010" and "no".

    `parts` are the items of a list, or the names and values of fields in turn. `size` counts all values in it.
    """

    source: Source
    line: int
    kind: Kind
    word: str = ""
    parts: list["Value"] = field(default_factory=list)
    size: int = 1

    def wrong(self, key: str, **params: object) -> FileWrong:
        """The mistake `file.<key>` at this line, to be raised."""
        return self.source.wrong(key, line=self.line, **params)

    def text(self) -> str:
        """What is written, without spaces around it. Raises FileWrong where it is not one text."""
        if self.kind is not Kind.TEXT:
            raise self.wrong("not_text")
        return self.word.strip()

    def flag(self) -> bool:
        """Raises FileWrong for anything but true and false."""
        written = self.text().lower()
        if written not in ("true", "false"):
            raise self.wrong("not_flag", word=written[:SHOWN])
        return written == "true"

    def items(self, most: int) -> list["Value"]:
        """Raises FileWrong where it is no list, or one of more than `most`."""
        if self.kind is not Kind.LIST:
            raise self.wrong("not_list")
        if len(self.parts) > most:
            raise self.wrong("too_many", most=most)
        return self.parts

    def pairs(self, most: int) -> list[tuple["Value", "Value"]]:
        """Names with their values. Raises FileWrong where it has no fields, more than `most`, or one of them twice."""
        if self.kind is not Kind.FIELDS:
            raise self.wrong("not_fields")
        if len(self.parts) > 2 * most:
            raise self.wrong("too_many", most=most)
        first: dict[str, int] = {}
        for name in self.parts[::2]:
            if name.text() in first:
                raise name.wrong("twice", word=name.text()[:SHOWN], first=first[name.text()])
            first[name.text()] = name.line
        return list(zip(self.parts[::2], self.parts[1::2], strict=True))

    def fields(self, known: Collection[str], needed: Collection[str] = ()) -> dict[str, "Value"]:
        """The fields by name. Raises FileWrong for an unknown name, one that stands twice, and one that is missing."""
        found: dict[str, Value] = {}
        for name, value in self.pairs(len(known) + 1):
            if name.text() not in known:
                raise name.wrong("unknown_word", word=name.text()[:SHOWN], choices=sorted(known))
            found[name.text()] = value
        self.need(found, needed)
        return found

    def need(self, fields: Mapping[str, "Value"], needed: Iterable[str]) -> None:
        """Raises FileWrong, here, where one of these fields is not there."""
        for name in needed:
            if name not in fields:
                raise self.wrong("missing", word=name)
