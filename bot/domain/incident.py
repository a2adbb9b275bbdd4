"""Rules of an incident: its status, its times, its roles."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import (
    HoldsRemain,
    ReasonMissing,
    StatusImpossible,
    TimeCannotBe,
    TitleMissing,
    TitleTooLong,
)
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId

TITLE_LIMIT = 200
"""Characters of a title at most."""
UNSEEN = dict.fromkeys(
    (
        *range(9),
        *range(0x0E, 0x1C),
        *range(0x7F, 0x85),
        *range(0x86, 0xA0),
        *range(0x202A, 0x202F),
        *range(0x2066, 0x206A),
    )
)
"""Controls that are no spaces (a terminal obeys some), and those that turn round what is written after them."""


class Severity(StrEnum):
    """How bad it is; SEV1 is the worst."""

    SEV1 = "sev1"
    SEV2 = "sev2"
    SEV3 = "sev3"
    SEV4 = "sev4"


class Status(StrEnum):
    """Where an incident stands in its life."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class Role(StrEnum):
    """What a responder does in an incident."""

    COMMANDER = "commander"
    COMMUNICATIONS = "communications"
    SCRIBE = "scribe"


class TimeName(StrEnum):
    """The timestamps of an incident, in their natural order."""

    STARTED = "started_at"
    DETECTED = "detected_at"
    DECLARED = "declared_at"
    ACKNOWLEDGED = "acknowledged_at"
    IDENTIFIED = "identified_at"
    MITIGATED = "mitigated_at"
    RESOLVED = "resolved_at"
    CLOSED = "closed_at"


Times = Mapping[TimeName, datetime]

OPEN = frozenset({Status.INVESTIGATING, Status.IDENTIFIED, Status.MITIGATED})
OVER = frozenset({Status.CLOSED, Status.CANCELLED})

