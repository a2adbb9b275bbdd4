"""What the checker says of a sentence that turns a yes into a no, and whether it is about its lines at all."""

from collections.abc import Sequence
from itertools import pairwise

from bot.evals.letters import plain_of, squeezed, words_in

ENOUGH = 0.25
"""Share of a sentence's longer words that must begin like a word of its lines."""
_NOES = (
    *("not", "no", "never", "none", "nobody", "nothing", "without", "cannot", "unable"),
    *("failed", "fails", "fail", "failing", "failure", "ruled"),
)
_KOREAN_NOES = ("않", "없", "아니", "아닌", "못", "불가", "실패", "무관")
_OVER = ("over", "over,", "over.")
_CUTS = (
    *(", ", "; ", ": ", ". ", " but ", " because ", " so ", " and ", " then "),
    *(" 그래서 ", "지만 ", "는데 ", "고 ", "며 ", "서 ", "없이 ", "때문에 "),
)


def _pieces(text: str) -> list[str]:
    pieces = [f"{plain_of(text)} "]
    for cut in _CUTS:
        pieces = [part for piece in pieces for part in piece.replace(cut, f"{cut}\n").split("\n")]
    return [piece for piece in pieces if piece.strip()]


def _says_no(piece: str) -> bool:
    words = words_in(piece)
    noes = 0
    for place, word in enumerate(words):
        followed = words[place + 1] if place + 1 < len(words) else ""
        if (
            (word in _NOES and followed not in _OVER)
            or word.endswith("n't")
            or (
                any(no in word for no in _KOREAN_NOES)
                or word == "안"
                or word.startswith(("안돼", "안됨", "안됩", "안되"))
            )
        ):
            noes += 1
    return noes > 0 and not (noes == 2 and ("실패하지" in piece or "not fail" in piece or "n't fail" in piece))


def turned_in(text: str, texts: Sequence[str]) -> list[str]:
    """Pieces that deny where every piece of the log that is like them affirms, or the other way round."""
    said = [one for line in texts for part in (line, *line.split("\n")) for one in _with_next(_pieces(part))]
    literal = {squeezed(one) for one, _ in said}
    pieces = [piece for piece in _pieces(text) if len(words_in(piece)) > 1]
    turned = []
    for place, piece in enumerate(pieces):
        if squeezed(piece) in literal:
            continue
        no = _says_no(piece)
        beside = pieces[max(0, place - 1) : place + 2]
        near = [(shared(piece, one), it) for one, it in said]
        best = max((share for share, _ in near), default=0.0)
        alike = {it for share, it in near if share >= best * 0.8}
        if best >= ENOUGH and alike == {not no} and (no or not any(map(_says_no, beside))):
            turned.append(piece.strip())
    return turned


def _with_next(pieces: Sequence[str]) -> list[tuple[str, bool]]:
    """Each piece, and once more with a "no" that follows it: "restarted it, did not help"."""
    return [(one, _says_no(one)) for one in pieces] + [(a + b, True) for a, b in pairwise(pieces) if _says_no(b)]


def _beginnings(text: str) -> set[str]:
    """How the longer words of a text begin; a word with a digit in it is a figure or a name."""
    words = [
        word for word in words_in(plain_of(text)) if not any(char.isdigit() for char in word) and not _says_no(word)
    ]
    return {word[:4] if word.isascii() else word[:2] for word in words if len(word) > (3 if word.isascii() else 1)}


def shared(text: str, said: str) -> float:
    """Return the share of the longer words of a text that begin like a word of what was said."""
    mine = _beginnings(text)
    return len(mine & _beginnings(said)) / len(mine) if mine else 1.0
