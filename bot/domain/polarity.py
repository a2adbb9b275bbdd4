"""Who says no: whether a sentence denies what its lines affirm, or affirms what they deny, in English and Korean."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from bot.domain.evidence import comparable
from bot.domain.opposites import Contrasts, contrasts, sides_of
from bot.domain.wording import key_of, spoken_in

_Thing = tuple[str, str]


@dataclass(frozen=True, slots=True)
class _Clause:
    """What one clause affirms, denies, and speaks of so near a "no" that it may be either.

    `outcome`: whether something worked (True), did not (False), or nothing is said of it. `things`: its words two by
    two; `absent`: those of which it says in Korean that there are none. `names_cause`: it calls something the cause.
    """

    affirmed: frozenset[str]
    denied: frozenset[str]
    unclear: frozenset[str]
    says_no: bool
    outcome: bool | None
    things: frozenset[_Thing] = frozenset()
    absent: frozenset[_Thing] = frozenset()
    names_cause: bool = False

    @property
    def words(self) -> frozenset[str]:
        return self.affirmed | self.denied | self.unclear


class Testimony:
    """What several texts affirm and deny, clause by clause: read once for all that is compared with it."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._texts = [comparable(one) for one in texts]
        self._sides = sides_of("\n".join(self._texts))
        self._tells_effect = any(_WORKED.search(one) or _EFFECT.search(one) for one in self._texts)
        self._clauses: dict[Contrasts, Sequence[_Clause]] = {}

    def agrees(self, text: str) -> bool:
        """Whether `text` denies nothing that these texts affirm, and affirms nothing that they deny.

        Only what is spoken of in both is compared: a word that the texts do not have is nobody's denial. That
        something helped needs an effect that is told, not only the deed.
        """
        plain = comparable(text)
        both = contrasts(sides_of(plain), self._sides)
        if both not in self._clauses:
            self._clauses[both] = [clause for one in self._texts for clause in _clauses(both.spelt_out(one))]
        told = _clauses(both.spelt_out(plain))
        if not self._tells_effect and _HELPED.search(plain) and any(one.outcome for one in told):
            return False
        return all(_is_said(clause, self._clauses[both]) for clause in told)


def _is_said(clause: _Clause, said: Sequence[_Clause]) -> bool:
    known = frozenset[str]().union(*(one.words for one in said))
    if any(word in known and not _affirms(said, word) for word in clause.affirmed):
        return False
    if _is_absent(clause, said) or _is_cleared(clause, said):
        return False
    if clause.outcome is not None and not _has_outcome(clause, said):
        return False
    if not clause.says_no:
        return True
    denied = (clause.denied | clause.unclear) & known
    if not denied:
        return any(one.says_no for one in said)
    if any(one.says_no and denied & (one.denied | one.unclear) for one in said):
        return True
    return not clause.denied & known and _denies_nearby(clause, said)


def _is_absent(clause: _Clause, said: Sequence[_Clause]) -> bool:
    """Whether it tells of a thing of which there was none: "이중 결제" after "결제 실패 3건, 이중 결제는 없음"."""
    if clause.says_no:
        return False
    absent = clause.things & frozenset[_Thing]().union(*(one.absent for one in said))
    return not absent <= frozenset[_Thing]().union(*(one.things for one in said))


def _is_cleared(clause: _Clause, said: Sequence[_Clause]) -> bool:
    """Whether a clause blames what a clause of its own has cleared: "so not stripe"."""
    return clause.names_cause and any(clause.affirmed & one.denied for one in said if not one.affirmed)


def _affirms(said: Sequence[_Clause], word: str) -> bool:
    return any(word in one.affirmed or word in one.unclear for one in said)


def _denies_nearby(clause: _Clause, said: Sequence[_Clause]) -> bool:
    """Whether the "no" stands beside what it is about: "restarted web-3, did not help"."""
    return clause.outcome is False and _has_outcome(clause, said)


def _has_outcome(clause: _Clause, said: Sequence[_Clause]) -> bool:
    """Whether what went so is said to have gone so: by the clauses that share most with it, of those that say."""
    telling = [one for one in said if one.outcome is not None]
    if not telling:
        return clause.outcome is True or any(one.says_no for one in said)
    most = max(len(one.words & clause.words) for one in telling)
    return any(one.outcome is clause.outcome for one in telling if len(one.words & clause.words) == most)


