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


class RequesterApproves(Refused):
    """Whoever asks for a change does not approve it."""

    key = "refused.requester_approves"


class ChangeImpossible(Refused):
    """A change moves along its life only."""

    key = "refused.change_impossible"


class ApprovalMissing(Refused):
    """Major work starts only after somebody else approved it."""

    key = "refused.approval_missing"


class PermitStale(Refused):
    """A permit starts once, in its time, and only while its servers are as they were when it was given."""

    key = "refused.permit_stale"


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
