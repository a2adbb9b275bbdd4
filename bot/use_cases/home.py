"""What a person's App Home shows: open incidents, frozen servers, what waits for them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.change import Change, ChangeState
from bot.domain.draft import Draft, DraftKind
from bot.domain.freeze import HoldState
from bot.domain.ids import SlackUserId
from bot.domain.incident import Incident
from bot.domain.sight import Sight
from bot.ports.gate_rows import Line
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.draft import managers_in
from bot.use_cases.freeze import Frozen, frozen_now


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits for one person: fixes to verify, changes to approve, drafts to decide."""

    fixes: tuple[Frozen, ...]
    changes: tuple[Change, ...]
    drafts: tuple[tuple[Draft, Incident], ...]

    @property
    def is_empty(self) -> bool:
        """Nothing waits."""
        return not (self.fixes or self.changes or self.drafts)


@dataclass(frozen=True, slots=True)
class Home:
    """One person's view of everything; `line` says whether all is quarantined."""

    line: Line
    incidents: Sequence[Incident]
    frozen: tuple[Frozen, ...]
    waiting: Waiting


async def read_home(outside: Outside, *, who: SlackUserId) -> Home:
    """Everything in one reading transaction."""
    async with outside.store.read(Sight(who=who)) as tx:
        line = await tx.servers.line()
        frozen = await frozen_now(tx)
        incidents = await tx.incidents.recent(20, only_open=True)
        waiting = Waiting(
            fixes=tuple(f for f in frozen if _may_verify(f, who)),
            changes=await _to_approve(tx, who),
            drafts=await _to_decide(tx, outside, who),
        )
    return Home(line, incidents, frozen, waiting)


def _may_verify(one: Frozen, who: SlackUserId) -> bool:
    return one.hold.state is HoldState.CLAIMED and who not in one.hold.fixers and not one.incident.is_veiled


async def _to_approve(tx: Transaction, who: SlackUserId) -> tuple[Change, ...]:
    asked = await tx.changes.recent(50, states=(ChangeState.REQUESTED,))
    return tuple(c for c in asked if not c.is_approved and who not in (c.requester, c.approver))


async def _to_decide(tx: Transaction, outside: Outside, who: SlackUserId) -> tuple[tuple[Draft, Incident], ...]:
    found = []
    for draft in await tx.drafts.proposed():
        incident = await tx.incidents.get(draft.incident_id)
        if incident and draft.kind is DraftKind.POSTMORTEM and who in await managers_in(tx, outside, incident):
            found.append((draft, incident))
    return tuple(found)
