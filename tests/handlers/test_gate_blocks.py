"""Whatever is asked, told or offered around the gate, Slack takes it, and no words of a caller act as markup."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.change import Change
from bot.domain.door import Door
from bot.domain.draft import FollowUp
from bot.domain.freeze import Hold, open_holds
from bot.domain.held_back import HeldBack, HeldBackState
from bot.domain.ids import (
    ChangeId,
    FollowUpId,
    HeldBackId,
    IncidentId,
    OverrideId,
    PermitId,
    ServerId,
    ServerName,
    SlackUserId,
)
from bot.domain.incident import Incident
from bot.domain.override import Override
from bot.domain.permit import Approval, Directive, Permit, PermitState
from bot.domain.server import Catalogue, Edge, EdgeKind, Server
from bot.i18n.texts import Texts
from bot.use_cases.past import Past
from bot.use_cases.run import Run
from handlers.blocks import change, gate, override, server, thaw, watch
from tests.handlers.test_blocks import (
    AT,
    changes,
    check,
    check_modal,
    holds,
    incidents,
    languages,
    long_said,
    moments,
    people,
    said,
)

NAMES = tuple(ServerName(f"{'a' * 60}.{'b' * 60}-{number}") for number in range(120))
names = st.integers(1, len(NAMES)).map(lambda count: NAMES[:count])
runs = st.builds(
    lambda state, directive, caller, purpose, person, servers, holding, agreed, work: Run(
        Permit(
            PermitId(7), caller, "k", "d", state, {ServerId(1): 0}, AT, AT,
            purpose=purpose, person=person, directive=directive, change_id=work.id if work else None,
            approvals=tuple(Approval(one.id, SlackUserId("U2"), AT) for one in holding[:agreed]),
        ),
        servers, tuple(holding), frozenset(one.id for one in holding[:agreed]), directive, (), work,
    ),
    st.sampled_from(PermitState), st.sampled_from(Directive), said, long_said, st.none() | people, names,
    st.lists(incidents, min_size=1, max_size=5, unique_by=lambda one: one.id), st.integers(0, 5), st.none() | changes,
)  # fmt: skip
held_back = st.builds(
    HeldBack,
    id=st.integers(1, 9999).map(HeldBackId),
    caller=said | people,
    digest=st.just("d"),
    door=st.sampled_from(Door),
    purpose=long_said,
    servers=names,
    incident_ids=st.lists(st.integers(1, 99).map(IncidentId), min_size=1, max_size=9).map(tuple),
    decision=st.just("D-7"),
    at=moments,
    asked=st.integers(1, 9),
    change_id=st.none() | st.integers(1, 9).map(ChangeId),
    state=st.sampled_from(HeldBackState),
    decided_by=st.none() | people,
)


@settings(max_examples=20, deadline=None)
@given(languages, runs)
def test_questions_of_the_gate(texts: Texts, run: Run) -> None:
    for one in run.holding[:2]:
        check(gate.fix_blocks(texts, run, one))
        check(gate.direction_blocks(texts, run, one))
    check(change.change_list(texts, [], [run] * 60))


@settings(max_examples=20, deadline=None)
@given(languages, long_said, names, st.booleans(), st.booleans(), st.integers(0, 60))
def test_overrides(texts: Texts, why: str, servers: Any, confirmed: bool, used: bool, minutes: int) -> None:
    who = {"confirmed_by": SlackUserId("U2"), "confirmed_at": AT} if confirmed else {}
    asked = Override(OverrideId(3), servers, why, SlackUserId("U1"), AT, used_at=AT if used else None, **who)
    check(override.override_blocks(texts, asked, at=AT + timedelta(minutes=minutes)))
    check_modal(override.override_modal(texts, servers=why))


@settings(max_examples=20, deadline=None)
@given(languages, st.lists(held_back, max_size=60, unique_by=lambda one: one.id))
def test_what_was_held_back(texts: Texts, work: list[HeldBack]) -> None:
    check(thaw.thaw_blocks(texts, work, heading=texts.plain("thaw.heading", count=len(work))))


@settings(max_examples=20, deadline=None)
@given(languages, incidents, holds, names)
def test_what_is_said_unasked(texts: Texts, one: Incident, held: tuple[Hold, ...], servers: Any) -> None:
    check(watch.nag_blocks(texts, one, open_holds(held), now=AT + timedelta(days=2)))
    check(watch.suspect_blocks(texts, one, servers, texts("suspects.named")))


@settings(max_examples=20, deadline=None)
@given(languages, incidents, said, names)
def test_servers(texts: Texts, one: Incident, label: str, servers: Any) -> None:
    known = tuple(Server(ServerId(n), name, 0, role=label, aliases=(label,)) for n, name in enumerate(servers))
    edges = frozenset(Edge(known[0].name, other.name, kind) for other in known[1:] for kind in EdgeKind)
    check(server.server_blocks(texts, known[0], Catalogue(known, edges), ()))
    check(server.peer_blocks(texts, one, servers, {f"role:{label}": known, f"pool:{label}": known[:3]}))


@settings(max_examples=20, deadline=None)
@given(languages, changes, st.lists(incidents, max_size=20), long_said)
def test_the_past(texts: Texts, asked: Change, unresolved: list[Incident], text: str) -> None:
    late = FollowUp(FollowUpId(1), IncidentId(1), text, SlackUserId("U1"), date(2024, 5, 10))
    past = Past(tuple(unresolved), tuple((late, one) for one in unresolved))
    check(change.change_blocks(texts, asked, past))
    many = [replace(one, id=IncidentId(n)) for n, one in enumerate(unresolved * 12)]
    check_modal(change.request_modal(texts, channel="C1", incidents=many))
