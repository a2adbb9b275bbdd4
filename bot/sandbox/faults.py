"""Answers for what goes wrong on purpose in the Web API: latency, rate limits, errors, lost answers."""

from collections import defaultdict, deque
from dataclasses import dataclass, field

from bot.sandbox.real_time import monotonic


class Fault:
    """What happens to a call instead of, or after, its work."""


@dataclass(frozen=True)
class RateLimited(Fault):
    retry_after: int = 1


@dataclass(frozen=True)
class ServerError(Fault):
    status: int = 500


@dataclass(frozen=True)
class SlackError(Fault):
    code: str


@dataclass(frozen=True)
class DoneFirst(Fault):
    """The work is done, and then something happens to the answer."""


@dataclass(frozen=True)
class Swallowed(DoneFirst):
    """The connection closes without an answer."""


@dataclass(frozen=True)
class ErrorAfter(DoneFirst):
    """The answer is an error all the same."""

    status: int = 500


@dataclass(frozen=True)
class HalfAnswer(DoneFirst):
    """The connection closes in the middle of the answer; or it is `ended` there, as if that were all."""

    ended: bool = False


@dataclass(frozen=True)
class Dropped(Fault):
    """The connection closes and nothing was done."""


@dataclass
class _Planned:
    fault: Fault
    left: int | None  # None: until cleared


@dataclass
class Faults:
    latency: float = 0.0  # seconds, each Web API call
    tiers: bool = False  # Slack's limits per method and minute
    minute: float = 60.0  # how long the tiers' minute is
    latencies: dict[str, float] = field(default_factory=dict)  # method -> seconds, over `latency`
    _planned: dict[str, list[_Planned]] = field(default_factory=lambda: defaultdict(list))
    _recent: dict[tuple[str, str], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def on(self, method: str, fault: Fault, *, times: int | None = 1) -> None:
        """The next `times` calls of a method meet the fault ("*": of any method; times=None: until clear())."""
        self._planned[method].append(_Planned(fault, times))

    def clear(self) -> None:
        self._planned.clear()
        self._recent.clear()
        self.latencies.clear()
        self.latency, self.tiers = 0.0, False

    def latency_of(self, method: str) -> float:
        return self.latencies.get(method, self.latency)

    def take(self, method: str) -> Fault | None:
        for name in (method, "*"):
            for planned in self._planned.get(name, []):
                if planned.left is not None:
                    planned.left -= 1
                    if planned.left <= 0:
                        self._planned[name].remove(planned)
                return planned.fault
        return None

    def over_tier(self, token: str, method: str, per_minute: int) -> RateLimited | None:
        """One more call in a sliding minute, or how long to wait for it."""
        if not self.tiers:
            return None
        calls, now = self._recent[token, method], monotonic()
        while calls and calls[0] <= now - self.minute:
            calls.popleft()
        if len(calls) >= per_minute:
            return RateLimited(max(1, round(calls[0] + self.minute - now)))
        calls.append(now)
        return None
