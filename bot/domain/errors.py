"""Every refusal: its class is the rule, its key the sentence that people read."""

from collections.abc import Sequence
from typing import Any, ClassVar


class Refused(Exception):
    """A rule said no. `params` fill the sentence of `key`; `field` names the input to mend, where there is one."""

    key: ClassVar[str] = "refused.generic"
    field: ClassVar[str] = ""

    def __init__(self, **params: Any) -> None:
        super().__init__(self.key, params)
        self.params = params


class TitleMissing(Refused):
    """An incident says in a few words what hurts."""

    key = "refused.title_missing"
    field = "title"


class TitleTooLong(Refused):
    """A title fits a line: 200 characters at most."""

    key = "refused.title_too_long"
    field = "title"


class NotAnIncidentChannel(Refused):
    """The command speaks of an incident, so it needs one: the channel's or a named one."""

    key = "refused.not_an_incident_channel"


class UnknownIncident(Refused):
    """The number names no incident."""

    key = "refused.unknown_incident"


class IncidentPrivate(Refused):
    """A private incident is shown to the people in its channel only; others may know its number and whom to ask."""

    key = "refused.incident_private"

    def __init__(self, *, incident: str, who: str | None) -> None:
        super().__init__(incident=incident, who=who or "")
        self.sentence = self.key + ("" if who else ".nobody")


class UnknownChange(Refused):
    """The number names no change."""

    key = "refused.unknown_change"


class FormNotOpened(Refused):
    """A form opens within seconds after somebody asked for it, or not at all; `typed` is how they ask again."""

    key = "refused.form_not_opened"

    def __init__(self, *, typed: str) -> None:
        super().__init__(typed=typed)
        self.sentence = self.key + ("" if typed else ".button")


class UnknownServer(Refused):
    """The name is no server's; `nearest` are the names it may have meant."""

    key = "refused.unknown_server"
    field = "servers"

    def __init__(self, *, server: str, nearest: Sequence[str] = ()) -> None:
        super().__init__(server=server, nearest=tuple(nearest))
        self.nearest = tuple(nearest)

    @property
    def sentence(self) -> str:
        """The key of the sentence, with or without names to offer."""
        return self.key + (".near" if self.nearest else "")


class ChangeMissing(Refused):
    """Approving, starting and finishing name the change."""

    key = "refused.change_missing"


class SeveralServers(Refused):
    """A fix is claimed, verified and rejected on one server at a time."""

    key = "refused.several_servers"
    field = "servers"


class ServersMissing(Refused):
    """A change or a freeze names its servers."""

    key = "refused.servers_missing"
    field = "servers"


class AliasTaken(Refused):
    """Each name and alias means one server."""

    key = "refused.alias_taken"


class NameUnusable(Refused):
    """A server's name keeps to the letters that host names have."""

    key = "refused.name_unusable"
    field = "servers"


class StatusImpossible(Refused):
    """An incident's status moves along its life only."""

    key = "refused.status_impossible"

    def __init__(self, *, now: str, to: str) -> None:
        super().__init__(now=now, to=to)
        self.sentence = self.key + (".already" if now == to else "")


class HoldsRemain(Refused):
    """An incident is not resolved while it holds a server."""

    key = "refused.holds_remain"


class IncidentEnded(Refused):
    """A resolved, closed or cancelled incident holds nothing: it is reopened before it freezes again."""

    key = "refused.incident_ended"


class PostmortemMissing(Refused):
    """An incident is closed only when its postmortem is approved."""

    key = "refused.postmortem_missing"


class FollowUpsLoose(Refused):
    """An incident is closed only when every follow-up has an owner and a due date."""

    key = "refused.follow_ups_loose"


class ReasonMissing(Refused):
    """Reopening, cancelling and rejecting say why."""

    key = "refused.reason_missing"
    field = "reason"


class TimeCannotBe(Refused):
    """Times of an incident keep their order and do not lie ahead."""

    key = "refused.time_cannot_be"
    field = "time"

    def __init__(self, *, why: str, **params: Any) -> None:
        super().__init__(why=why, **params)
        self.sentence = f"{self.key}.{why}"


class NotHeld(Refused):
    """There is no open hold of this incident on the server."""

    key = "refused.not_held"


class HeldByMany(Refused):
    """Several incidents hold the server: the person says which is meant."""

    key = "refused.held_by_many"


