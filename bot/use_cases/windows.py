"""Argo CD's sync windows: which should exist while servers are held, and how they are kept there.

One deny window for each project whose servers are held, `* * * * *` for `1h`, which is a standing freeze
(argoproj/argo-cd#11817); deny beats allow (argo-cd.readthedocs.io/en/stable/user-guide/sync_windows). Ours is known by
its description. Everybody else's windows are written back exactly as they were read.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from bot.domain.door import ArgoProject
from bot.domain.errors import NameUnusable, UnknownServer
from bot.domain.freeze import Hold, open_holds
from bot.domain.ids import ServerId, incident_label
from bot.domain.server import Catalogue
from bot.ports.doors import ArgoProjects, DoorAway, DoorRefused, Project, ProjectChanged
from bot.ports.outside import Outside
from bot.use_cases.line import reach

MARK = "stopline: "
DESCRIPTION_CHARACTERS = 255
"""argoproj/argo-cd, CRD validation of SyncWindow.description."""
TRIES = 5
"""How often a project that others write at the same moment is read anew."""

Window = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What was found and done in one project.

    `held`: our window should be there. `drifted`: somebody had removed or changed it while it should. `trouble`: why it
    could not be seen to. `unknown`: servers in doors.yaml that nobody knows, which hold nothing up.
    """

    project: str
    held: bool = False
    written: bool = False
    drifted: bool = False
    trouble: str = ""
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """Our window of one project, or none."""

    window: Window | None
    unknown: tuple[str, ...] = ()


def wanted_window(project: ArgoProject, reasons: Sequence[str]) -> Window | None:
    """The window for what holds the project's servers; none where nothing does."""
    if not reasons:
        return None
    said = MARK + ", ".join(reasons)
    return {
        "kind": "deny",
        "schedule": "* * * * *",
        "duration": "1h",
        "applications": list(project.applications),
        "manualSync": False,
        "syncOverrun": False,
        "timeZone": "UTC",
        "description": said if len(said) <= DESCRIPTION_CHARACTERS else said[: DESCRIPTION_CHARACTERS - 1] + "…",
    }


def is_ours(window: Window) -> bool:
    """Whether we wrote it."""
    return str(window.get("description", "")).startswith(MARK)


def with_ours(windows: Sequence[Window], wanted: Window | None) -> Sequence[Window] | None:
    """The windows as they should be; None where they are. Ours stays where it stands, a second one of ours goes."""
    ours = [window for window in windows if is_ours(window)]
    if [_plain(one) for one in ours] == ([_plain(wanted)] if wanted else []):
        return None
    others = [window for window in windows if not is_ours(window)]
    return [*others, wanted] if wanted else others


def _plain(window: Window) -> Mapping[str, Any]:
    """Argo CD leaves out what is false or empty."""
    return {name: value for name, value in window.items() if value}


async def wanted_windows(outside: Outside, projects: Sequence[ArgoProject]) -> Mapping[str, Wanted]:
    """Our window of every project, from what is held now. A shadow freeze writes none; a quarantine stops them all."""
    async with outside.store.read() as tx:
        catalogue, line = await tx.servers.catalogue(), await tx.servers.line()
        reached = {project.project: _reached(catalogue, project) for project in projects}
        ids = {number for found, _ in reached.values() for number in found}
        holds = open_holds(await tx.holds.open_on(sorted(ids)))
    found = {}
    for project in projects:
        own, unknown = reached[project.project]
        reasons = [] if outside.policy.shadow else _reasons(holds, own)
        if line.quarantined_at:
            reasons = ["quarantine", *reasons]
        found[project.project] = Wanted(wanted_window(project, reasons), unknown)
    return found


def _reached(catalogue: Catalogue, project: ArgoProject) -> tuple[frozenset[ServerId], tuple[str, ...]]:
    """The project's servers with all that share their fate, and names that nobody knows: nothing can hold those."""
    ids: set[ServerId] = set()
    unknown = []
    for text in project.servers:
        try:
            ids |= {server.id for server in reach(catalogue, [text]).blast}
        except (UnknownServer, NameUnusable):
            unknown.append(text)
    return frozenset(ids), tuple(unknown)


def _reasons(holds: Sequence[Hold], own: frozenset[ServerId]) -> list[str]:
    numbers = dict.fromkeys(hold.incident_id for hold in holds if hold.server_id in own)
    return [incident_label(number) for number in numbers]


async def reconcile_windows(
    outside: Outside, argo: ArgoProjects, projects: Sequence[ArgoProject], *, server: str
) -> Sequence[Reconciled]:
    """Brings every project of one Argo CD server to what is held now; safe to run at any time and twice at once.

    To be called every minute and after each freeze and thaw. Raises StoreUnavailable; trouble with Argo CD is told.
    """
    wanted = await wanted_windows(outside, projects)
    return [await _reconcile(outside, argo, project, wanted[project.project], server) for project in projects]


async def _reconcile(
    outside: Outside, argo: ArgoProjects, project: ArgoProject, wanted: Wanted, server: str
) -> Reconciled:
    name, held = project.project, wanted.window is not None
    before = await _noted(outside, server, name)
    try:
        written = await _bring(argo, name, wanted.window)
    except (DoorAway, DoorRefused, ProjectChanged) as trouble:
        why = f"{type(trouble).__name__}: {trouble}"[:200]
        return Reconciled(name, held=held, trouble=why, unknown=wanted.unknown)
    now = _digest(wanted.window)
    drifted = written and now == before
    if now != before:
        await _note(outside, server, name, now)
    return Reconciled(name, held=held, written=written, drifted=drifted, unknown=wanted.unknown)


async def _bring(argo: ArgoProjects, name: str, wanted: Window | None) -> bool:
    """Whether anything had to be written. Raises ProjectChanged where others write it without end."""
    for _ in range(TRIES):
        project = await argo.read(name)
        windows = with_ours(project.windows, wanted)
        if windows is None:
            return False
        try:
            after = await argo.write(project.with_windows(windows))
        except ProjectChanged:
            continue
        if with_ours(after.windows, wanted) is not None:
            await _undo(argo, after, project)
        return True
    raise ProjectChanged(name)


async def _undo(argo: ArgoProjects, after: Project, before: Project) -> NoReturn:
    """An older Argo CD does not keep descriptions: a window that nobody knows as ours would stay for ever."""
    await argo.write(after.with_windows(before.windows))
    raise DoorRefused("Argo CD did not keep our window as it is")


def _digest(window: Window | None) -> str:
    return json.dumps(window, sort_keys=True) if window else ""


async def _noted(outside: Outside, server: str, name: str) -> str:
    async with outside.store.read() as tx:
        return str(await tx.facts.get(_fact(server, name)) or "")


async def _note(outside: Outside, server: str, name: str, window: str) -> None:
    async with outside.store.write() as tx:
        await tx.facts.put(_fact(server, name), window)


def _fact(server: str, name: str) -> str:
    return f"argocd {hashlib.sha256(f'{server} {name}'.encode()).hexdigest()[:40]}"
