"""What is promised of private incidents: before anything is loaded it is asked for whose eyes, on both databases."""

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.offline_model import OfflineModel
from bot.domain.citation import Section, Sentence
from bot.domain.draft import DraftKind
from bot.domain.errors import IncidentPrivate, MergePublishes, NotTheManager
from bot.domain.ids import ChannelId, IncidentId, MessageTs, SlackUserId
from bot.domain.incident import Role, Severity, Status, TimeName
from bot.domain.message import Message
from bot.domain.search_text import expand, query_terms
from bot.domain.sight import EVERYBODY, WHOLE, Sight, may_see
from bot.domain.spending import Meter
from bot.domain.transcript import Line
from bot.ports.language_model import LanguageModel
from bot.ports.outside import Outside
from bot.use_cases import draft, fix, follow_up, freeze, incident, timeline
from bot.use_cases.ask import find_answer, index_incident
from bot.use_cases.evidence import collect_evidence
from bot.use_cases.merge import merge_incident
from bot.use_cases.sight import keep_members
from tests.acts import ANN, BEN, CHO, DAN, ask, hold_on, stop_the_line
from tests.acts import EVERYBODY as PEOPLE
from tests.conftest import AddPeople

SECRET = "zeisig"
START = 1716184800


class Listening:
    """A model that keeps what it was shown, and quotes it."""

    name = "listening"
    capacity = 48_000

    def __init__(self) -> None:
        self.shown: list[str] = []

    async def draft(self, kind: str, lines: Sequence[Line], language: str, meter: Meter) -> Sequence[Section]:
        self.shown.append(" | ".join(line.text for line in lines))
        return [Section("root_cause", (Sentence(lines[0].text, (lines[0].n,)),))]

    async def close(self) -> None:
        return

    async def answer(self, question: str, lines: Sequence[Line], language: str) -> Sequence[Section]:
        self.shown.append(" | ".join(line.text for line in lines))
        return [Section("answer", tuple(Sentence(line.text, (line.n,)) for line in lines))]


async def spoken_of(outside: Outside, number: IncidentId, channel: str, *said: str) -> None:
    """Its channel, with these words of Ben's, findable."""
    async with outside.store.write() as tx:
        one = await tx.incidents.lock(number)
        assert one
        await tx.incidents.save(replace(one, channel=ChannelId(channel)))
        at = ChannelId(channel)
        words = [Message(at, MessageTs(f"{START + n}.000000"), "", BEN, text) for n, text in enumerate(said)]
        await tx.messages.put(words)
    await index_incident(outside, number)


async def a_private_one(
    outside: Outside, *servers: str, title: str = f"queue {SECRET} leak", channel: str = "G1"
) -> Any:
    made = await stop_the_line(outside, *servers, title=title, private=True)
    await spoken_of(outside, made.incident.id, channel, f"the queue leak came from {SECRET} in the config")
    return made.incident


async def answered(outside: Outside, sight: Sight, model: LanguageModel | None = None) -> str:
    offline = OfflineModel()
    about = {"by": DAN, "question": "what caused the queue leak?", "language": "en", "zone": "UTC"}
    answer, found = await find_answer(outside, model or offline, offline, sight=sight, **about)  # type: ignore[arg-type]
    return " ".join([*(s.text for s in answer.sentences), *(one.title for one in found)])


def allowed(private: bool, channel: str, inside: set[str], sight: Sight) -> bool:
    """The oracle: written from the promise, not from the rule."""
    if not private:
        return True
    if sight.whole:
        return True
    reads_its_channel = sight.channel is not None and str(sight.channel) == channel
    is_let_in = sight.who is not None and str(sight.who) in inside
    return reads_its_channel or is_let_in


