"""Words taken from a line: whether they are whole sentences of it, and nothing that was cut out of one."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate

from bot.domain.evidence import comparable


def is_whole_quotation(text: str, lines: Sequence[Sequence[str]]) -> bool:
    """Whether `text` is one or more whole sentences of a line, or such with a visible cut at the end.

    `lines`: each by its rows, comparable. A sentence begins with a row (behind its bullet) or after the end of
    another; what only ends in a question mark is no statement.
    """
    wanted = comparable(text)
    cut = wanted.endswith(("…", "..."))
    wanted = wanted.rstrip("….").rstrip(" ,;") if cut else wanted
    return bool(wanted) and any(_stands_whole(wanted, rows, cut=cut) for rows in lines)


_GLUED = (*".,!?;:",)


def _stands_whole(wanted: str, rows: Sequence[str], *, cut: bool) -> bool:
    rows = [row for row in rows if row]
    parts = [row if at and row[:1] in _GLUED else f" {row}" for at, row in enumerate(rows)]
    said = "".join(parts).strip()
    starts = [0, *accumulate(map(len, parts))]
    known = frozenset(starts)
    ends = _CUT if cut else _ENDS
    places = (found.start() for found in re.finditer(re.escape(wanted), said))
    return any(
        _begins(said, place, starts) and (place + len(wanted) + 1 in known or ends.match(said, place + len(wanted)))
        for place in places
    )


def _begins(said: str, place: int, starts: Sequence[int]) -> bool:
    row = starts[bisect_right(starts, place) - 1]
    is_first = place - row <= _NEAR and _BULLETS.fullmatch(said, row, place) is not None
    return is_first or _ENDED.search(said[max(0, place - _NEAR) : place]) is not None


_NEAR, _FAR = 20, 200


_BULLETS = re.compile(r"(?:[>*•◦_~]\s?|(?:[-–—+&]|&gt;|\(?\d{1,3}[.)])\s)*")
_ENDED = re.compile(r"(?:[.!?][\"')\]*_]*\s|。)\s*$")
_ENDS = re.compile(r"\s*$|(?<=[.!?])[\"')\]*_]*(?=\s)|(?<=。)|\s?[.!][\"')\]*_]*(?:\s|$)|\s?。")
_CUT = re.compile(
    r"(?!(?<=[a-z0-9])[a-z0-9]|(?<=\d)(?:[.,:/-]?\w|\s?(?:[%십백천만억]|hundred|thousand|million|billion)))"
)


def is_torn(text: str, lines: Sequence[Sequence[str]]) -> bool:
    """Whether `text` stands in a line only as a piece of a word, or beside a "no" that was left out with a mark."""
    wanted = comparable(text).rstrip(".")
    found = [
        _is_torn(said, place.start(), place.end())
        for rows in lines
        for said in rows
        for place in re.finditer(re.escape(wanted), said)
    ]
    return bool(wanted) and bool(found) and all(found)


def _is_torn(said: str, start: int, end: int) -> bool:
    before = _SENTENCE.split(said[max(0, start - _FAR) : start])[-1]
    after = _SENTENCE.split(said[end : end + _FAR], maxsplit=1)[0]
    beside = (before if _MARKED_BEFORE.search(before) else "", after if _MARKED_AFTER.match(after) else "")
    return bool(_IN_A_WORD.search(before) or any(map(_NO.search, beside)))


_SENTENCE = re.compile(r"(?<=[.!?。])\s")
_IN_A_WORD = re.compile(r"[a-z0-9][-.]?$")
_MARKED_BEFORE = re.compile(r"(?::|\s[-–—]|[—(])\s*$")
_MARKED_AFTER = re.compile(r"\s*(?:[:—(]|\s[-–])")
_NO = re.compile(r"\b(?:not?|never|false|wrong|untrue|rumou?rs?|nobody)\b|n't\b|아니|아닌|않|없|못|무근|오보|소문")
