"""Words that say the contrary of each other, in English and Korean: each pair told as one word and its "not"."""

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class _Pair:
    """`word` stands for whatever `yes` finds, "not" and `word` for whatever `no` finds."""

    word: str
    yes: re.Pattern[str]
    no: re.Pattern[str]


_DENIED = r"(?P<before>(?:\bnot|\bnever|\bno longer|n't)\s(?:been\s|yet\s|being\s)?)?"
_DENIED_BEHIND = r"(?P<behind>[하되]지\s?(?:않|못))?"


def _pair(word: str, yes: str, no: str) -> _Pair:
    return _Pair(
        word, re.compile(f"(?:{yes})(?:[하되]지(?=\\s?[않못]))?"), re.compile(f"{_DENIED}(?:{no}){_DENIED_BEHIND}")
    )


_A = r"(?:(?!not\b)\w+ )?"
_PAIRS = (
    _pair(
        "enabled",
        rf"\b(?:re-?)?enabl\w+|\b(?:turn|switch)(?:ed|ing|s)? {_A}on\b|(?<!비)활성화|켰|켜[졌진]",
        rf"\bdisabl\w+|\b(?:turn|switch)(?:ed|ing|s)? {_A}off\b|비활성화|껐|꺼[졌진]",
    ),
    _pair(
        "upright",
        rf"\b(?:is|are|was|were|came|comes?|back|stayed|still) {_A}up\b(?! to)|살아났|올라왔",
        rf"\b(?:is|are|was|were|went|goes|go|still|stayed) {_A}down\b(?! to)|다운(?!로)|죽었|먹통",
    ),
    _pair(
        "increased",
        r"\b(?:increas\w+|rose|ris(?:e|es|en|ing)|climb\w*|grew|grow(?:s|n|ing)?|surg\w+|spik\w+|soar\w*|jump(?:ed|s)"
        r"|raised|higher|went up)\b|증가|급증|폭증|상승|늘(?:었|어|고|렸|린)"
        r"|올랐|올라[갔가]|치솟|높아[졌지]|높였|커[졌지]",
        r"\b(?:decreas\w+|(?:fell|fall(?:s|en|ing)?)(?! over| back| behind)|declin(?:ed|ing) (?:to|from|by)"
        r"|drop(?:s|ped|ping)?(?= (?:to|from|by|back|sharply|again|off|below)\b|[,.;]|$)|shr[aiu]nk\w*|lower(?:ed)?"
        r"|reduc\w+|went down)\b|감소|급감|하락|줄(?:었|어|고|였|인)|떨어[졌져지]|내려[갔가]|낮아[졌지]"
        r"|낮췄|작아[졌지]",
    ),
    _pair(
        "accepted",
        r"\b(?:accept|approv|grant|allow)\w*|(?<!미)승인|수락|허용|허가|부여",
        r"\b(?:refus|reject|den(?:y|ies|ied)\b|disallow|disapprov|declin|block|revok)\w*|회수|거부|거절|반려|불허|미승인",
    ),
    _pair("opened", r"\b(?:re-?)?open(?:ed|ing)\b|열었|열렸|개방", r"\bclos(?:ed|ing)\b|닫았|닫혔|폐쇄"),
    _pair("added", r"\badd(?:ed|ing|s)?\b|추가|넣었", r"\b(?:remov|delet)\w+|삭제|제거|뺐"),
    _pair("faster", r"\bfast(?:er)?\b|빨라|빠르|빨랐", r"\bslow(?:er|ed|ly)?\b|느려|느리|느렸"),
    _pair("inside", r"\binternal\w*|내부", r"\bexternal\w*|외부"),
    _pair(
        "scaledup",
        rf"\bscal(?:e|ed|ing) {_A}(?:up|out)\b|증설|확장",
        rf"\bscal(?:e|ed|ing) {_A}(?:down|in)\b|감설|축소",
    ),
    _pair("online", r"\bonline\b|온라인", r"\boffline\b|오프라인"),
    _pair(
        "preserved", r"\b(?:preserved|intact|retained|kept safe|saved)\b|보존", r"\b(?:lost|los[se]|loses)\b|유실|손실"
    ),
    _pair("public", r"\bpublic\w*|(?<!비)공개", r"\bprivate\w*|비공개"),
    _pair("blocked", r"\bblock(?:ed|ing|s)?\b|차단(?!\S?\s?해제)", r"\bunblock\w*|차단\S?\s?해제"),
    _pair("automatic", r"\bautomat\w+|자동", r"\bmanual\w*|수동"),
    _pair("better", r"\bbetter\b|\bimprov\w+|나아[졌지]|호전|개선", r"\bworse\w*|악화|나빠"),
    _pair("valid", r"\bvalid\b|유효", r"\binvalid\b|무효"),
    _pair("promoted", r"\bpromot\w+|승격", r"\bdemot\w+|강등"),
    _pair("synchronous", r"\bin sync\b|\bsynced\b", r"\bout of sync\b"),
    _pair("full", r"\bfull\b|가득|꽉", r"\bempt\w+|비었|비어"),
    _pair("filled", r"\bfill(?:s|ed|ing)?\b(?: up)?|쌓[이였여]", r"\bdrain\w*|빠지고|빠졌"),
    _pair("acquired", r"\bacquir\w+|획득", r"\breleased\b|해제"),
    _pair(
        "ongoing",
        r"\b(?:start|began|begin|resum)\w*(?= to\b| \w+ing\b)|\bresum\w+|재개",
        r"\bstop\w*(?= \w+ing\b)|\bpaus\w+|끊[겼겨어]|중단",
    ),
    _pair(
        "twice",
        r"\b(?:twice|doubly)\b",
        r"(?<!at )\bonce\b(?=$|[.,;)]|\s(?:at|in|on|per|a|every|today|yesterday|only|already|before)\b)"
        r"|\b(?:only|just|exactly) once\b",
    ),
    _pair("safe", r"(?<!불)안전|\bsafe(?:ly)?\b", r"위험|\bdangerous\b|\bunsafe\b|불안전"),
)
_PREFIXED = re.compile(
    r"(?P<not>(?:\bnot|\bnever|n't)\s)?(?<![a-z])(?:(?:un|non)-?(?P<un>[a-z]{4,})"
    r"|in(?P<in>complete|correct|consistent|sufficient|effective|active|compatible|secure|accurate|visible)"
    r"|im(?P<im>possible|proper)|dis(?P<dis>connected|agreed|appeared))(?![a-z])"
    r"|(?<![가-힣])[미비불무](?P<ko>[가-힣]{2})"
)
_BEGINNING = re.compile(r"(?<![a-z-])[a-z]{4,}(?![a-z])|(?<![가-힣])[가-힣]{2}")


