"""Whether a sentence is only a piece of what was said, without what turned it; as the checker sees it."""

from collections.abc import Sequence

from bot.evals.letters import plain_of

_DENIALS = ("not ", "no,", "no ", "no.", "never", "n't", "rumour", "rumor", "untrue", "wrong", "false", "nobody")
_KOREAN_DENIALS = ("아니", "아닌", "않", "없", "못", "무근", "뜬소문", "오보")
_ENDS = (". ", "! ", "? ")


def is_a_piece(text: str, lines: Sequence[str]) -> bool:
    """Whether each place where it stands word for word is within a word, or beside a denial that a mark joins to it."""
    wanted = plain_of(text).rstrip(".!…")
    places = [(row, at) for line in lines for row in map(plain_of, line.split("\n")) for at in _places(wanted, row)]
    return bool(places) and all(_is_cut(row[:at], row[at + len(wanted) :]) for row, at in places)


def _places(wanted: str, row: str) -> list[int]:
    found: list[int] = []
    at = row.find(wanted) if wanted else -1
    while at >= 0 and len(found) < 20:
        found.append(at)
        at = row.find(wanted, at + 1)
    return found


def _is_cut(before: str, after: str) -> bool:
    if _goes_on(before[-1:], before[-2:-1]) or _goes_on(after[:1], after[1:2]):
        return True
    for end in _ENDS:
        before, after = before.rpartition(end)[2], after.partition(end)[0]
    joined_before = before.rstrip().endswith((":", "—", "(")) or before.endswith((" - ", " – "))
    joined_after = after.lstrip().startswith((":", "—", "(")) or after.startswith((" - ", " – "))
    return (joined_before and _denies(before)) or (joined_after and _denies(after))


def _goes_on(near: str, far: str) -> bool:
    """Whether a word or a number goes on over the edge of the piece."""
    if near.isascii() and near.isalnum():
        return True
    return near in ("-", ".") and near != "" and far.isascii() and far.isalnum()


def _denies(text: str) -> bool:
    return any(one in f"{text} " for one in (*_DENIALS, *_KOREAN_DENIALS))