async def test_every_look_up_obeys_the_one_rule(outside: Outside) -> None:
    """Incidents, members and eyes by chance: title, list, search, log, drafts and evidence are seen together or not."""
    dice = random.Random(20240520)
    known: dict[IncidentId, tuple[bool, str, set[str]]] = {}
    for n in range(12):
        private, inside = dice.random() < 0.7, set(dice.sample([BEN, CHO, DAN], dice.randrange(3)))
        made = await stop_the_line(outside, f"s-{n}", title=f"queue {SECRET} {n}", private=private)
        number = made.incident.id
        await spoken_of(outside, number, f"G{n}", f"queue leak {SECRET}")
        await draft.make_draft(
            outside, OfflineModel(), OfflineModel(), by=ANN, incident_id=number, kind=DraftKind.POSTMORTEM
        )
        await keep_members(outside, incident_id=number, members=[SlackUserId(who) for who in inside])
        known[number] = (private, f"G{n}", {*inside, ANN})
    eyes = [
        EVERYBODY,
        WHOLE,
        *(Sight(who=who) for who in PEOPLE),
        *(Sight(channel=ChannelId(f"G{n}")) for n in range(12)),
    ]
    eyes += [Sight(who=dice.choice(PEOPLE), channel=ChannelId(f"G{dice.randrange(14)}")) for _ in range(12)]
    terms = expand(query_terms(SECRET))
    for sight in eyes:
        seen = {number for number, about in known.items() if allowed(*about, sight)}
        async with outside.store.read(sight) as tx:
            assert {one.id for one in await tx.incidents.recent(50, only_open=True)} == seen
            assert {hit.incident_id for hit in await tx.search.find(terms, all_terms=True, limit=50)} == seen
            assert {one.incident_id for one in await tx.drafts.proposed()} == seen
            for number, (_, channel, _) in known.items():
                one = await tx.incidents.get(number)
                assert one and one.is_veiled is (number not in seen) and (SECRET in one.title) is (number in seen)
                assert (await tx.incidents.named([number])) == [one]
                assert bool(await tx.incidents.by_channel(ChannelId(channel))) is (number in seen)
                assert bool(await tx.entries.of_incident(number)) is (number in seen)
                assert bool(await tx.messages.of_channel(ChannelId(channel))) is (number in seen)
                assert bool(await tx.drafts.of_incident(number)) is (number in seen)
                assert bool((await tx.evidence.of_incident(number))["entry"]) is (number in seen)
                rows = [row for row in await tx.audit.rows() if row.incident_id == number]
                assert bool(rows) is (number in seen)
        async with outside.store.read(WHOLE) as tx:
            for number in known:
                whole = await tx.incidents.get(number)
                assert whole and may_see(whole, sight, await tx.insiders.of_incident(number)) is (number in seen)


async def test_who_does_not_say_for_whom_sees_no_more_than_everybody(outside: Outside) -> None:
    one = await a_private_one(outside, "web-3")
    with pytest.raises(IncidentPrivate):
        await incident.find_incident(outside, incident_id=one.id)
    assert not await incident.list_incidents(outside, only_open=False)
    assert not await timeline.read_timeline(outside, incident_id=one.id)
    (frozen,) = await freeze.frozen_servers(outside)
    assert frozen.incident.is_veiled and frozen.hold.server == "web-3"


async def test_nobody_outside_acts_on_it(outside: Outside, add_people: AddPeople) -> None:
    """An outsider who made himself commander would be let in."""
    await add_people(*PEOPLE)
    one = await a_private_one(outside, "web-3")
    hold, number = await hold_on(outside, "web-3"), one.id
    await fix.claim_fix(outside, by=ANN, hold_id=hold.id, evidence=SECRET)
    acts = (
        incident.assign_role(outside, by=DAN, incident_id=number, role=Role.COMMANDER, who=DAN),
        incident.set_status(outside, by=DAN, incident_id=number, to=Status.IDENTIFIED),
        incident.set_severity(outside, by=DAN, incident_id=number, to=Severity.SEV4),
        incident.set_time(outside, by=DAN, incident_id=number, name=TimeName.STARTED, value=outside.clock.now()),
        timeline.add_note(outside, by=DAN, incident_id=number, text="x"),
        freeze.add_servers(outside, by=DAN, incident_id=number, names=["web-4"]),
        freeze.get_hold(outside, hold.id, sight=Sight(who=DAN)),
        fix.claim_fix(outside, by=DAN, hold_id=hold.id, evidence="x"),
        fix.reject_fix(outside, by=DAN, hold_id=hold.id, reason="x"),
        fix.verify_server(outside, by=DAN, hold_id=hold.id),
        draft.ask_for_draft(outside, by=DAN, incident_id=number, kind=DraftKind.POSTMORTEM, request_key="k"),
        follow_up.add_follow_ups(outside, by=DAN, incident_id=number, items=[("x", None, None)]),
    )
    for act in acts:
        with pytest.raises(IncidentPrivate):
            await act
    await incident.assign_role(outside, by=ANN, incident_id=number, role=Role.COMMANDER, who=BEN)
    await timeline.add_note(outside, by=BEN, incident_id=number, text="let in by name")
    await fix.verify_server(outside, by=BEN, hold_id=hold.id)


