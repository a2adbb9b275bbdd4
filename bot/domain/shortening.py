"""Shortening of text for people: where it may be cut without breaking a character, and how the cut shows."""

import unicodedata

ELLIPSIS = "…"
_JOINER = "\u200d"


def shorten(text: str, limit: int) -> str:
    """Return `text` in at most `limit` code points; a cut text ends with an ellipsis.

    Never cuts inside what a reader sees as one character (surrogate pair, combining marks, emoji joined
    by ZWJ, flags, old Hangul). Raises ValueError when `limit` is below 1: nothing could be shown.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    if len(text) <= limit:
        return text
    cut = limit - 1
    while cut > 0 and not is_character_boundary(text, cut):
        cut -= 1
    return text[:cut].rstrip() + ELLIPSIS


def is_character_boundary(text: str, index: int) -> bool:
    """Whether `text` may be cut before `index` without splitting one visible character."""
    if index <= 0 or index >= len(text):
        return True
    before, after = text[index - 1], text[index]
    if before == _JOINER or _extends(after):
        return False
    if _is_surrogate(before, 0xD800) and _is_surrogate(after, 0xDC00):
        return False
    if before == "\r" and after == "\n":
        return False
    return not (_is_flag_letter(after) and _flag_letters_before(text, index) % 2 == 1)


def _extends(char: str) -> bool:
    """Whether `char` only modifies the character before it."""
    code = ord(char)
    return (
        char == _JOINER
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
        or 0xE0020 <= code <= 0xE007F
        or 0x1160 <= code <= 0x11FF
        or unicodedata.category(char).startswith("M")
    )


def _is_surrogate(char: str, start: int) -> bool:
    return start <= ord(char) < start + 0x400


def _is_flag_letter(char: str) -> bool:
    return 0x1F1E6 <= ord(char) <= 0x1F1FF


def _flag_letters_before(text: str, index: int) -> int:
    start = index
    while start > 0 and _is_flag_letter(text[start - 1]):
        start -= 1
    return index - start


def cut_after_clause(text: str, limit: int) -> str:
    """Cut a long sentence after a clause or a word, visibly, so that no number or name is split."""
    cut = shorten(text, limit).removesuffix("…")
    boundary = max(cut.rfind(", "), cut.rfind("; "), cut.rfind("고 "), cut.rfind("며 "))
    if boundary < limit // 2:
        boundary = cut.rfind(" ")
    return (cut[: boundary + 1] if boundary > 0 else cut).rstrip(" ,;") + "…"
