"""The course of an incident, read from its lines: how it was noticed, what was done, and what came of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bot.domain.cues import HEDGE
from bot.domain.cues_of_causes import EARLIER
from bot.domain.cues_of_deeds import DEED, DEED_TO_COME, NOT_RECOVERED, OF_BEFORE, OF_ITSELF, RECOVERED, UNAIDED
from bot.domain.cues_of_duties import DUTY, NO_DUTY, OWNED
from bot.domain.cues_of_effects import NOT_FELT
from bot.domain.earnest import is_in_earnest
from bot.domain.quotable import Quotable
from bot.domain.remedies import names_another, nothing_changed
from bot.domain.transcript import LineKind
from bot.domain.weighing import Said, score_of

_NOTICE = re.compile(
    r"\b(?:deploy\w*|releas\w*|rollout|rolled (?:out|back)|migration|maintenance|pipeline|build|merged|scheduled"
    r"|reminder|joined|renamed|set the (?:channel )?(?:topic|purpose)|resolved|recovered|ok|normal|started by"
    r"|status ?page|incident (?:channel|declared))\b|배포|마이그레이션|점검|예정|알려드|참여|채널|복구|정상|해소|해제"
)
"""A bot that speaks so tells of work, of the channel or of an end, and raises no alarm."""
_ALARM = re.compile(
    r"\b(?:firing|alert\w*|alarms?|triggered|critical|crit|problem|warn(?:ing)?|p[0-4]|sev-?[0-4]|down|unreachable"
    r"|fail\w*|errors?|latency|anomal\w*|lag|timeouts?|exceed\w*|above|high|full|unhealthy|missing|absent|used"
    r"|expir\w+)\b|[<>≥≤]\s?\d|\d\s?%|경고|경보|알람|장애|임계|급증|급감|지연|응답\s?(?:없|불가)|초과|실패|위험"
    r"|오류|에러|다운"
)
_COMPLAINT = re.compile(
    r"\b(?:is|are|looks?|seems?) (?:down|broken|dead|slow|stuck|weird|off|gone|empty|wrong)\b|\b(?:broken|something"
    r" (?:is )?(?:wrong|odd|off|stupid))\b|\b(?:can'?t|cannot|unable to|couldn'?t|doesn'?t|don'?t|didn'?t|isn'?t"
    r"|aren'?t|won'?t|no longer|failing|fails|timing out)\b|\b(?:users?|customers?|people|support|tickets?|someone"
    r"|somebody|merch\w*|clients?)\b.{0,40}\b(?:say\w*|said|see|sees|seeing|saw|sent|report\w*|complain\w*|call\w*"
    r"|angry|tickets?)\b|\bgrowing\b|\bin (?:a )?public\b|\bleak\w*\b|\binstead of\b|\banyone else\b"
    r"|안\s?(?:[되돼됨됩됐뜨떠뜹열나와왔옵온보]|들어)|못\s?(?:하|해|쓰|써|받|들어|열)|큰일|이상(?:해|합|한|하네)|문의|제보"
    r"|신고|연락\S?\s?(?:[오왔]|와)|전화\S?\s?(?:[오왔가]|와|쏟)|반토막|풀려|끊[겼겨김기]|느[려리립림]|먹통|두 번|중복"
)

_CLEAR = 2.0
_OF_LATER = ("helped", "decisions", "follow_ups")
"""What speaks so clearly of one of these comes after it was noticed."""
_OF_THE_WORK = re.compile(
    r"\b(?:ssh|bastion|repro\w*|roll\w* ?back|restor\w*|restart\w*|runbook)\b|재현|복구|롤백|재시작|원복"
)
"""Who cannot do that has a hard time mending it."""


def first_sign(lines: Sequence[Quotable]) -> Quotable | None:
    """Return the line with which it was noticed: the first alarm of a bot or complaint of a person, early on.

    What tells of work, of the channel, of another incident or of something over is none.
    """
    return next((one for one in lines if one.is_early and _is_sign(one)), None)


def _is_sign(one: Quotable) -> bool:
    if one.line.kind is not LineKind.MESSAGE:
        return False
    if one.line.is_bot:
        plain = one.line.text.lower()
        return _ALARM.search(plain) is not None and _NOTICE.search(plain) is None
    return is_in_earnest(one.line.text) and any(map(_is_complaint, one.said))


def _is_complaint(said: Said) -> bool:
    if said.is_chatter or EARLIER.search(said.plain) or NOT_FELT.search(said.plain) or HEDGE.search(said.plain):
        return False
    if _OF_THE_WORK.search(said.plain) or any(score_of(heading, said) >= _CLEAR for heading in _OF_LATER):
        return False
    scores = (score_of(heading, said) for heading in ("impact", "detection"))
    return max(scores) > 0 or _COMPLAINT.search(said.plain) is not None


_NEAR = 6
"""So many lines later it is no longer of the last deed that somebody tells."""


class Outcome(StrEnum):
    """What came after a deed; nothing when nobody said, unknown when somebody doubted that it came of it."""

    NOTHING = ""
    UNKNOWN = "unknown"
    WORKED = "worked"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: one sentence (`place`) of a line, what came of it, and the line that says so."""

    told: Quotable
    place: int
    outcome: Outcome = Outcome.NOTHING
    result: int = 0