@dataclass(frozen=True, slots=True)
class Sides:
    """Which side of each pair a text speaks of, the words of which it has the contrary, and all its words."""

    yes: frozenset[int]
    no: frozenset[int]
    contrary: frozenset[str]
    words: frozenset[str]


def sides_of(text: str) -> Sides:
    """Return the sides of a text in comparable spelling."""
    no = frozenset(at for at, pair in enumerate(_PAIRS) if pair.no.search(text))
    yes = frozenset(
        at for at, pair in enumerate(_PAIRS) if pair.yes.search(pair.no.sub(" ", text) if at in no else text)
    )
    contrary = frozenset(_base(found) for found in _PREFIXED.finditer(text))
    return Sides(yes, no, contrary, frozenset(_BEGINNING.findall(text)))


@dataclass(frozen=True, slots=True)
class Contrasts:
    """Pairs and words of which two texts together speak of both sides."""

    pairs: frozenset[int]
    words: frozenset[str]

    def spelt_out(self, text: str) -> str:
        """Return the text with the contrary word as "not" and the word: alone a word is its own best spelling."""
        for at in sorted(self.pairs):
            text = _in_one_word(text, _PAIRS[at])
        return _PREFIXED.sub(self._without_prefix, text) if self.words else text

    def _without_prefix(self, found: re.Match[str]) -> str:
        if _base(found) not in self.words:
            return found[0]
        return f" {_base(found)}" if found["not"] else f" not {_base(found)}"


def contrasts(text: Sides, testimony: Sides) -> Contrasts:
    """Return what `text` speaks of and one of the two texts contradicts."""
    both = (text.yes | testimony.yes) & (text.no | testimony.no)
    words = (text.contrary & (text.words | testimony.words)) | (testimony.contrary & text.words)
    return Contrasts(both & (text.yes | text.no), words)


def bare_words_in(text: str) -> str:
    """Return the words of which a text has the contrary, 적용 of "미적용", safe of "unsafe": it speaks of them too."""
    return " ".join(_base(found) for found in _PREFIXED.finditer(text))


def _base(found: re.Match[str]) -> str:
    return str(next(one for one in found.group("un", "in", "im", "dis", "ko") if one))


def _in_one_word(text: str, pair: _Pair) -> str:
    """Whatever of the pair is denied itself is the other one."""
    turned = pair.no.sub(lambda found: f" {'' if found['before'] or found['behind'] else 'not '}{pair.word} ", text)
    return pair.yes.sub(f" {pair.word} ", turned)