class EvidenceMissing(Refused):
    """A fix is claimed with evidence that somebody else can check."""

    key = "refused.evidence_missing"
    field = "evidence"


class NotClaimed(Refused):
    """Only a claimed fix can be verified or rejected."""

    key = "refused.not_claimed"


class VerifierFixed(Refused):
    """Whoever claimed or worked on the fix does not verify it."""

    key = "refused.verifier_fixed"


class EvidenceChanged(Refused):
    """A verifier approves exactly the evidence that was shown."""

    key = "refused.evidence_changed"


class NoAuthority(Refused):
    """Guests, people of other workspaces and bots decide nothing."""

    key = "refused.no_authority"


class StandingUnknown(NoAuthority):
    """Whom the chat service does not tell us about decides nothing until it does."""

    key = "refused.standing_unknown"


class PreTestMissing(Refused):
    """Major work shows what was tested, with a link, and how the test environment differs from production."""

    key = "refused.pre_test_missing"
    field = "tested"


class ApproverTwice(Refused):
    """The second look at the differences from production is somebody else's."""

    key = "refused.approver_twice"


class RequesterApproves(Refused):
    """Whoever asks for a change or a fix does not approve it."""

    key = "refused.requester_approves"


class ChangeImpossible(Refused):
    """A change moves along its life only."""

    key = "refused.change_impossible"


class ApprovalMissing(Refused):
    """Major work starts only after somebody else approved it."""

    key = "refused.approval_missing"


class SecondLookMissing(Refused):
    """Major work that was tested unlike production starts after a second person looked at the differences."""

    key = "refused.second_look_missing"


class PermitStale(Refused):
    """A permit starts once, in its time, and only while its servers are as they were when it was given."""

    key = "refused.permit_stale"


class PermitNotRunning(Refused):
    """Only work that runs is told how to go on."""

    key = "refused.permit_not_running"


class UnknownPermit(Refused):
    """The number names no permit."""

    key = "refused.unknown_permit"


class FixNotApproved(Refused):
    """An incident said no to the fix: another one is asked for."""

    key = "refused.fix_not_approved"


class AlreadyApproved(Refused):
    """An incident agrees to a fix once."""

    key = "refused.already_approved"


class NotTheCommander(Refused):
    """A fix on what an incident holds is agreed to by its commander."""

    key = "refused.not_the_commander"


class FixNotHeld(Refused):
    """A fix permit names servers that its incident holds."""

    key = "refused.fix_not_held"
    field = "servers"


class OutOfScope(Refused):
    """A caller asks for the servers that were given into its hands."""

    key = "refused.out_of_scope"


class Quarantined(Refused):
    """After a restore nothing starts until somebody has looked at what is frozen."""

    key = "refused.quarantined"


class UnknownOverride(Refused):
    """The number names no override."""

    key = "refused.unknown_override"


class RequesterConfirms(Refused):
    """An override takes two people."""

    key = "refused.requester_confirms"


class OverrideSpent(Refused):
    """An override works once, within a quarter of an hour, after a second person confirmed it."""

    key = "refused.override_spent"

    def __init__(self, *, why: str) -> None:
        super().__init__(why=why)
        self.sentence = f"{self.key}.{why}"


class OverrideElsewhere(Refused):
    """An override is for the servers that it names."""

    key = "refused.override_elsewhere"


class NothingHeld(Refused):
    """An override and a fix are for frozen servers."""

    key = "refused.nothing_held"


class TooManyServers(Refused):
    """A freeze that reaches very many servers is asked for twice."""

    key = "refused.too_many_servers"


class MergeImpossible(Refused):
    """An open incident is merged into another open one."""

    key = "refused.merge_impossible"


class MergePublishes(Refused):
    """What a private incident holds is not handed to one that everybody sees."""

    key = "refused.merge_publishes"


class HeldBackDecided(Refused):
    """What was held back is resumed or withdrawn once, after the thaw."""

    key = "refused.held_back_decided"


class KeyConflict(Refused):
    """The same key with other content is a conflict, never a second permit."""

    key = "refused.key_conflict"


class NotTheManager(Refused):
    """A draft is approved or sent back by the managers it was sent to."""

    key = "refused.not_the_manager"


class DraftDecided(Refused):
    """A draft is decided once, in its newest version."""

    key = "refused.draft_decided"


class QuestionMissing(Refused):
    """A question has words in it."""

    key = "refused.question_missing"
