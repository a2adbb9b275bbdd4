"""For whoever watches over us: `/readyz` says whether we may be sent work, `/metrics` how things stand.

Neither needs a token: they hold numbers, kinds and states, no name and nothing that anybody wrote. `/metrics` is
Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats, 0.0.4).
"""

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from importlib import metadata
from pathlib import Path

from aiohttp import web

from bot.ports.clock import Clock
from bot.ports.operations import Figures, Meter
from bot.ports.storage import StoreUnavailable

PATIENCE_SECONDS = 2.0
"""A database that takes longer counts as away."""
FRESH_SECONDS = 1.0
"""So long what was read is told again, however many ask."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Labels = Mapping[str, str]
Samples = list[tuple[Labels, float]]


@dataclass(frozen=True)
class Vitals:
    """What each part says of itself. `connections`: Slack's sockets that stand, or None where Slack comes by HTTP."""

    meter: Meter
    clock: Clock
    database: str
    knows_slack: Callable[[], bool]
    connections: Callable[[], int | None]
    works: Callable[[], bool]
    heard_at: Callable[[], datetime | None]
    refused: Callable[[], Mapping[str, int]]
    resting: Callable[[], Mapping[str, float]]
    held_back: Callable[[], int]
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    _told: list[tuple[float, str]] = field(default_factory=list)

    async def checks(self) -> dict[str, bool]:
        """What must be so before we are sent work."""
        schema = await self._schema()
        return {
            "database": schema is not None,
            "schema": bool(schema),
            "slack": self.knows_slack(),
            "socket": self.connections() != 0,
            "worker": self.works(),
        }

    async def _schema(self) -> bool | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self.meter.schema_is_ours()
        except (StoreUnavailable, TimeoutError):
            return None

    async def metrics(self) -> str:
        """The page; whoever asks at the same time gets the same one."""
        async with self._turn:
            now = asyncio.get_running_loop().time()
            if not self._told or now - self._told[0][0] > FRESH_SECONDS:
                self._told[:] = [(now, page(self, await self._figures()))]
            return self._told[0][1]

    async def _figures(self) -> Figures | None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self.meter.figures(self.clock.now())
        except (StoreUnavailable, TimeoutError):
            return None


def add_ops(app: web.Application, vitals: Vitals) -> None:
    """The routes of whoever watches over us."""

    async def readyz(_: web.Request) -> web.Response:
        checks = await vitals.checks()
        ready = all(checks.values())
        body = {"status": "ready" if ready else "not_ready", "checks": checks}
        return web.json_response(body, status=200 if ready else 503, headers={"Cache-Control": "no-store"})

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(body=(await vitals.metrics()).encode(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", metrics)


def page(vitals: Vitals, figures: Figures | None) -> str:
    """Every figure that is known; without a database those of this process."""
    lines = [
        *_gauge("stopline_build_info", "What runs.", [(_build(vitals.database), 1)]),
        *_gauge("stopline_database_up", "1 where the database answers.", [({}, figures is not None)]),
        *_gauge("stopline_worker_up", "1 where the worker runs.", [({}, vitals.works())]),
        *_gauge("stopline_slack_known", "1 where Slack said who we are.", [({}, vitals.knows_slack())]),
        *_of_slack(vitals),
        *_gauge("process_resident_memory_bytes", "Resident memory.", _resident()),
    ]
    if figures is not None:
        lines += _of_database(figures, vitals.clock.now())
    return "\n".join(lines) + "\n"


def _of_slack(vitals: Vitals) -> list[str]:
    connections, heard = vitals.connections(), vitals.heard_at()
    refused = {method.replace("_", ".", 1): count for method, count in vitals.refused().items()}
    return [
        *_gauge(
            "stopline_slack_connections",
            "Socket Mode connections that stand.",
            [] if connections is None else [({}, connections)],
        ),
        *_gauge(
            "stopline_slack_last_event_timestamp_seconds",
            "When Slack last delivered something to this process.",
            [({}, heard.timestamp())] if heard else [],
        ),
        *_family(
            "stopline_slack_rate_limited_total",
            "Calls that Slack answered with 429.",
            "counter",
            _by("method", refused),
        ),
        *_gauge(
            "stopline_slack_resting_seconds",
            "How long Slack told us not to call this method any more.",
            _by("method", {method.replace("_", ".", 1): left for method, left in vitals.resting().items()}),
        ),
        *_family(
            "stopline_slack_events_held_back_total",
            "Minutes for which Slack says that it delivered nothing (app_rate_limited).",
            "counter",
            [({}, vitals.held_back())],
        ),
    ]


def _of_database(figures: Figures, now: datetime) -> list[str]:
    def since(at: datetime | None) -> float:
        return max(0.0, (now - at).total_seconds()) if at else 0.0

    return [
        *_gauge("stopline_inbox_deliveries", "Deliveries of Slack not handled yet.", [({}, figures.deliveries)]),
        *_gauge("stopline_inbox_age_seconds", "Age of the oldest of them.", [({}, since(figures.oldest_delivery))]),
        *_gauge("stopline_outbox_jobs", "Other jobs that are due.", _by("kind", figures.due)),
        *_gauge("stopline_outbox_lag_seconds", "How long the oldest is due.", [({}, since(figures.oldest_due))]),
        *_gauge("stopline_jobs_tried_again", "Open jobs that failed and rest.", [({}, figures.tried_again)]),
        *_gauge("stopline_jobs_dead", "Jobs given up: a person must look.", [({}, figures.dead)]),
        *_gauge("stopline_holds", "Holds that freeze a server.", _by("state", figures.holds)),
        *_gauge("stopline_servers_held", "Frozen servers.", [({}, figures.servers_held)]),
        *_gauge("stopline_incidents_open", "Incidents that are not resolved.", [({}, figures.incidents_open)]),
        *_gauge("stopline_permits", "Permits that may still matter.", _by("state", figures.permits)),
        *_gauge(
            "stopline_database_clock_ahead_seconds",
            "How far PostgreSQL's clock is ahead of ours; a lease bears less than 4 s.",
            [({}, (figures.clock - now).total_seconds())] if figures.clock else [],
        ),
    ]


def _by(label: str, counts: Mapping[str, float]) -> Samples:
    return [({label: name}, count) for name, count in sorted(counts.items())]


def _gauge(name: str, about: str, samples: Samples) -> list[str]:
    return _family(name, about, "gauge", samples)


def _family(name: str, about: str, kind: str, samples: Samples) -> list[str]:
    head = [f"# HELP {name} {about}", f"# TYPE {name} {kind}"]
    return [*head, *(f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples)]


def _labels(labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}" if pairs else ""


def _quoted(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))


def _build(database: str) -> Labels:
    try:
        version = metadata.version("stopline")
    except metadata.PackageNotFoundError:
        version = "unknown"
    return {"version": version, "database": database}


def _resident() -> Samples:
    """Where the system tells it as Linux does."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return []
    return [({}, pages * os.sysconf("SC_PAGE_SIZE"))]
