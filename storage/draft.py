"""Drafts in all their versions, and follow-ups."""

from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.citation import Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState, FollowUp
from bot.domain.ids import DraftId, FollowUpId, IncidentId
from bot.domain.reading import Reading, Stopped
from bot.domain.sight import Sight
from bot.domain.spending import Spent
from bot.domain.transcript import Line, LineFate, LineKind
from storage.rows import values
from storage.sight import may_see
from storage.tables import draft, follow_up


class DraftRows:
    """The tables `draft` and `follow_up`."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    @property
    def _seen(self) -> ColumnElement[bool]:
        return may_see(self._sight, draft.c.incident_id)

    @property
    def _seen_follow_ups(self) -> ColumnElement[bool]:
        return may_see(self._sight, follow_up.c.incident_id)

    async def add(self, new: Draft) -> Draft:
        """Writes the next version; its id is the next number."""
        same = (draft.c.incident_id == new.incident_id, draft.c.kind == new.kind.value)
        newest = (await self._connection.execute(select(func.max(draft.c.version)).where(*same))).scalar_one()
        numbered = replace(new, version=(newest or 0) + 1)
        result = await self._connection.execute(insert(draft).values(_columns(numbered)).returning(draft.c.id))
        return replace(numbered, id=DraftId(result.scalar_one()))

    async def get(self, number: DraftId) -> Draft | None:
        """By its id."""
        row = (await self._connection.execute(select(draft).where(draft.c.id == number, self._seen))).one_or_none()
        return _draft(row) if row else None

    async def of_incident(self, number: IncidentId) -> Sequence[Draft]:
        """Every version of every kind, oldest first."""
        query = select(draft).where(draft.c.incident_id == number, self._seen).order_by(draft.c.id)
        rows = await self._connection.execute(query)
        return [_draft(row) for row in rows]

    async def proposed(self) -> Sequence[Draft]:
        """Those that wait for a decision, oldest first."""
        query = select(draft).where(draft.c.state == DraftState.PROPOSED.value, self._seen).order_by(draft.c.id)
        return [_draft(row) for row in await self._connection.execute(query)]

    async def save(self, changed: Draft) -> None:
        """Writes the decision."""
        await self._connection.execute(update(draft).where(draft.c.id == changed.id).values(_columns(changed)))

    async def add_follow_up(self, new: FollowUp) -> FollowUp:
        """Writes a follow-up; its id is the next number."""
        result = await self._connection.execute(insert(follow_up).values(values(new)).returning(follow_up.c.id))
        return replace(new, id=FollowUpId(result.scalar_one()))

    async def follow_ups(self, number: IncidentId) -> Sequence[FollowUp]:
        """Those of one incident, oldest first."""
        query = (
            select(follow_up).where(follow_up.c.incident_id == number, self._seen_follow_ups).order_by(follow_up.c.id)
        )
        return [FollowUp(**row._mapping) for row in await self._connection.execute(query)]

    async def save_follow_up(self, changed: FollowUp) -> None:
        """Writes everything but the id."""
        await self._connection.execute(update(follow_up).where(follow_up.c.id == changed.id).values(values(changed)))


def _columns(item: Draft) -> dict[str, Any]:
    row = values(item)
    row["sections"] = [asdict(section) for section in item.sections]
    row["reading"] = asdict(item.reading) if item.reading else None
    row["lines"] = [_line_as_json(line) for line in item.lines]
    return row


def _draft(row: Any) -> Draft:
    columns = dict(row._mapping)
    columns["kind"] = DraftKind(row.kind)
    columns["state"] = DraftState(row.state)
    columns["sections"] = tuple(_section(raw) for raw in row.sections)
    columns["lines"] = tuple(_line(raw) for raw in row.lines)
    columns["reading"] = _reading(row.reading) if row.reading else None
    return Draft(**columns)


def _reading(raw: dict[str, Any]) -> Reading:
    known = {one.name: raw[one.name] for one in fields(Reading) if one.name in raw}
    return Reading(**{**known, "stopped": Stopped(raw["stopped"]), "spent": Spent(**raw["spent"])})


def _section(raw: dict[str, Any]) -> Section:
    sentences = (Sentence(**{**s, "citations": tuple(s["citations"])}) for s in raw["sentences"])
    return Section(heading=raw["heading"], sentences=tuple(sentences))


def _line_as_json(line: Line) -> dict[str, Any]:
    """Without the role, which older programs do not know and no paper shows."""
    raw = {**asdict(line), "at": line.at.isoformat()}
    del raw["role"]
    return raw


def _line(raw: dict[str, Any]) -> Line:
    """What a newer program noted besides is passed over."""
    known = {one.name: raw[one.name] for one in fields(Line) if one.name in raw}
    at = datetime.fromisoformat(raw["at"])
    told = {"at": at, "kind": LineKind(raw["kind"]), "reactions": tuple(raw["reactions"]), "since": LineFate.NOTHING}
    return Line(**{**known, **told})
