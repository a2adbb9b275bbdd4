"""Korean written in Latin letters, by the Revised Romanization: for channel names."""

from dataclasses import dataclass

_FIRST_SYLLABLE, _LAST_SYLLABLE = 0xAC00, 0xD7A3
_INITIALS = tuple("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
_FINALS = ("", *"ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")
_VOWELS = (
    *("a", "ae", "ya", "yae", "eo", "e", "yeo", "ye", "o", "wa", "wae"),
    *("oe", "yo", "u", "wo", "we", "wi", "yu", "eu", "ui", "i"),
)
_I_VOWEL = 20
_ONSET = dict(
    zip(
        _INITIALS,
        ("g", "kk", "n", "d", "tt", "r", "m", "b", "pp", "s", "ss", "", "j", "jj", "ch", "k", "t", "p", "h"),
        strict=True,
    )
)
_CODA = {
    **dict.fromkeys("ㄱㄲㅋㄳㄺ", "k"),
    **dict.fromkeys("ㄷㅅㅆㅈㅊㅌㅎ", "t"),
    **dict.fromkeys("ㅂㅍㅄㄿ", "p"),
    **dict.fromkeys("ㄹㄼㄽㄾㅀ", "l"),
    **dict.fromkeys("ㅁㄻ", "m"),
    **dict.fromkeys("ㄴㄵㄶ", "n"),
    "ㅇ": "ng",
    "": "",
}
_CLUSTERS = {
    **{"ㄳ": ("ㄱ", "ㅅ"), "ㄵ": ("ㄴ", "ㅈ"), "ㄶ": ("ㄴ", "ㅎ"), "ㄺ": ("ㄹ", "ㄱ"), "ㄻ": ("ㄹ", "ㅁ")},
    **{"ㄼ": ("ㄹ", "ㅂ"), "ㄽ": ("ㄹ", "ㅅ"), "ㄾ": ("ㄹ", "ㅌ"), "ㄿ": ("ㄹ", "ㅍ"), "ㅀ": ("ㄹ", "ㅎ")},
    "ㅄ": ("ㅂ", "ㅅ"),
}
_NASAL = {"k": "ng", "t": "n", "p": "m"}
_ASPIRATED = {"ㄱ": "ㅋ", "ㄷ": "ㅌ", "ㅈ": "ㅊ"}
_PALATAL = {"ㄷ": "ㅈ", "ㅌ": "ㅊ"}


@dataclass(frozen=True, slots=True)
class Syllable:
    """One Hangul syllable taken apart: consonants as letters, the vowel as its number in Unicode."""

    initial: str
    vowel: int
    final: str


def romanise(word: str) -> str:
    """Return `word` with its Hangul syllables romanised as they are pronounced; other characters are kept."""
    parts: list[str] = []
    run: list[Syllable] = []
    for char in word:
        syllable = take_apart(char)
        if syllable is not None:
            run.append(syllable)
            continue
        parts += [_romanise_run(run), char]
        run = []
    parts.append(_romanise_run(run))
    return "".join(parts)


def take_apart(char: str) -> Syllable | None:
    """Return the letters of a precomposed Hangul syllable, or None for any other character."""
    code = ord(char)
    if not _FIRST_SYLLABLE <= code <= _LAST_SYLLABLE:
        return None
    initial, rest = divmod(code - _FIRST_SYLLABLE, 21 * 28)
    vowel, final = divmod(rest, 28)
    return Syllable(_INITIALS[initial], vowel, _FINALS[final])


def _romanise_run(run: list[Syllable]) -> str:
    parts: list[str] = []
    carried = _ONSET[run[0].initial] if run else ""
    for index, syllable in enumerate(run):
        following = run[index + 1] if index + 1 < len(run) else None
        coda, onset = _meet(syllable.final, following)
        parts.append(carried + _VOWELS[syllable.vowel] + coda)
        carried = onset
    return "".join(parts)


def _meet(final: str, following: Syllable | None) -> tuple[str, str]:
    """Return how a final consonant and the syllable after it are written where they meet."""
    if following is None:
        return _CODA[final], ""
    if following.initial == "ㅇ":
        return _liaison(final, following.vowel)
    if (final == "ㅎ" or _CLUSTERS.get(final, ("", ""))[1] == "ㅎ") and following.initial in _ASPIRATED:
        return _CODA[_CLUSTERS.get(final, ("", ""))[0]], _ONSET[_ASPIRATED[following.initial]]
    return _assimilate(_CODA[final], following.initial)


def _liaison(final: str, vowel: int) -> tuple[str, str]:
    """A final consonant before a vowel is spoken as the beginning of the next syllable."""
    if final in ("", "ㅇ"):
        return _CODA[final], ""
    stays, moves = _CLUSTERS.get(final, ("", final))
    if vowel == _I_VOWEL:
        moves = _PALATAL.get(moves, moves)
    if moves == "ㅎ":
        return ("", _ONSET[stays]) if stays else ("", "")
    return _CODA[stays], _ONSET[moves]


def _assimilate(coda: str, initial: str) -> tuple[str, str]:
    if initial == "ㄹ":
        if coda in ("l", "n"):
            return "l", "l"
        return (_NASAL.get(coda, coda), "n") if coda else ("", "r")
    if initial == "ㄴ" and coda == "l":
        return "l", "l"
    if initial in "ㄴㅁ":
        return _NASAL.get(coda, coda), _ONSET[initial]
    return coda, _ONSET[initial]