CLAUSE_ENDS = re.compile(
    r"(?:[,;:.!?…]+(?=\s|$)|[()—|])|\s[-–]\s"
    r"|\b(?:but|because|so|which|while|although|though|however|then|until|after|before|when|and|since|due to)\b"
    r"|(?<=지만)\s|(?<=는데)\s|(?<=으나)\s|(?<=고)\s|(?<=며)\s|(?<=서)\s|(?<=니)\s|(?<=더니)\s|(?<=없이)\s|(?<=채)\s"
    r"|(?=\bwithout\b)|(?<=때문에)\s|(?<=후)\s|(?<=뒤)\s|(?<=자)\s"
)
"""Where one clause ends and the next begins."""
_SPLICE = re.compile(r"\bfail(?:ed|s|ing)?[ -]?over|페일오버")
_WORD = (
    r"(?:(?!(?:but|because|so|which|while|although|though|however|then|until|after|before|when|and|since|as|that)\b)"
    r"[\w./-]+ )"
)
_NOT_FAILED = re.compile(
    r"(?:\b(?:not|no longer|never|without|no|stopped)|n't)\s(?:\w+\s)?fail(?!over)\w*"
    rf"|\bno (?!doubt|question|wonder){_WORD}{{1,3}}"
    rf"(?:(?:to|from|on|in|at|of|for|by|with|through|via) {_WORD}{{1,3}}){{0,2}}fail(?!over)\w*"
    r"|실패\w{0,3}\s?(?:않|없|아니)\w*"
)
_NO = re.compile(
    r"(?P<ahead>\b(?:not|no longer|never|no|none|nobody|nothing|neither|nor|without|cannot|unable to|failed to|nowhere"
    r"|ruled out|hardly|barely|scarcely|rarely)\b|(?<!to )(?<!at )\bzero\b(?= [a-z])"
    r"|(?<![\d.,:-])0\s?(?=(?:users?|customers?|orders?|requests?|errors?|payments?|messages?|data)\b)|(?<![\d.,:-])0\s?[건명][이의]?(?=\s[가-힣])"
    r"|n't\b|(?<![가-힣])(?:안|못)\s(?![되돼됐된될됨됩하했한할합])|(?<![가-힣])못(?=[가-힣]))"
    r"|(?P<back>\b(?:fail(?:s|ed|ing|ures?)?|unsuccessful\w*|avoided|averted)\b"
    r"|(?<![가-힣])안\s?[되돼됐된될됨됩하했한할합][가-힣]*|(?<![가-힣])못\s?(?:하|했|한|할|됐|돼|되)[가-힣]*"
    r"|[가-힣]{0,3}않[가-힣]*|(?<![가-힣])없[가-힣]*|(?<=[가-힣])없[가-힣]*"
    r"|(?<![가-힣])아[니닌닙님][가-힣]*|아니(?:었|라|고|며|다|에)[가-힣]*"
    r"|불가(?!피)[가-힣]*|실패[가-힣]*|무관[가-힣]*|무근[가-힣]*|(?<![\d.,:-])0\s?[건명](?!\s[가-힣])[가-힣]*|못(?:했|한|하)[가-힣]*)"
)
_WORKED = re.compile(
    r"\b(?:work(?:s|ed|ing)?|help(?:s|ed|ing)?|succe(?:ss\w*|ed\w*)|fix(?:es|ed|ing)?|effect(?:ive)?|difference"
    r"|solv\w+|resolv\w+|improv\w+|recover\w*|restor\w+|cured?|complet\w+|passed)\b"
    r"|성공|도움|효과|소용|해결|해소|복구|정상|나아|완료|회복|통했|통하|통과"
)
_HELPED = re.compile(
    r"\b(?:help(?:s|ed)|fix(?:es|ed)|(?:re)?solved|cured)\b"
    r"|도움이 (?:됐|되었)|효과가 있|(?:해결|해소)\s?(?:됐|되었|했|하였|완료)"
)
_EFFECT = re.compile(
    r"\b(?:(?<!roll )(?<!rolled )(?<!rolling )back|again|gone|stop\w*|normal|healthy"
    r"|green|ok|good|fine|stable|steady|clean|clear\w*|quiet|better"
    r"|drop\w*|fell|falling|decreas\w+|lower|down|up|fast|ends?|ended|over|clos(?:ed|ing)|drain\w*|repair\w*|patch\w*|correct\w*"
    r"|trick|no (?:more|longer|errors?|alerts?))\b|\d\s?%"
    r"|돌아|살아|사라|떨어|줄[었어고]|내려[갔가오왔]|빠[졌지집]|풀[렸립려]"
    r"|안정|없어졌|멈[췄춰]|잘 [되됩]|[들올]어[오옵와왔]|종료|마무리|고[쳤침]|수정|낮아|빨라|양호"
)
"""What is told where something got better, besides that it worked."""
_FAILED = re.compile(
    r"\b(?:fail(?:s|ed|ing|ures?)?|unsuccessful\w*|in vain)\b|실패[가-힣]*|허사|(?<![가-힣])안\s?[되돼됐된될됨됩]"
)
_SCOPE = 2
_CAUSE = re.compile(r"caus(?:e|ed|es|ing)|culprit|reason|(?:근본 )?원인\w*|때문\w*|탓\w*")


