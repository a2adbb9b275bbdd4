"""Letters and words of a text as the checker compares them; shared with none of the rules that ground drafts."""

import string
import unicodedata
from itertools import pairwise


def plain_of(text: str) -> str:
    """Return the text narrow, in lower case, with straight quotes and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‘", "'").split())


def squeezed(text: str) -> str:
    """Return only its letters and digits."""
    return "".join(char for char in plain_of(text) if char.isalnum())


def words_in(text: str) -> list[str]:
    """Return its words without the marks around them."""
    return [word for word in (one.strip(string.punctuation + "“”‘’…「」") for one in text.split()) if word]


def token_around(plain: str, place: int) -> str:
    """Return the letters, digits, hyphens and dots that hang together at a place."""
    start, end = place, place
    while start > 0 and joins(plain[start - 1]):
        start -= 1
    while end < len(plain) and joins(plain[end]):
        end += 1
    return plain[start:end].strip(".-_")


def joins(char: str) -> bool:
    """Whether a letter belongs to the token that it stands in."""
    return (char.isalnum() and char.isascii()) or char in "-_."


def is_code(token: str) -> bool:
    """Letters first and digits behind, or several dots: a server, a version, an address, a commit."""
    if not token or not any(char.isdigit() for char in token):
        return False
    if token.count(".") >= 2 and not token.replace("p.m", "").replace("a.m", "").count(".") < 2:
        return True
    if token[0].isalpha() and "-" not in token[1:2]:
        return True
    letters = sum(char.isalpha() for char in token)
    changes = sum(one.isalpha() and two.isdigit() for one, two in pairwise(token))
    return len(token) >= 7 and letters > 0 and changes > 0