async def test_the_gate_names_label_and_commander_only(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*PEOPLE)
    one = await a_private_one(outside, "web-3")
    await incident.assign_role(outside, by=ANN, incident_id=one.id, role=Role.COMMANDER, who=BEN)
    (told,) = (await ask(outside, "web-3")).incidents
    assert (told.id, told.commander, told.title, told.channel) == (one.id, BEN, "", None)


async def test_what_it_holds_is_not_merged_into_an_open_one(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*PEOPLE)
    one, other = await a_private_one(outside, "web-3"), (await stop_the_line(outside, "web-4")).incident
    with pytest.raises(MergePublishes):
        await merge_incident(outside, by=ANN, merged=one.id, into=other.id)
    with pytest.raises(IncidentPrivate):
        await merge_incident(outside, by=DAN, merged=other.id, into=one.id)
    await merge_incident(outside, by=ANN, merged=other.id, into=one.id)
    assert {held.incident.id for held in await freeze.frozen_servers(outside)} == {one.id}


async def test_an_answer_that_others_read_knows_nothing_of_it(outside: Outside) -> None:
    one = await a_private_one(outside, "web-3")
    assert SECRET in await answered(outside, Sight(who=ANN))
    assert SECRET in await answered(outside, Sight(channel=ChannelId("G1")))
    assert not await answered(outside, Sight(channel=ChannelId("C0OPS")))
    assert not await answered(outside, Sight(who=DAN))
    await keep_members(outside, incident_id=one.id, members=[DAN])
    assert SECRET in await answered(outside, Sight(who=DAN))


async def test_no_model_reads_it_unless_the_operator_lets_it(outside: Outside) -> None:
    one = await a_private_one(outside, "web-3")
    other = await stop_the_line(outside, "web-4", title="queue trouble")
    await spoken_of(outside, other.incident.id, "C2", "the queue leak was an open tap")
    about = {"by": ANN, "incident_id": one.id, "kind": DraftKind.ROOT_CAUSE}
    model = Listening()
    made = await draft.make_draft(outside, model, OfflineModel(), **about)  # type: ignore[arg-type]
    told = await answered(outside, Sight(who=ANN), model)
    assert made.source == "offline" and SECRET in told and "open tap" in told
    assert len(model.shown) == 1 and SECRET not in model.shown[0], "only the open incident was shown"
    await answered(outside, Sight(channel=ChannelId("G1")), model)
    assert len(model.shown) == 1, "a question out of a private channel may quote it"
    free = replace(outside, policy=replace(outside.policy, model_reads_private=True))
    assert (await draft.make_draft(free, model, OfflineModel(), **about)).source == "listening"  # type: ignore[arg-type]
    model.shown.clear()
    assert SECRET in await answered(free, Sight(who=ANN), model)
    assert sorted(SECRET in shown for shown in model.shown) == [False, True], "each private one is alone in a request"
    assert not [shown for shown in model.shown if SECRET in shown and "open tap" in shown]


async def test_a_manager_outside_decides_nothing(outside: Outside, add_people: AddPeople) -> None:
    await add_people(*PEOPLE)
    run_by = replace(outside, policy=replace(outside.policy, managers=(DAN, CHO)))
    one = await a_private_one(run_by, "web-3")
    made = await draft.make_draft(
        run_by, OfflineModel(), OfflineModel(), by=ANN, incident_id=one.id, kind=DraftKind.POSTMORTEM
    )
    assert await draft.managers_of(run_by, one) == (ANN,), "the reporter, where nobody leads"
    with pytest.raises(NotTheManager):
        await draft.edit_draft(run_by, by=DAN, draft_id=made.id, sections=made.sections)
    await keep_members(run_by, incident_id=one.id, members=[CHO])
    assert await draft.managers_of(run_by, one) == (CHO,)
    with pytest.raises(NotTheManager):
        await draft.edit_draft(run_by, by=ANN, draft_id=made.id, sections=made.sections)
    await draft.edit_draft(run_by, by=CHO, draft_id=made.id, sections=made.sections)


async def test_the_operators_evidence_holds_it(outside: Outside) -> None:
    one = await a_private_one(outside, "web-3")
    files = await collect_evidence(outside, incident_id=one.id, checkpoints=())
    assert SECRET.encode() in files["incident.json"] and SECRET.encode() in files["audit.jsonl"]
