"""What the gate needs of each table: servers, permits, overrides, what was held back, tokens."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.freeze import Hold
from bot.domain.held_back import HeldBack, HeldBackState
from bot.domain.ids import ChangeId, HeldBackId, OverrideId, PermitId, ServerId, ServerName
from bot.domain.override import Override
from bot.domain.permit import Permit, PermitState
from bot.domain.server import Catalogue, Edge, Server
from bot.domain.token import Token


@dataclass(frozen=True, slots=True)
class Line:
    """What holds for every server at once: the catalogue's version, and since when all is quarantined (UTC)."""

    version: int
    quarantined_at: datetime | None
    quarantine_reason: str


@dataclass(frozen=True, slots=True)
class Around:
    """What one look shows: the line, the epochs of some servers, and the holds that freeze them, oldest first."""

    line: Line
    epochs: Mapping[ServerId, int]
    holds: Sequence[Hold]


class Servers(Protocol):
    """See `storage/server.py`."""

    async def line(self) -> Line:
        """The version of the catalogue, and whether everything is quarantined."""
        ...

    async def lock_line(self) -> None:
        """Whoever changes the catalogue or the quarantine does it alone, and before locking servers: no circle."""
        ...

    async def quarantine(self, since: datetime | None, reason: str) -> None:
        """Begins or ends a quarantine (`since` is None)."""
        ...

    @property
    def remembered(self) -> Catalogue:
        """The catalogue as this process knows it, without asking the database: whoever uses it compares its version."""
        ...

    @property
    def changed(self) -> bool:
        """Whether this transaction changed the catalogue itself: what is remembered does not know of it."""
        ...

    async def catalogue(self) -> Catalogue:
        """Every server and edge, as they are in this transaction; the epochs in it may be old (see `now`)."""
        ...

    async def all(self) -> Sequence[Server]:
        """Every server, by name."""
        ...

    async def add(self, name: ServerName, **labels: str) -> Server:
        """A server that was not known before, with its labels (role, service, pool, image)."""
        ...

    async def describe(self, described: Server) -> None:
        """Writes labels and aliases by name; the epoch stays."""
        ...

    async def connect(self, added: Iterable[Edge], removed: Iterable[Edge] = ()) -> None:
        """Adds and removes edges between known servers."""
        ...

    async def now(self, ids: Sequence[ServerId]) -> Sequence[Server]:
        """Their rows as they are now, with their epochs: those of a catalogue may be old."""
        ...

    async def lock_for_permit(self, ids: Sequence[ServerId]) -> None:
        """Their rows, shared: a freeze waits until this transaction ends. In id order, so that none waits for ever."""
        ...

    async def lock_for_freeze(self, ids: Sequence[ServerId]) -> None:
        """Their rows, alone: a permit waits until this transaction ends."""
        ...

    async def raise_epochs(self, ids: Sequence[ServerId]) -> None:
        """Every permit given before is stale now."""
        ...


class Permits(Protocol):
    """See `storage/permit.py`."""

    async def add(self, new: Permit) -> Permit | None:
        """Writes a permit with its epochs; its id is the next number. None where the caller used the key before."""
        ...

    async def get(self, number: PermitId) -> Permit | None:
        """By its number, as it is now; nothing is locked."""
        ...

    async def lock(self, number: PermitId) -> Permit | None:
        """By its number, and nobody else changes it until this transaction ends."""
        ...

    async def by_key(self, caller: str, key: str) -> Permit | None:
        """The answer that this caller already got for this key."""
        ...

    async def of_change(self, number: ChangeId) -> Permit | None:
        """The newest permit of a change."""
        ...

    async def live_on(self, ids: Sequence[ServerId], *, now: datetime) -> Sequence[Permit]:
        """Those that run on any of these servers, or may still start there."""
        ...

    async def touching(self, ids: Sequence[ServerId]) -> Sequence[Permit]:
        """Every permit that ever named any of these servers; nothing is locked."""
        ...

    async def leap(self, *, at: datetime) -> None:
        """No number that is given from now on was given before, whatever an old copy of the database forgot."""
        ...

    async def unstarted(self) -> Sequence[Permit]:
        """Every permit that was given and has not begun."""
        ...

    async def of_state(self, states: Iterable[PermitState]) -> Sequence[Permit]:
        """Those in one of these states, oldest first."""
        ...

    async def late(self, *, now: datetime, limit: int) -> Sequence[PermitId]:
        """Those that run although their lease or their longest time is over; nothing is locked."""
        ...

    async def save(self, changed: Permit) -> None:
        """Writes everything but its servers and epochs."""
        ...

    async def save_epochs(self, changed: Permit) -> None:
        """Writes the servers and epochs anew."""
        ...


class Overrides(Protocol):
    """See `storage/gate.py`."""

    async def add(self, new: Override) -> Override:
        """Writes an override; its id is the next number."""
        ...

    async def lock(self, number: OverrideId) -> Override | None:
        """By its number, and nobody else changes it until this transaction ends."""
        ...

    async def usable(self, *, confirmed_after: datetime) -> Sequence[Override]:
        """Those that two people agreed to since then and nobody used, oldest first."""
        ...

    async def save(self, changed: Override) -> None:
        """Writes everything but the number."""
        ...


class HeldBacks(Protocol):
    """See `storage/gate.py`."""

    async def note(self, new: HeldBack) -> None:
        """Writes what was refused; asked again while it waits, it is counted."""
        ...

    async def waiting(self) -> Sequence[HeldBack]:
        """Everything that waits for a thaw, oldest first; nobody else offers it until this transaction ends."""
        ...

    async def of_state(self, states: Sequence[HeldBackState]) -> Sequence[HeldBack]:
        """Those in these states, oldest first."""
        ...

    async def named(self, numbers: Sequence[HeldBackId]) -> Sequence[HeldBack]:
        """Those with these numbers."""
        ...

    async def lock(self, number: HeldBackId) -> HeldBack | None:
        """By its number, and nobody else changes it until this transaction ends."""
        ...

    async def close(self, number: ChangeId, to: HeldBackState) -> None:
        """A change went on, or was withdrawn, by another way."""
        ...

    async def save(self, changed: HeldBack) -> None:
        """Writes everything but the number."""
        ...


class Tokens(Protocol):
    """See `storage/gate.py`."""

    async def add(self, new: Token) -> None:
        """Lets a caller in."""
        ...

    async def replace(self, old: Token, new: Token) -> None:
        """The same name gets a new secret; the old one is forgotten."""
        ...

    async def by_hash(self, token_hash: str) -> Token | None:
        """Whose token this is."""
        ...

    async def by_name(self, name: str) -> Token | None:
        """The token of this caller."""
        ...

    async def all(self) -> Sequence[Token]:
        """Every token, by name."""
        ...

    async def save(self, changed: Token) -> None:
        """Writes everything but hash and name."""
        ...
