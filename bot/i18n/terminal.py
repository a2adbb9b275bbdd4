"""Sentences for whoever reads a terminal, in its language."""

import os

from bot.i18n.texts import Texts


def say(key: str, **params: object) -> str:
    """The sentence of a key, in Korean where the terminal's locale says so."""
    locale = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    return Texts("ko" if locale.startswith("ko") else "en").plain(key, **params)
