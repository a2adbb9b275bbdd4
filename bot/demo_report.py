"""What happened in the demo's two runs, computed from their records."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.domain.audit import Act, AuditRow, decision_label
from bot.domain.draft import Draft, DraftState
from bot.domain.ids import incident_label
from bot.domain.incident import Incident, TimeName, impact_duration
from bot.i18n.texts import Texts
from bot.ports.outside import Outside


@dataclass(frozen=True, slots=True)
class Run:
    """The records of one run."""

    incidents: Sequence[Incident]
    drafts: Sequence[Draft]
    refused: Sequence[AuditRow]
    questions: Sequence[AuditRow]
    language: str
    zone: str


async def read_run(outside: Outside) -> Run:
    """Everything that the report is made of."""
    async with outside.store.read() as tx:
        incidents = sorted(await tx.incidents.recent(100, only_open=False), key=lambda one: one.id)
        drafts = [draft for one in incidents for draft in await tx.drafts.of_incident(one.id)]
        return Run(
            incidents,
            [draft for draft in drafts if draft.state is not DraftState.REPLACED],
            await tx.audit.rows(acts=(Act.CHANGE_REFUSED,)),
            await tx.audit.rows(acts=(Act.QUESTION_ASKED,)),
            outside.policy.language,
            outside.policy.zone,
        )


def report(shadow: Run, enforced: Run) -> dict[str, Any]:
    """Plain JSON; minutes are whole, durations rounded to the nearest."""
    return {
        "outages": [_outage(incident) for incident in shadow.incidents],
        "minutes_without": sum(_minutes(incident) for incident in shadow.incidents),
        "minutes_with": sum(_minutes(incident) for incident in enforced.incidents),
        "refused": [_refused(row, enforced) for row in {row.subject: row for row in enforced.refused}.values()],
        "drafts": [_draft(draft) for draft in enforced.drafts],
        "answers": [_answer(row) for row in enforced.questions],
    }


def _minutes(incident: Incident) -> int:
    span = impact_duration(incident.times)
    return round(span.total_seconds() / 60) if span else 0


def _outage(incident: Incident) -> dict[str, Any]:
    return {
        "incident": incident_label(incident.id),
        "started_at": incident.times[TimeName.STARTED].isoformat(timespec="seconds"),
        "ended_at": incident.times[TimeName.MITIGATED].isoformat(timespec="seconds"),
        "minutes": _minutes(incident),
    }


def _refused(row: AuditRow, run: Run) -> dict[str, Any]:
    """One refused change with the reason as every door words it."""
    texts = Texts(run.language, run.zone)
    incident = next(one for one in run.incidents if one.id == row.incident_id)
    since = datetime.fromisoformat(row.detail["since"])
    label, say = incident_label(incident.id), texts.plain
    reason = [
        say("gate.http.frozen", decision=decision_label(row.seq), servers=row.detail["servers"], incidents=label),
        say("gate.http.because", incident=label, title=incident.title, since=since, zone=run.zone),
        say("gate.http.how"),
    ]
    return {
        "change": row.subject,
        "servers": row.detail["servers"],
        "incident": label,
        "reason": " ".join(reason),
    }


def _draft(draft: Draft) -> dict[str, Any]:
    return {
        "incident": incident_label(draft.incident_id),
        "kind": draft.kind.value,
        "sentences": draft.sentence_count,
        "citations": draft.citation_count,
        "uncited": draft.uncited_count,
    }


def _answer(row: AuditRow) -> dict[str, Any]:
    return {
        "question": row.detail["question"],
        "incidents": [incident_label(number) for number in row.detail["incidents"]],
        "citations": row.detail["citations"],
    }
