"""The acts of those who work: permits, fixes, overrides, changes, heartbeats, ends."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from sqlalchemy import select

from bot.domain.change import ChangeKind, ChangeState
from bot.domain.errors import KeyConflict, OverrideElsewhere, OverrideSpent, PermitStale, Quarantined, Refused
from bot.domain.gate import Verdict
from bot.domain.ids import PermitId, SlackUserId
from bot.domain.permit import Directive
from bot.use_cases.change import ChangeWords, finish_change, request_change, start_change
from bot.use_cases.override import ask_override, confirm_override
from bot.use_cases.permit import (
    approve_fix,
    beat_permit,
    direct_run,
    end_permit,
    finish_permit,
    lose_late_runs,
    poll_permit,
    refuse_fix,
    start_permit,
)
from storage.tables import permit
from tests.acts import ANN, ask
from tests.property.line_driver import Driver, numbers, one, people, some
from tests.property.line_model import ModelWork

SAID = {
    KeyConflict: "conflict",
    PermitStale: "stale",
    Quarantined: "quarantine",
    OverrideSpent: "override",
    OverrideElsewhere: "override",
}
keys = st.integers(1, 6).map(lambda number: f"k{number}")


class WorkRules(Driver):
    """What asks, starts, beats and ends."""

    @rule(servers=some, key=keys)
    def ask_permit(self, servers: frozenset[str], key: str) -> None:
        self.ask_with(servers, key)

    def ask_with(self, servers: frozenset[str], key: str, override: int | None = None) -> None:
        held = self.model.in_the_way(servers)
        expected = self.model.ask(servers, key, override)
        more = {} if override is None else {"override_id": self.overrides[override]}
        try:
            answer = self.do(ask(self.outside, *sorted(servers), key=key, **more))
        except Refused as refusal:
            assert expected == SAID[type(refusal)]
            return
        if answer.permit is None:
            assert expected == "frozen" and set(answer.decision.servers) == held
            return
        if answer.permit.id not in self.permits:
            self.permits.append(answer.permit.id)
        assert expected == self.permits.index(answer.permit.id)

    @precondition(lambda self: self.permits)
    @rule(number=numbers)
    def start_a_permit(self, number: int) -> None:
        at = self.latest_of(number, self.model.permits, "granted")
        may = self.may(start_permit(self.outside, caller="pipeline", permit_id=self.permits[at]))
        assert may == self.model.start_permit(at)

    @rule(servers=some, minutes=st.sampled_from((4, 5, 600)))
    def the_work_begins_late(self, servers: frozenset[str], minutes: int) -> None:
        self.ask_with(servers, f"late{len(self.permits)}")
        self.pass_minutes(minutes)
        if self.permits:
            self.start_a_permit(0)

    @rule(servers=some)
    def the_work_begins(self, servers: frozenset[str]) -> None:
        self.ask_with(servers, f"now{len(self.permits)}")
        if self.permits:
            self.start_a_permit(0)

    # ------------------------------------------------------------------ fixes

    def held_by(self, number: int) -> tuple[int, frozenset[str]]:
        """An incident, and one or two servers that it mostly holds."""
        at = number % len(self.incidents)
        held = sorted(self.model.open_holds(at))
        return at, frozenset(held[: 1 + number % 2]) or frozenset({"srv-a"})

    @precondition(lambda self: self.incidents)
    @rule(number=numbers)
    def ask_for_a_fix(self, number: int) -> None:
        at, servers = self.held_by(number)
        key = f"fix{len(self.permits)}"
        answer = self.answer(ask(self.outside, *sorted(servers), key=key, fix_for=self.incidents[at]))
        assert (answer is not None) == self.model.ask_fix(at, servers, key)
        if answer is not None and answer.permit is not None:
            assert answer.decision.verdict is Verdict.WAITING
            self.permits.append(answer.permit.id)

    @precondition(lambda self: self.permits)
    @rule(number=numbers)
    def poll(self, number: int) -> None:
        at = self.latest_of(number, self.model.permits, "asking")
        if self.model.permits[at].kind == "fix":
            expected = self.model.poll(at)
            answer = self.answer(poll_permit(self.outside, caller="pipeline", permit_id=self.permits[at]))
            said = "refused" if answer is None else "granted" if answer.decision.allows else "waiting"
            assert said == expected

    @precondition(lambda self: self.permits and self.incidents)
    @rule(number=numbers, incident=numbers, who=people)
    def approve(self, number: int, incident: int, who: SlackUserId) -> None:
        work, at = self.model.permits, self.latest_of(number, self.model.permits, "asking")
        self.say_yes(work[at], self.permits[at], incident % len(self.incidents), who)

    def say_yes(self, work: ModelWork, permit_id: PermitId, incident: int, who: SlackUserId) -> None:
        act = approve_fix(self.outside, by=who, permit_id=permit_id, incident_id=self.incidents[incident])
        assert self.may(act) == self.model.approve(work, incident, who)

    @precondition(lambda self: self.permits and self.incidents)
    @rule(number=numbers, who=people, minutes=st.sampled_from((0, 0, 4, 29, 30)), leave_out=st.integers(0, 4))
    def a_fix_goes_its_way(self, number: int, who: SlackUserId, minutes: int, leave_out: int) -> None:
        """Everybody who holds there agrees (or all but one), then it is polled and started."""
        self.ask_for_a_fix(number)
        at = self.latest_of(0, self.model.permits, "asking")
        work = self.model.permits[at]
        for incident in self.holding(work)[leave_out == 0 :]:
            self.say_yes(work, self.permits[at], incident, self.speaker(incident, who, 0))
        self.pass_minutes(minutes)
        self.poll(0)
        self.start_a_permit(0)

    def holding(self, work: ModelWork) -> list[int]:
        return sorted({hold.incident for hold in self.model.open(on=self.model.reach(work.servers))})

    @precondition(lambda self: self.permits and self.incidents)
    @rule(number=numbers, incident=numbers, who=people)
    def refuse(self, number: int, incident: int, who: SlackUserId) -> None:
        at, of = self.latest_of(number, self.model.permits, "asking"), incident % len(self.incidents)
        act = refuse_fix(self.outside, by=who, permit_id=self.permits[at], incident_id=self.incidents[of])
        assert self.may(act) == self.model.refuse(self.model.permits[at], of, who)

    # ------------------------------------------------------------------ overrides

    @precondition(lambda self: self.holds)
    @rule(servers=some, number=numbers, who=people)
    def ask_to_override(self, servers: frozenset[str], number: int, who: SlackUserId) -> None:
        if number < 30:
            servers = servers | {self.model.holds[self.open_hold(0)].server}
        key = f"override-{len(self.overrides)}-{self.model.minute}"
        asked = self.answer(ask_override(self.outside, by=who, servers=sorted(servers), reason="now", request_key=key))
        assert (asked is not None) == self.model.ask_override(servers, who)
        if asked is not None:
            self.overrides.append(asked.id)

    @precondition(lambda self: self.overrides)
    @rule(number=numbers, who=people)
    def confirm(self, number: int, who: SlackUserId) -> None:
        at = self.latest(number, self.overrides)
        may = self.may(confirm_override(self.outside, by=who, number=self.overrides[at]))
        assert may == self.model.confirm(at, who)

    @precondition(lambda self: self.overrides)
    @rule(number=numbers, name=one, wait=st.sampled_from((0, 0, 11, 14, 15)), start_after=st.sampled_from((0, 1, 4)))
    def use_an_override(self, number: int, name: str, wait: int, start_after: int) -> None:
        at = self.latest(number, self.overrides)
        self.pass_minutes(wait)
        servers = self.model.overrides[at].servers if number < 30 else frozenset({name})
        self.ask_with(servers, f"glass{len(self.permits)}", at)
        self.pass_minutes(start_after)
        if self.permits:
            self.start_a_permit(0)

    # ------------------------------------------------------------------ changes

    @rule(servers=some, who=people)
    def request_a_change(self, servers: frozenset[str], who: SlackUserId) -> None:
        self.ask_for_change(servers, who, None)

    @precondition(lambda self: self.incidents)
    @rule(number=numbers, who=people)
    def request_a_fix(self, number: int, who: SlackUserId) -> None:
        at, servers = self.held_by(number)
        self.ask_for_change(servers, who, at)

    def ask_for_change(self, servers: frozenset[str], who: SlackUserId, incident: int | None) -> None:
        fix_for = None if incident is None else self.incidents[incident]
        words = ChangeWords("rotate logs", ChangeKind.MINOR, sorted(servers), fix_for=fix_for)
        key = f"change-{len(self.changes)}-{self.model.minute}"
        answer = self.answer(request_change(self.outside, by=who, words=words, request_key=key, channel=None))
        expected = self.model.request(servers, who, incident)
        assert (answer is None) == (expected is None)
        if answer is not None:
            self.changes.append(answer.change.id)
            assert answer.decision.allows == expected

    def permit_of(self, change: int) -> PermitId | None:
        async def read() -> PermitId | None:
            async with self.store.engine.connect() as connection:
                query = select(permit.c.id).where(permit.c.change_id == self.changes[change])
                return (await connection.execute(query)).scalar()

        return self.do(read())

    @precondition(lambda self: self.changes and self.incidents)
    @rule(number=numbers, incident=numbers, who=people)
    def approve_a_change(self, number: int, incident: int, who: SlackUserId) -> None:
        at, of = self.latest_of(number, self.model.changes, "asking"), incident % len(self.incidents)
        if self.model.changes[at].kind == "fix" and (number_of := self.permit_of(at)):
            self.say_yes(self.model.changes[at], number_of, of, self.speaker(of, who, number))

    @precondition(lambda self: self.changes)
    @rule(number=numbers, who=people)
    def start_a_change(self, number: int, who: SlackUserId) -> None:
        at = self.latest_of(number, self.model.changes, "new", "asking")
        expected = self.model.start_change(at, who)
        answer = self.answer(start_change(self.outside, by=who, change_id=self.changes[at]))
        assert (None if answer is None else answer.decision.allows) == expected

    @precondition(lambda self: self.changes)
    @rule(number=numbers)
    def finish_a_change(self, number: int) -> None:
        at = self.latest_of(number, self.model.changes, "running", "draining", "unknown")
        may = self.may(finish_change(self.outside, by=ANN, change_id=self.changes[at], outcome=ChangeState.DONE))
        assert may == self.model.finish(self.model.changes[at])

    # ------------------------------------------------------------------ runs

    @precondition(lambda self: self.permits)
    @rule(number=numbers)
    def beat(self, number: int) -> None:
        at = self.latest_of(number, self.model.permits, "running", "draining", "unknown")
        answer = self.answer(beat_permit(self.outside, caller="pipeline", permit_id=self.permits[at]))
        assert (None if answer is None else answer[1].value) == self.model.beat(self.model.permits[at])

    @precondition(lambda self: self.permits and self.incidents)
    @rule(number=numbers, incident=numbers, who=people, word=st.sampled_from(("continue", "roll_back", "stop")))
    def direct(self, number: int, incident: int, who: SlackUserId, word: str) -> None:
        at = self.latest_of(number, self.model.permits, "draining")
        self.say_how(self.model.permits[at], self.permits[at], incident % len(self.incidents), who, word)

    @precondition(lambda self: self.changes and self.incidents)
    @rule(number=numbers, incident=numbers, who=people, word=st.sampled_from(("continue", "stop")))
    def direct_a_change(self, number: int, incident: int, who: SlackUserId, word: str) -> None:
        at = self.latest_of(number, self.model.changes, "draining")
        if self.model.changes[at].word == "draining" and (number_of := self.permit_of(at)):
            self.say_how(self.model.changes[at], number_of, incident % len(self.incidents), who, word)

    def say_how(self, work: ModelWork, permit_id: PermitId, incident: int, who: SlackUserId, word: str) -> None:
        expected = self.model.direct(work, incident, who, word)
        act = direct_run(
            self.outside,
            by=who,
            permit_id=permit_id,
            incident_id=self.incidents[incident],
            directive=Directive(word),
        )
        answer = self.answer(act)
        assert (None if answer is None else answer[1].value) == expected

    @rule(minutes=st.sampled_from((1, 4, 600)))
    def the_late_are_lost(self, minutes: int) -> None:
        """Time alone ends nothing (I12)."""
        self.pass_minutes(minutes)
        self.do(lose_late_runs(self.outside))
        self.model.lose()

    @precondition(lambda self: self.permits)
    @rule(number=numbers, by_hand=st.booleans())
    def finish_a_permit(self, number: int, by_hand: bool) -> None:
        at = self.latest_of(number, self.model.permits, "running", "draining", "unknown")
        if by_hand:
            act = end_permit(self.outside, by=ANN, permit_id=self.permits[at], outcome=ChangeState.DONE)
        else:
            act = finish_permit(self.outside, caller="pipeline", permit_id=self.permits[at], outcome="done")
        assert self.may(act) == self.model.finish(self.model.permits[at])

    @rule(minutes=st.sampled_from((1, 4, 5, 600)))
    def time_passes(self, minutes: int) -> None:
        self.pass_minutes(minutes)
