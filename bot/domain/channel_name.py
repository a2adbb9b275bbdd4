"""Names of incident channels: what Slack's naming rules leave of a date and a title in any language."""

import re
import unicodedata
from datetime import date

from bot.domain.romanisation import romanise

TITLE_LIMIT = 40
_LINK = re.compile(r"<(?:[@#!][^>|]{0,300}|https?://[^>|]*|mailto:[^>|]*)(?:\|([^>]*))?>")
_EMOJI_CODE = re.compile(r":[a-z][a-z0-9_+-]*:", re.IGNORECASE)
_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’](?=[^\W\d_])")
_PIECE = re.compile(r"[a-z0-9]+(?:_[a-z0-9]+)*|[가-힣]+")


def channel_name(day: date, title: str, number: int, attempt: int = 0) -> str:
    """Return a channel name such as `inc-20240520-load-balancing`: at most 80 of a–z, 0–9, - and _.

    `day` is the incident's day in the team's zone. Korean is romanised and other scripts are dropped; a
    title of which nothing is left gives the incident's `number`. `attempt` counts names already taken:
    the second try (1) ends in `-2`.
    """
    stem = _fit("-".join(_words(title))) or str(number)
    suffix = f"-{attempt + 1}" if attempt > 0 else ""
    return f"inc-{day:%Y%m%d}-{stem}{suffix}"


def _words(title: str) -> list[str]:
    text = _EMOJI_CODE.sub(" ", _LINK.sub(lambda found: f" {found[1] or ''} ", title))
    text = _APOSTROPHE.sub("", text)
    return [romanise(piece) for piece in _PIECE.findall(_plain(text))]


def _plain(text: str) -> str:
    """Lower case, accents off Latin letters, Hangul composed."""
    decomposed = unicodedata.normalize("NFKD", text).lower()
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFC", bare)


def _fit(stem: str) -> str:
    """Cut at the last whole word within the limit; a first word that is too long is cut hard."""
    if len(stem) <= TITLE_LIMIT:
        return stem
    boundary = stem.rfind("-", 0, TITLE_LIMIT + 1)
    return stem[: boundary if boundary > 0 else TITLE_LIMIT].strip("-_")
