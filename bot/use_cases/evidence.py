"""One incident's evidence: what we know of it, sealed, for somebody who trusts neither us nor our database."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.domain.audit import Act
from bot.domain.audit_chain import Fact, Link, canonical, header_of
from bot.domain.checkpoint import Checkpoint
from bot.domain.errors import UnknownIncident
from bot.domain.ids import IncidentId, incident_label
from bot.domain.sight import WHOLE
from bot.ports.outside import Outside
from bot.use_cases.audit import AT_ONCE

README = """\
Evidence of incident INC-{number}, log {log}, {links} links.

incident.json      the incident, its times, timeline, holds, changes, permits and drafts, as the bot's tables have them
audit.jsonl        the audit entries of the incident with their salts, and those that say who was erased
chain.jsonl        the header and hash of every entry of the whole log; of other incidents they tell time and act only
checkpoints.jsonl  the signed checkpoints that were known when this was made
manifest.json      SHA-256 of each file

Check it with verify_audit.py from Stopline's source (bot/assets/verify_audit.py), not with a copy that came along:
    python3 verify_audit.py THIS.zip --public-key KEY
KEY and further checkpoints should come from where the bot cannot write: a checkpoint that you kept yourself proves
that nothing before it was changed since. Only audit.jsonl is sealed; incident.json is what the tables said today.
"""


async def collect_evidence(
    outside: Outside, *, incident_id: IncidentId, checkpoints: Sequence[Checkpoint]
) -> Mapping[str, bytes]:
    """The bundle's files by name. Raises UnknownIncident."""
    async with outside.store.read(WHOLE) as tx:
        tables = await tx.evidence.of_incident(incident_id)
        head = await tx.chain.head()
    if not tables["incident"]:
        raise UnknownIncident(incident=incident_label(incident_id))
    chain: list[dict[str, str]] = []
    entries: list[dict[str, Any]] = []
    last = 0
    while batch := await _after(outside, last):  # to its end: what is forgotten meanwhile says so there
        for link, fact in batch:
            last = link.n
            chain.append({**header_of(head.log, link, fact), "hash": link.hash})
            if fact.incident == str(incident_id) or fact.act == Act.PERSON_ERASED:
                entries.append({"n": str(link.n), "salt": link.salt, "payload": fact.payload})
    files = {
        "README.txt": README.format(number=incident_id, log=head.log, links=len(chain)).encode(),
        "incident.json": json.dumps(tables, indent=1, ensure_ascii=False).encode("utf-8", "replace"),
        "audit.jsonl": _lines(entries),
        "chain.jsonl": _lines(chain),
        "checkpoints.jsonl": _lines(json.loads(one.line) for one in checkpoints),
    }
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return {**files, "manifest.json": json.dumps(digests, indent=1).encode()}


async def _after(outside: Outside, n: int) -> list[tuple[Link, Fact]]:
    """The next links; of a row that is gone there is no header, and the checker sees that."""
    async with outside.store.read() as tx:
        batch = await tx.chain.after(n, AT_ONCE)
    return [(link, fact) for link, fact in batch if fact is not None]


def _lines(things: Iterable[object]) -> bytes:
    return b"".join(canonical(one) + b"\n" for one in things)
