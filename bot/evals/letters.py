"""Letters and words of a text as the checker compares them; shared with none of the rules that ground drafts."""

import string
import unicodedata


def plain_of(text: str) -> str:
    """Return the text narrow, in lower case, with straight quotes and single spaces."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().replace("’", "'").replace("‘", "'").split())


def squeezed(text: str) -> str:
    """Return only its letters and digits."""
    return "".join(char for char in plain_of(text) if char.isalnum())


def words_in(text: str) -> list[str]:
    """Return its words without the marks around them."""
    return [word for word in (one.strip(string.punctuation + "“”‘’…「」") for one in text.split()) if word]
