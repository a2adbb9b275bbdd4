"""A job that was given up: somebody is told, so that nothing fails in silence."""

import logging

from bot.domain.ids import IncidentId, SlackUserId, incident_label
from bot.domain.job import Job, JobKind
from bot.ports.chat import ChatPermanent, ChatTransient
from handlers.desk import Desk

log = logging.getLogger(__name__)


async def tell_of_buried(desk: Desk, job: Job, error: str) -> None:
    """A direct message to whoever it concerns; the log in any case."""
    log.error("a job was given up", extra={"job": job.id, "kind": job.kind, "error": error})
    who = await _whom(desk, job)
    if who is None:
        return
    texts = (await desk.reader(who)).texts
    label = incident_label(job.payload["incident_id"]) if "incident_id" in job.payload else "-"
    work = texts.plain(f"work.{job.kind}")
    text = texts("work.given_up", work=work, incident=label, error=error)
    try:
        channel = await desk.chat.open_direct(who)
        await desk.chat.post(channel, text, blocks=None, key=f"buried:{job.id}", thread_ts=None, again=False)
    except (ChatTransient, ChatPermanent):
        log.exception("nobody could be told", extra={"job": job.id})


async def _whom(desk: Desk, job: Job) -> SlackUserId | None:
    if job.kind is JobKind.SLACK_DELIVERY:
        user = job.payload.get("user") or {}
        found = job.payload.get("user_id") or (user.get("id") if isinstance(user, dict) else None)
        return SlackUserId(found) if found else None
    if "by" in job.payload:
        return SlackUserId(job.payload["by"])
    if "incident_id" not in job.payload:
        return None
    async with desk.outside.store.read() as tx:
        one = await tx.incidents.get(IncidentId(job.payload["incident_id"]))
    return (one.commander or one.reporter) if one else None
