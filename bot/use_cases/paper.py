"""Papers: what people approved, else what the log says now, with all that belongs to it."""

from collections.abc import Mapping

from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.errors import DraftDecided, UnknownIncident
from bot.domain.ids import OPERATOR, DraftId, IncidentId, SlackUserId, incident_label
from bot.domain.incident import Incident
from bot.domain.paper import Paper, by_role, without_secrets
from bot.domain.sight import WHOLE
from bot.i18n.texts import Texts
from bot.ports.language_model import LanguageModel
from bot.ports.outside import Outside
from bot.ports.storage import Transaction
from bot.use_cases.draft import as_it_is_now, propose_draft
from bot.use_cases.transcript import names_in


async def make_paper(
    outside: Outside, model: LanguageModel, offline: LanguageModel, *, incident_id: IncidentId, kind: DraftKind
) -> Paper:
    """For the operator, who sees everything; nothing is kept. Raises UnknownIncident."""
    async with outside.store.read(WHOLE) as tx:
        known = [one for one in await tx.drafts.of_incident(incident_id) if one.kind is kind]
    draft = next((one for one in reversed(known) if one.state is DraftState.APPROVED), None)
    if draft is None:
        draft = await propose_draft(outside, model, offline, by=OPERATOR, incident_id=incident_id, kind=kind)
    async with outside.store.read(WHOLE) as tx:
        return await _with_all(tx, outside, draft)


async def paper_of(outside: Outside, draft_id: DraftId) -> Paper:
    """One draft with all that belongs to it, as it leaves Slack. Raises DraftDecided where there is none."""
    async with outside.store.read(WHOLE) as tx:
        draft = await tx.drafts.get(draft_id)
        if draft is None:
            raise DraftDecided(state="unknown")
        return await _with_all(tx, outside, draft)


async def _with_all(tx: Transaction, outside: Outside, draft: Draft) -> Paper:
    incident = await tx.incidents.get(draft.incident_id)
    if incident is None:
        raise UnknownIncident(incident=incident_label(draft.incident_id))
    draft = await as_it_is_now(tx, draft, incident)
    entries = await tx.entries.of_incident(incident.id)
    follow_ups = await tx.drafts.follow_ups(incident.id)
    spoken_of = {draft.by, draft.decided_by, *_people(incident), *(one.owner for one in follow_ups)}
    spoken_of |= {one.actor for one in entries} | {one.params.get("who") for one in entries}
    names = {}
    for who in filter(None, spoken_of):
        person = await tx.people.get(SlackUserId(who))
        if person:
            names[str(who)] = person.name
    held = await tx.holds.of_incident(incident.id)
    paper = without_secrets(Paper(draft, incident, held, entries, follow_ups, names))
    if not outside.policy.names_by_role:
        return paper
    people = {**names, **await names_in(tx, incident)}
    say = Texts(incident.language).plain
    given = {str(who): say(f"role.{role}") for role, who in incident.roles.items()}
    others = _in_order({who: name for who, name in people.items() if who not in given}, paper.draft)
    if len(others) > 1:
        called = {who: say("role.responder_n", n=n) for n, who in enumerate(others, start=1)}
    else:
        called = dict.fromkeys(others, say("role.responder"))
    return by_role(paper, people, {who: given.get(who) or called[who] for who in people})


def _in_order(people: Mapping[str, str], draft: Draft) -> list[str]:
    """The people as they came into the log, so that a number stays whose it is; at last those who said nothing."""
    place: dict[str, int] = {}
    for line in draft.lines:
        place.setdefault(line.speaker, line.n)
    return sorted(people, key=lambda who: (place.get(people[who], len(draft.lines) + 1), who))


def _people(incident: Incident) -> set[str]:
    return {incident.reporter, *incident.roles.values()}