def _words(text: str) -> tuple[str, ...]:
    """The words that a "no" may be about; here being the cause is one of them."""
    keys = ("cause" if _CAUSE.fullmatch(word) else key_of(word) for word in spoken_in(text))
    return tuple(key for key in keys if key)


def _clauses(text: str) -> list[_Clause]:
    plain = _SPLICE.sub(lambda found: found[0].replace(" ", "").replace("-", ""), text)
    found = [_clause(part) for part in CLAUSE_ENDS.split(_NOT_FAILED.sub(" works ", plain)) if part and part.strip()]
    for place in range(len(found) - 1, 0, -1):
        if found[place - 1].outcome is None and found[place].outcome is not None and not found[place].affirmed:
            found[place - 1] = replace(found[place - 1], outcome=found[place].outcome)
    return found


def _clause(part: str) -> _Clause:
    denied: set[str] = set()
    unclear: set[str] = set()
    matches = list(_NO.finditer(part))
    for no in matches:
        before, after = _around(part, no)
        ahead, back = (after, before) if no["ahead"] else (before[::-1], after)
        surely = 0 if _FAILED.fullmatch(no[0].strip()) else 1
        denied.update(ahead[:surely])
        unclear.update(ahead[surely:_SCOPE])
        unclear.update(back[-_SCOPE:] if no["ahead"] else back[:_SCOPE])
        if no["ahead"] and not ahead:
            denied.update(back[-1:])
    unclear -= denied
    words = _words(part)
    absent = frozenset(thing for no in matches if "없" in no[0] for thing in _last_two(_around(part, no)[0]))
    return _Clause(
        affirmed=frozenset(words) - denied - unclear - _negators(part),
        denied=frozenset(denied),
        unclear=frozenset(unclear),
        says_no=bool(matches),
        outcome=_outcome(part, says_no=bool(matches)),
        things=frozenset(pairwise(words)) - absent,
        absent=absent,
        names_cause="cause" in words,
    )


def _last_two(words: Sequence[str]) -> Iterator[_Thing]:
    return pairwise(words[-2:])


_NEAR = 160
"""So many letters around a "no" have the words that it is about; a long row of them takes no longer than it is long."""


def _around(part: str, no: re.Match[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    start = max(0, no.start() - _NEAR)
    before = part[start : no.start()]
    return _words(before.partition(" ")[2] if start else before), _words(part[no.end() : no.end() + _NEAR])


def _negators(part: str) -> frozenset[str]:
    """The keys of the words that themselves say no: they are no words to compare."""
    return frozenset(key for found in _NO.finditer(part) for word in found[0].split() if (key := key_of(word)))


def _outcome(part: str, *, says_no: bool) -> bool | None:
    if _FAILED.search(part):
        return False
    return not says_no if _WORKED.search(part) else None