def deeds_in(lines: Sequence[Quotable]) -> list[Deed]:
    """Return what was done, in its order, each with what was said of it within the next lines.

    A deed that worked has failed after all when the trouble is there again shortly after. What is asked, planned,
    hedged or not in earnest counts neither as a deed nor as its outcome.
    """
    deeds: list[Deed] = []
    age = 0
    for one in lines:
        if one.line.kind is not LineKind.MESSAGE or not is_in_earnest(one.line.text):
            continue
        age += 1
        place = _deed_place(one)
        outcome = _outcome_in(one.said[max(place, 0) :], is_bot=one.line.is_bot)
        if place >= 0:
            deeds.append(Deed(one, place, outcome, one.line.n))
            age = 0
        elif deeds and age <= _NEAR:
            deeds[-1] = _after(deeds[-1], one, outcome)
    return deeds


def unaided_from(lines: Sequence[Quotable]) -> int | None:
    """Return the number of the line from which on it got better without anybody's doing, None where nobody says so."""
    told = (one for one in lines if one.is_of_person and any(_is_unaided(said) for said in one.said))
    return next((one.line.n for one in told), None)


def _is_unaided(said: Said) -> bool:
    return UNAIDED.search(said.plain) is not None and EARLIER.search(said.plain) is None


def is_of_before(plain: str) -> bool:
    """Whether a sentence said later tells when something was done, and not of a deed against the trouble."""
    return OF_BEFORE.search(plain) is not None and not (DEED.search(plain) or _LASTED.search(plain))


_LASTED = re.compile(r"\b(?:between|until|till)\b|부터 .{0,40}까지|사이|\d ?[~–] ?\d")
"""Of what lasted some time it tells, not of what was done."""


def _after(deed: Deed, one: Quotable, outcome: Outcome) -> Deed:
    """A deed with what a later line says of it; an alarm says so only where it had worked before."""
    if deed.outcome in (Outcome.FAILED, Outcome.UNKNOWN) or outcome is deed.outcome:
        return deed
    if outcome is Outcome.FAILED and names_another(deed.told.line.text.lower(), one.line.text.lower()):
        return deed
    if one.line.is_bot and outcome is Outcome.NOTHING and deed.outcome is Outcome.WORKED and _is_sign(one):
        outcome = Outcome.FAILED
    return replace(deed, outcome=outcome, result=one.line.n) if outcome is not Outcome.NOTHING else deed


def _deed_place(one: Quotable) -> int:
    """Which sentence tells of a deed, -1 when none does."""
    if not one.is_of_person:
        return -1
    return next((at for at, said in enumerate(one.said) if _is_deed(said)), -1)


def _is_deed(said: Said) -> bool:
    if said.is_question or said.follows_guess:
        return False
    plain = said.plain
    if _DENIED.search(plain) and not nothing_changed(plain):
        return False
    return DEED.search(plain) is not None and not (DEED_TO_COME.search(plain) or EARLIER.search(plain))


_DENIED = re.compile(r"\b(?:do(?:es)?|did|is|was|were)(?:n'?t| not)\b|지 ?(?:않|못)|(?<![가-힣])(?:안|못) ")
"""Who says what a deed does not do, or that it was not done, tells of none; "did not help" is what came of one."""
_SURPRISED = re.compile(r"데요?\?+$|\?\?+$")
"""A question mark that asks nothing."""


def _outcome_in(told: Iterable[Said], *, is_bot: bool) -> Outcome:
    """What a message says of the last deed; that it is bad outweighs that something is good."""
    asked = [said for said in told if not said.is_question or _SURPRISED.search(said.plain)]
    if not is_bot and any(nothing_changed(said.plain) for said in asked):
        return Outcome.FAILED
    if any(OF_ITSELF.search(said.plain) and not any(map(str.isdigit, said.plain)) for said in asked):
        return Outcome.UNKNOWN
    good = any(RECOVERED.search(said.plain) and not NOT_RECOVERED.search(said.plain) for said in asked)
    return Outcome.WORKED if good else Outcome.NOTHING


def duties_in(lines: Sequence[Quotable]) -> list[tuple[Quotable, int]]:
    """Return what somebody took on or was given once the trouble was over: lines, and which sentence of each."""
    late = [one for one in lines[_settled(lines) :] if one.is_of_person and is_in_earnest(one.line.text)]
    found = ((one, next((at for at, said in enumerate(one.said) if _is_duty(said)), -1)) for one in late)
    return [(one, place) for one, place in found if place >= 0 and _says_what(one.said[: place + 1])]


def _says_what(told: Sequence[Said]) -> bool:
    """Whether more is said than when, and by whom."""
    rest = "".join(DUTY.sub("", said.plain) for said in told if not (said.is_chatter or said.is_question))
    return sum(map(str.isalnum, rest)) >= _TELLING


_TELLING = 4


def _settled(lines: Sequence[Quotable]) -> int:
    """From which place on all is over: after the recovery that the last working deed brought, or the last one told.

    Where nobody told of any it is the last third; the last fifth is so in any channel.
    """
    places = {one.line.n: at for at, one in enumerate(lines)}
    brought = [places[deed.result] for deed in deeds_in(lines) if deed.outcome is Outcome.WORKED]
    told = [at for at, one in enumerate(lines) if _outcome_in(one.said, is_bot=one.line.is_bot) is Outcome.WORKED]
    over = max(brought or told, default=len(lines) * 2 // 3)
    return min(over, len(lines) * 4 // 5) + 1


def _is_duty(said: Said) -> bool:
    if said.is_question or said.is_chatter or said.follows_guess or NO_DUTY.search(said.plain):
        return False
    if EARLIER.search(said.plain) or score_of("decisions", said) >= _DECIDED:
        return False
    return DUTY.search(said.plain) is not None or OWNED.search(said.text) is not None


_DECIDED = 3.0
