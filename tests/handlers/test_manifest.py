"""The app asks Slack for no event that it does not use."""

from typing import Any, cast

from bot.manifest import BOT_EVENTS
from handlers.slack import ask, home, sight, timeline


class _Listeners:
    """Stands for the Bolt app: notes which events are listened to."""

    def __init__(self) -> None:
        self.events: set[str] = set()

    def event(self, name: str, **_: Any) -> Any:
        self.events.add(name)
        return lambda listener: listener

    def __getattr__(self, _: str) -> Any:
        return lambda *_args, **_more: lambda listener: listener


def test_every_subscribed_event_is_used() -> None:
    app = _Listeners()
    for part in (ask, home, sight, timeline):
        part.register(cast(Any, app), cast(Any, None))
    used = app.events - set(timeline.QUIET)
    assert {name.partition(".")[0] for name in BOT_EVENTS} == used