MOVES: Mapping[Status, frozenset[Status]] = {
    Status.INVESTIGATING: frozenset({Status.IDENTIFIED, Status.MITIGATED, Status.RESOLVED, Status.CANCELLED}),
    Status.IDENTIFIED: frozenset({Status.MITIGATED, Status.RESOLVED, Status.CANCELLED}),
    Status.MITIGATED: frozenset({Status.RESOLVED, Status.CANCELLED}),
    Status.RESOLVED: frozenset({Status.CLOSED}),
    Status.CLOSED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""Where `change_status` may go; the way back to investigating is `reopen`."""

TIME_OF_STATUS: Mapping[Status, TimeName] = {
    Status.IDENTIFIED: TimeName.IDENTIFIED,
    Status.MITIGATED: TimeName.MITIGATED,
    Status.RESOLVED: TimeName.RESOLVED,
    Status.CLOSED: TimeName.CLOSED,
}

AFTER: tuple[tuple[TimeName, TimeName], ...] = (
    (TimeName.STARTED, TimeName.DETECTED),
    (TimeName.STARTED, TimeName.IDENTIFIED),
    (TimeName.STARTED, TimeName.MITIGATED),
    (TimeName.STARTED, TimeName.RESOLVED),
    (TimeName.DETECTED, TimeName.ACKNOWLEDGED),
    (TimeName.MITIGATED, TimeName.RESOLVED),
    (TimeName.RESOLVED, TimeName.CLOSED),
)
"""(earlier, later): the pairs whose order no correction may turn round."""


@dataclass(frozen=True, slots=True)
class Incident:
    """One incident. `times` holds the newest version of each timestamp, UTC.

    `forgotten_at`: when what people had said in its channel was forgotten; None where it is kept.
    """

    id: IncidentId
    title: str
    severity: Severity
    status: Status
    reporter: SlackUserId
    language: str
    times: Times
    roles: Mapping[str, str]
    channel: ChannelId | None = None
    channel_name: str | None = None
    card_ts: MessageTs | None = None
    private: bool = False
    forgotten_at: datetime | None = None

    @property
    def is_veiled(self) -> bool:
        """Loaded for somebody who may not know more of it than its number and its commander: no title, no channel."""
        return self.private and not self.title

    @property
    def is_open(self) -> bool:
        """Still worked on: neither resolved, closed nor cancelled."""
        return self.status in OPEN

    @property
    def is_forgotten(self) -> bool:
        """Over, and what was said is kept no longer; a program that knew no forgetting may have reopened it."""
        return self.forgotten_at is not None and self.status in OVER

    @property
    def is_past(self) -> bool:
        """Over before we were there, brought in from an export: its channel is none that we speak in."""
        return self.status in OVER and self.channel is not None and self.card_ts is None

    @property
    def commander(self) -> SlackUserId | None:
        """Who leads, or nobody yet."""
        who = self.roles.get(Role.COMMANDER)
        return SlackUserId(who) if who else None


def check_title(title: str) -> str:
    """The title without outer or doubled spaces and unseen controls. Raises TitleMissing, TitleTooLong."""
    tidy = " ".join(title.translate(UNSEEN).split())
    if not tidy:
        raise TitleMissing
    if len(tidy) > TITLE_LIMIT:
        raise TitleTooLong(length=len(tidy), limit=TITLE_LIMIT)
    return tidy


def change_status(incident: Incident, to: Status, *, at: datetime, open_holds: tuple[str, ...]) -> Incident:
    """Moves the status and logs its time once; what is said is kept. Raises StatusImpossible, HoldsRemain."""
    if to not in MOVES[incident.status]:
        raise StatusImpossible(now=incident.status, to=to)
    if to in (Status.RESOLVED, Status.CLOSED) and open_holds:
        raise HoldsRemain(servers=open_holds)
    moved = replace(incident, status=to, forgotten_at=None)
    name = TIME_OF_STATUS.get(to)
    return log_time(moved, name, at) if name else moved


def cancel(incident: Incident, *, reason: str, open_holds: tuple[str, ...]) -> Incident:
    """Ends an incident that was none; its holds go first. Raises as `change_status`, and ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing
    if open_holds:
        raise HoldsRemain(servers=open_holds)
    if Status.CANCELLED not in MOVES[incident.status]:
        raise StatusImpossible(now=incident.status, to=Status.CANCELLED)
    return replace(incident, status=Status.CANCELLED, forgotten_at=None)


def reopen(incident: Incident, *, reason: str) -> Incident:
    """Back to investigating: the times of the end no longer hold, what is said is kept again.

    Raises StatusImpossible, ReasonMissing.
    """
    if incident.status is Status.INVESTIGATING:
        raise StatusImpossible(now=incident.status, to=Status.INVESTIGATING)
    if not reason.strip():
        raise ReasonMissing
    kept = {name: at for name, at in incident.times.items() if name not in END_TIMES}
    return replace(incident, status=Status.INVESTIGATING, times=kept, forgotten_at=None)


END_TIMES = frozenset({TimeName.MITIGATED, TimeName.RESOLVED, TimeName.CLOSED})


def log_time(incident: Incident, name: TimeName, at: datetime) -> Incident:
    """Logs a time by itself, the first time only."""
    if name in incident.times:
        return incident
    return replace(incident, times={**incident.times, name: at})


def _has_reached(incident: Incident, name: TimeName) -> bool:
    """Whether the time may be known: one of a status that was skipped may, one of a status to come may not."""
    if name in incident.times or name not in TIME_OF_STATUS.values():
        return True
    logged, order = TIME_OF_STATUS.get(incident.status), list(TIME_OF_STATUS.values())
    return logged is not None and order.index(name) <= order.index(logged)


def correct_time(incident: Incident, name: TimeName, value: datetime, *, now: datetime) -> Incident:
    """Corrects one time. Raises TimeCannotBe when it lies ahead, is not reached, or turns the order round."""
    if not _has_reached(incident, name):
        raise TimeCannotBe(why="not_reached", state=name, now=incident.status)
    if value > now:
        raise TimeCannotBe(why="ahead", value=value)
    times = {**incident.times, name: value}
    for earlier, later in AFTER:
        if name in (earlier, later) and earlier in times and later in times and times[earlier] > times[later]:
            raise TimeCannotBe(why="order", earlier=earlier, later=later, first=times[earlier], second=times[later])
    return replace(incident, times=times)


def assign(incident: Incident, role: Role, who: SlackUserId, *, at: datetime) -> Incident:
    """Gives a role; the first commander acknowledges the incident."""
    given = replace(incident, roles={**incident.roles, role.value: who})
    return log_time(given, TimeName.ACKNOWLEDGED, at) if role is Role.COMMANDER else given


def between(times: Times, earlier: TimeName, later: TimeName) -> timedelta | None:
    """`later − earlier`, or None where either is missing: never 0 for the unknown."""
    if earlier not in times or later not in times:
        return None
    return times[later] - times[earlier]


def impact_duration(times: Times) -> timedelta | None:
    """How long users were hurt: mitigated_at − started_at."""
    return between(times, TimeName.STARTED, TimeName.MITIGATED)


def durations(times: Times) -> dict[str, timedelta | None]:
    """Every duration of one incident by its name in SPEC §3."""
    return {
        "impact_duration": impact_duration(times),
        "time_to_detect": between(times, TimeName.STARTED, TimeName.DETECTED),
        "time_to_acknowledge": between(times, TimeName.DETECTED, TimeName.ACKNOWLEDGED),
        "time_to_mitigate": between(times, TimeName.DETECTED, TimeName.MITIGATED),
        "time_to_resolve": between(times, TimeName.DETECTED, TimeName.RESOLVED),
    }
