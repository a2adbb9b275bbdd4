"""A job that was given up: somebody is told, so that nothing fails in silence."""

import logging
import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from bot.domain.ids import IncidentId, SlackUserId, incident_label
from bot.domain.job import Job, JobKind
from bot.ports.chat import ChatPermanent, ChatTransient
from bot.ports.storage import StoreUnavailable
from handlers.desk import Desk
from handlers.jobs.progress import tell_that_none_comes

log = logging.getLogger(__name__)

CLASSES = re.compile(r"^(?:[A-Z]\w*(?:: *|$))+")
"""The names of exceptions before what they say."""


async def tell_of_buried(desk: Desk, job: Job, error: str) -> None:
    """A direct message to whoever it concerns, and where a draft was on its way; the log in any case."""
    log.error("a job was given up", extra={"job": job.id, "kind": job.kind, "error": error})
    for tell in (partial(_tell, desk, job, error), partial(tell_that_none_comes, desk, job)):
        try:
            await tell()
        except (ChatTransient, ChatPermanent, StoreUnavailable):
            log.exception("nobody could be told", extra={"job": job.id})


async def _tell(desk: Desk, job: Job, error: str) -> None:
    who = await _whom(desk, job)
    if who is None:
        return
    texts = (await desk.reader(who)).texts
    label = incident_label(job.payload["incident_id"]) if "incident_id" in job.payload else "-"
    key = "work.refused" if error.startswith(ChatPermanent.__name__) else "work.given_up"
    text = texts(key, work=texts.plain(f"work.{job.kind}"), incident=label, error=CLASSES.sub("", error) or job.id)
    channel = await desk.chat.open_direct(who)
    await desk.chat.post(channel, text, blocks=None, key=f"buried:{job.id}", thread_ts=None, again=False)


async def _whom(desk: Desk, job: Job) -> SlackUserId | None:
    if job.kind is JobKind.SLACK_DELIVERY:
        return _sender(job.payload) or _sender(job.payload.get("event") or {})
    if "by" in job.payload:
        return SlackUserId(job.payload["by"])
    if "incident_id" not in job.payload:
        return None
    async with desk.outside.store.read() as tx:
        one = await tx.incidents.get(IncidentId(job.payload["incident_id"]))
    return (one.commander or one.reporter) if one else None


def _sender(payload: Mapping[str, Any]) -> SlackUserId | None:
    """A command names its sender in `user_id`, a button in `user.id`, an event in `event.user`."""
    user = payload.get("user")
    found = payload.get("user_id") or (user.get("id") if isinstance(user, Mapping) else user)
    return SlackUserId(found) if found else None
