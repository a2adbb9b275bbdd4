"""What stands on the pages of a PDF that typst made: the words that have glyphs, and the colours of what is drawn.

A character without a glyph is drawn as an empty box, whatever a reader that copies text says of it.
"""

import re
import zlib
from collections.abc import Iterator

_TEXT = re.compile(rb"BT\b(.*?)\bET\b", re.DOTALL)
_STRING = re.compile(rb"\(((?:\\.|[^\\()])*)\)", re.DOTALL)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
BOX = "\N{WHITE SQUARE}"


def streams(raw: bytes) -> Iterator[bytes]:
    """Everything in it that is packed."""
    for found in re.finditer(rb"stream\r?\n(.*?)\r?\nendstream", raw, re.DOTALL):
        try:
            yield zlib.decompress(found[1])
        except zlib.error:
            continue


def drawn_words(raw: bytes) -> list[str]:
    """Each piece of text as each of the fonts would draw it; glyph 0 is a box."""
    packed = list(streams(raw))
    fonts = [_letters(one) for one in packed if b"beginbfchar" in one]
    pieces = [_glyphs(found[1]) for one in packed for found in _TEXT.finditer(one)]
    return [
        "".join(letters.get(glyph, BOX) if glyph else BOX for glyph in piece) for piece in pieces for letters in fonts
    ]


def fills(raw: bytes) -> set[tuple[int, int, int]]:
    """The colours in use, from 0 to 255."""
    found = (one for part in streams(raw) for one in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) scn", part))
    return {(_level(red), _level(green), _level(blue)) for red, green, blue in found}


def _level(share: bytes) -> int:
    return round(float(share) * 255)


def _letters(cmap: bytes) -> dict[int, str]:
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\s", cmap)
    return {int(glyph, 16): bytes.fromhex(letter.decode()).decode("utf-16-be") for glyph, letter in pairs}


def _glyphs(shown: bytes) -> list[int]:
    text = b"".join(_ESCAPE.sub(_unescaped, one) for one in _STRING.findall(shown))
    return [int.from_bytes(text[at : at + 2], "big") for at in range(0, len(text), 2)]


def _unescaped(found: re.Match[bytes]) -> bytes:
    name = found[1]
    return bytes([int(name, 8)]) if name.isdigit() else _NAMED.get(name, name)
