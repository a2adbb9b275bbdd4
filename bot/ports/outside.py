"""What every use case is handed: where records live, what time it is, and what the operator decided."""

from dataclasses import dataclass

from bot.domain.ids import SlackUserId
from bot.ports.clock import Clock
from bot.ports.storage import Store


@dataclass(frozen=True, slots=True)
class Policy:
    """What the operator decided. `shadow`: the freeze only counts what it would have refused."""

    shadow: bool = False
    managers: tuple[SlackUserId, ...] = ()
    on_call: tuple[SlackUserId, ...] = ()
    announce_channel: str = ""
    language: str = "en"
    zone: str = "UTC"


@dataclass(frozen=True, slots=True)
class Outside:
    """The outside world as use cases see it."""

    store: Store
    clock: Clock
    policy: Policy
