"""What the checker says of a sentence that turns a yes into a no, and whether it is about its lines at all."""

import re
from collections.abc import Sequence
from itertools import pairwise

from bot.evals.letters import plain_of, squeezed, words_in

ENOUGH = 0.25
"""Share of a sentence's longer words that must begin like a word of its lines."""
_NOES = (
    *("not", "no", "never", "none", "nobody", "nothing", "without", "cannot", "unable"),
    *("failed", "fails", "fail", "failing", "failure", "ruled"),
    *("hardly", "barely", "avoided", "unsuccessful"),
)
_KOREAN_NOES = ("않", "없", "아니", "아닌", "못", "불가", "실패", "무관", "무근")
_FAILED_NOT = re.compile(r"실패하지|n(?:o|')t fail|\bno (?!doubt|question|wonder)(?:\S+ ){1,8}fail")
"""Two noes that make a yes."""
_OVER = ("over", "over,", "over.")
_CUTS = (
    *(", ", "; ", ": ", ". ", "? ", "! ", " but ", " because ", " so ", " and ", " then "),
    *(" 그래서 ", "지만 ", "는데 ", "고 ", "며 ", "서 ", "없이 ", "때문에 "),
)


def _pieces(text: str) -> list[str]:
    pieces = [f"{plain_of(text)} "]
    for cut in _CUTS:
        pieces = [part for piece in pieces for part in piece.replace(cut, f"{cut}\n").split("\n")]
    return [piece for piece in pieces if piece.strip()]


_CONTRARY = (
    *(("enabl", "disabl"), ("turned on", "turned off"), ("switched on", "switched off"), (" up ", " down ")),
    *(
        ("turned on", "disabl"),
        ("enabl", "turned off"),
        ("accept", "refus"),
        ("accept", "reject"),
        ("approv", "reject"),
    ),
    *(("allow", "refus"), ("grant", "denied"), ("increas", "decreas"), ("rose", "fell"), ("climb", "fell")),
    *(("rose", "drop"), ("increas", "drop"), ("increas", "fell"), ("added", "removed"), ("faster", "slower")),
    *(("passed", "failed"), ("better", "worse"), ("improv", "worse"), ("opened", "closed"), ("automatic", "manual")),
    *(("활성화", "비활성화"), ("켰", "껐"), ("승인", "거절"), ("승인", "반려"), ("증가", "감소"), ("급증", "급감")),
    *(("늘었", "줄었"), ("올랐", "떨어"), ("상승", "하락"), ("추가", "삭제"), ("유효", "무효"), ("열었", "닫았")),
)
_PREFIXES = ("un", "non-", "non", "in", "미", "비", "불", "무")


def _contraries(texts: Sequence[str]) -> list[tuple[str, str]]:
    """The pairs of which both sides occur: of the table, and words beside the same with a prefix that denies."""
    together = f" {' '.join(map(plain_of, texts))} "
    pairs = [(one, two) for one, two in _CONTRARY if two in together and one in together.replace(two, " ")]
    words = set(words_in(together))
    for word in words:
        for prefix in _PREFIXES:
            bare = word[len(prefix) :]
            bare = bare[:2] if not bare.isascii() else bare
            if word.startswith(prefix) and len(bare) > (3 if bare.isascii() else 1):
                pairs += [(bare, prefix + bare) for one in words if one.startswith(bare)][:1]
    return pairs


def _says_no(piece: str, contraries: Sequence[tuple[str, str]] = ()) -> bool:
    """Whether it denies, with a word that does or with the contrary of what is spoken of; with both it affirms."""
    padded = f" {piece} "
    turned = any(two in padded for _, two in contraries)
    words = words_in(piece)
    noes = 0
    for place, word in enumerate(words):
        followed = words[place + 1] if place + 1 < len(words) else ""
        if (
            (word in _NOES and followed not in _OVER)
            or (word in ("0", "zero") and followed.isalpha() and followed.isascii())
            or word.startswith(("0건", "0명"))
            or word.endswith("n't")
            or any(no in word for no in _KOREAN_NOES)
            or word == "안"
            or word.startswith(("안돼", "안됨", "안됩", "안되"))
        ):
            noes += 1
    both = noes == 2 and bool(_FAILED_NOT.search(piece))
    denies = noes > 0 and not both
    return denies is not turned


