"""A word planted in a private incident, and whoever could come to read it outside of its channel."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.logs import JsonLines
from tests.journeys.stage import ALEX, DOYUN, GUEST, HANA, MINJI, SEOYEON, Stage

WORD = "zeisig"
INSIDERS, OUTSIDERS = (MINJI, DOYUN), (SEOYEON, HANA, ALEX, GUEST)


class Leak(AssertionError):
    """Somebody outside could read the word."""


def has_word(thing: Any) -> bool:
    """Whether the word stands anywhere in it, however it is written."""
    return WORD in json.dumps(thing, ensure_ascii=False, default=str).casefold()


def check_nothing_leaked(stage: Stage, channel: str) -> None:
    """Looks at every call to Slack so far, and at everything that anybody outside has before their eyes."""
    workspace = stage.server.workspace
    own = {channel, *INSIDERS, *(stage.person(who).im(stage.app) for who in INSIDERS)}
    for call in stage.server.calls:
        if not has_word(call.arguments) or call.method == "views.open":
            continue  # a form is looked at where it stands: before the eyes of whoever has it open
        place = call.arguments.get("channel") or call.arguments.get("channel_id")
        made_private = call.method == "conversations.create" and call.arguments.get("is_private")
        if not (made_private or place in own or call.arguments.get("user_id") in INSIDERS):
            raise Leak(f"{call.method}: {call.arguments}")
    for who in OUTSIDERS:
        person = stage.person(who)
        for each in workspace.channels.values():
            if who in each.members and has_word([person.messages(each.id), person.ephemerals(each.id)]):
                raise Leak(f"{who} reads it in {each.name}")
        if has_word([person.views(), person.home(stage.app)]):
            raise Leak(f"{who} has it in a form or at home")


@contextmanager
def logged() -> Iterator[list[str]]:
    """The lines that are written meanwhile, information too."""
    kept, root, before = _Kept(), logging.getLogger(), logging.getLogger().level
    root.addHandler(kept)
    root.setLevel(logging.INFO)
    try:
        yield kept.lines
    finally:
        root.setLevel(before)
        root.removeHandler(kept)


class _Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonLines())
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))
