"""Between a frozen dataclass and its row: the names are the same on both sides."""

from dataclasses import fields
from typing import Any


def values(thing: Any, *, without: tuple[str, ...] = ("id",)) -> dict[str, Any]:
    """The fields of a dataclass as column values; sets and tuples become lists."""
    return {f.name: _plain(getattr(thing, f.name)) for f in fields(thing) if f.name not in without}


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, tuple):
        return list(value)
    return value