def turned_in(text: str, texts: Sequence[str]) -> list[str]:
    """Pieces that deny where every piece of the log that is like them affirms, or the other way round."""
    pairs = _contraries([text, *texts])
    said = [one for line in texts for part in (line, *line.split("\n")) for one in _with_next(_pieces(part), pairs)]
    literal = {squeezed(one) for one, _ in said}
    pieces = [piece for piece in _pieces(text) if len(words_in(piece)) > 1]
    turned = []
    for place, piece in enumerate(pieces):
        if squeezed(piece) in literal:
            continue
        no = _says_no(piece, pairs)
        beside = pieces[max(0, place - 1) : place + 2]
        near = [(shared(piece, one), it) for one, it in said]
        best = max((share for share, _ in near), default=0.0)
        alike = {it for share, it in near if share >= best * 0.8}
        if best >= ENOUGH and alike == {not no} and (no or not any(_says_no(one, pairs) for one in beside)):
            turned.append(piece.strip())
    return turned


def _with_next(pieces: Sequence[str], pairs: Sequence[tuple[str, str]]) -> list[tuple[str, bool]]:
    """Each piece, and once more with a "no" that follows it: "restarted it, did not help"."""
    alone = [(one, _says_no(one, pairs)) for one in pieces]
    return alone + [(a + b, True) for a, b in pairwise(pieces) if _says_no(b, pairs)]


_ASKS = ("should ", "could ", "shall ")
_PLANS = (" will ", "'ll ", "let's ", " going to ", "maybe ", "perhaps ", "probably ", " i think ", " i guess ")
_KOREAN_PLANS = ("까요", "나요", "가요", "겠습니다", "게요", "예정", "같습니다", "같아요", "아마", "하시죠", "합시다")
_DONE = (" was ", " were ", " has ", " had ", "ed ", "ed.")
_OWNED = (
    *("ask", "whether", " if ", "would", "will ", "possibl", "probabl", "maybe", "perhaps", "may ", "might", "estimat"),
    *("suppos", "propos", "suggest", "plan", "decided", "suspect", "likely", "thought", "said", "announc", "intend"),
    *(
        "여부",
        "물었",
        "질문",
        "추정",
        "가능성",
        "예정",
        "계획",
        "제안",
        "밝혔",
        "하기로",
        "예상",
        "겠다",
        "의심",
        "알렸",
    ),
)


def unsettled_in(text: str, texts: Sequence[str]) -> list[str]:
    """The text where it tells as done what the pieces of the log that are most like it ask, suppose or plan."""
    plain = f" {plain_of(text)} "
    if not (any(one in plain for one in _DONE) or any(map(_is_past, plain))) or any(one in plain for one in _OWNED):
        return []
    if any(squeezed(text) in squeezed(one) for one in texts):
        return []
    said = [piece for one in texts for row in one.split("\n") for piece in _pieces(row)]
    best = max((shared(text, one) for one in said), default=0.0)
    alike = [one for one in said if shared(text, one) >= best * 0.8]
    return [text] if best >= ENOUGH and all(map(_is_open, alike)) else []


def _is_past(letter: str) -> bool:
    """Whether a syllable ends as those of a Korean past do: 했, 졌, 뺐."""
    return "가" <= letter <= "힣" and (ord(letter) - 0xAC00) % 28 == 20 and letter not in "있겠"


def _is_open(piece: str) -> bool:
    return (
        piece.rstrip().endswith("?")
        or piece.lstrip().startswith(_ASKS)
        or any(one in f" {piece}" for one in _PLANS)
        or any(word.endswith(_KOREAN_PLANS) or word.startswith(_KOREAN_PLANS) for word in words_in(piece))
    )


def _beginnings(text: str) -> set[str]:
    """How the longer words of a text begin; a word with a digit in it is a figure or a name."""
    words = [
        word for word in words_in(plain_of(text)) if not any(char.isdigit() for char in word) and not _says_no(word)
    ]
    words += [word[2:] for word in words if word.startswith("un")]
    return {word[:4] if word.isascii() else word[:2] for word in words if len(word) > (3 if word.isascii() else 1)}


def shared(text: str, said: str) -> float:
    """Return the share of the longer words of a text that begin like a word of what was said."""
    mine = _beginnings(text)
    return len(mine & _beginnings(said)) / len(mine) if mine else 1.0
