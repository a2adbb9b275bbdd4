"""What a sentence speaks of: its words in one spelling for both languages, whatever their endings."""

import re
from collections.abc import Sequence
from functools import lru_cache

from bot.domain.evidence import comparable
from bot.domain.glossary import GLOSSARY
from bot.domain.korean_words import KOREAN_STOP_WORDS, stem

_FUNCTION_WORDS = """
a about above after again all also although am an and any anybody anyone are around as at back be because been
before being below between both but by can cannot could did do does doing done down during each either else even
ever every everybody everyone few first for from further get gets getting go goes going got had has have having he
her here him his how however i if in instead into is it its itself just last later least less like made make makes
many may me might more most much must my near neither next no nobody none nor not nothing now of off on once one
only onto or other our out over own per rather same shall she should since so some somebody someone something soon
still such than that the their them then there these they this those though through to together too toward towards
under until unless unlike up upon us used using very via was we were what when where whether which while who whole
whom whose why will with within without would yet you your were won't didn't don't doesn't isn't wasn't weren't
can't couldn't hasn't haven't hadn't wouldn't shouldn't it's that's there's we're they're i'm i've we've i'd never
always almost already approximately roughly nearly am pm noon midnight morning afternoon evening night today
yesterday tomorrow utc kst
"""
_FUNCTION = frozenset(_FUNCTION_WORDS.split())
_FRAME_WORDS = """
actual actually appears apparently because began begin beginning begins began began believed caused causes causing
cause confirm confirmed confirms contributed contributing culprit due during end ended ends engineer engineers event
events finding found happened happening identified incident incidents issue issues led likely log main mentioned
messages noted noticed occur occurred occurring outage people person posted possible possibly presumably probable
probably problem problems reason reported reporting reports responder responders result resulted root said saw says
see seemed seems seen set situation start started starting starts stated suggested suspected team teams things
thought time times told took trigger triggered underlying wrote minute minutes min mins hour hours hr hrs second
seconds sec secs day days week weeks percent percentage number approximate total lasted long duration
two three four five six seven eight nine ten eleven twelve thirteen fifteen twenty thirty forty fifty sixty ninety
half dozen dozens hundred hundreds thousand thousands million millions several multiple couple
ask asked asks
"""
_FRAME = frozenset(_FRAME_WORDS.split())
_KOREAN_FRAME_WORDS = """
원인 근본 때문 장애 사고 문제 발생 시작 종료 보고 확인 추정 판단 판명 의심 가능 가능성 담당자 담당 엔지니어 팀 이후
이전 당시 결과 사실 기록 언급 말씀 말했 밝혔 알렸 전했 예상 생각 보입 보이 보임 보였 시간 시각 시점 정도 가량 지속
걸렸 걸림 기준 해당 인해 인한 따르면 따라 위해 통해 대해 이유 것으 것입 것임 분간 분 초 초간 시 시에 분에 초에 시부터
분부터 시까지 분까지 분경 시경 시간대 오전 오후 새벽 아침 저녁 낮 밤 퍼센트 프로 약 총 직접 직접적
아직 이미 여부 물었 논의 제기 제안 질문 않았 않는 않은 않을 않고 않아 않습
"""
_KOREAN_FRAME = frozenset(_KOREAN_FRAME_WORDS.split())
_IRREGULAR = {
    **{"sent": "send", "broke": "break", "broken": "break", "lost": "lose", "ran": "run", "kept": "keep"},
    **{"held": "hold", "built": "build", "gave": "give", "given": "give", "stuck": "stick", "fell": "fall"},
    **{"fallen": "fall", "rose": "rise", "risen": "rise", "grew": "grow", "grown": "grow", "left": "leave"},
    **{"written": "write", "came": "come", "brought": "bring", "knew": "know", "known": "know", "went": "go"},
    **{"chose": "choose", "caught": "catch", "froze": "freeze", "frozen": "freeze", "shown": "show", "paid": "pay"},
    **{"bought": "buy", "thrown": "throw", "threw": "throw", "wrote": "write", "sold": "sell", "drawn": "draw"},
}
_ENDINGS = ("ations", "ation", "ments", "ment", "ings", "ing", "ies", "ied", "ers", "ed", "es", "er", "ly", "s", "e")
_KEY = 6
_OUTCOME_WORDS = """
work help succeed success effect effective fix solve resolve difference fail failure unsuccessful
성공 도움 효과 소용 해결 해소 실패
"""
_OUTCOME = tuple(_OUTCOME_WORDS.split())
"""Whether something worked is one subject, however it went."""
_GROUPS = (*GLOSSARY, _OUTCOME)
_GROUP = {
    entry: f"={number}"
    for number, group in reversed(tuple(enumerate(_GROUPS)))
    for entry in group
    if " " not in entry and len(entry) > 1
}
_PHRASES = {entry: f"={number}" for number, group in enumerate(GLOSSARY) for entry in group if " " in entry}
_PHRASE = re.compile(
    "|".join(
        rf"(?<![a-z가-힣]){re.escape(entry)}" + (r"(?![a-z])" if entry.isascii() else "")
        for entry in sorted(_PHRASES, key=len, reverse=True)
    )
)


def words_of(text: str) -> tuple[str, ...]:
    """Return the keys of all that `text` speaks of, in order: equal keys are the same word or mean the same.

    Function words and what only frames a statement ("the root cause was", "발생했다") have none.
    """
    words = (part for word in spoken_in(text) for part in (word, *word.split()[" " not in word :]))
    return tuple(key for key in map(key_of, words) if key)


def is_spoken_of(words: Sequence[str], known: frozenset[str], text: str, *, testimony: str, share: float) -> bool:
    """Whether at least `share` of the words are among the known ones, and no statement of its own stands beside them.

    Where the lines are in the other language only what the glossary can translate is asked for, at least one word
    or a number.
    """
    korean = is_korean(testimony)
    alike = is_korean(text) == korean
    asked = [word for word in words if alike or _is_comparable(word, korean=korean)]
    if _longest_run(words, known) > (_RUN if alike else _RUN_ACROSS):
        return False
    if not asked:
        return not words or re.search(r"\d", text) is not None
    distinct = frozenset(asked)
    return len(distinct & known) >= share * len(distinct) and not any(
        _is_of_its_own(words_of(clause), known, alike=alike, korean=korean)
        for clause in _JOINED.split(comparable(text))
    )


_JOINED = re.compile(r"[,;:]\s|\b(?:but|and|while|although)\b|(?<=지만)\s|(?<=는데)\s|(?<=고)\s|(?<=며)\s")


def _is_of_its_own(words: Sequence[str], known: frozenset[str], *, alike: bool, korean: bool) -> bool:
    """Whether a clause that stands beside others speaks of nothing that the lines speak of."""
    asked = frozenset(word for word in words if alike or _is_comparable(word, korean=korean))
    return len(asked) > 1 and not asked & known


_RUN, _RUN_ACROSS = 5, 8
"""So many words in a row may be the sentence's own; across languages more, because few have a translation here."""


def _longest_run(words: Sequence[str], known: frozenset[str]) -> int:
    """How many words in a row are not known."""
    longest = run = 0
    for word in words:
        run = 0 if word in known else run + 1
        longest = max(longest, run)
    return longest


def _is_comparable(word: str, *, korean: bool) -> bool:
    """Whether a word can be looked for in lines of the other language: translated, of it, or of neither."""
    return word.startswith("=") or word.isascii() != korean or not (word.isascii() or "가" <= word[0] <= "힣")


def is_function_word(word: str) -> bool:
    """Whether an English word only joins others."""
    return word in _FUNCTION


def is_legible(text: str, testimony: str) -> bool:
    """Whether whatever is too long for a word, or spelt letter by letter, stands so in the lines: a code could hide."""
    said = comparable(testimony)
    return all(found[0].strip() in said for found in _ILLEGIBLE.finditer(comparable(text)))


_ILLEGIBLE = re.compile(r"[a-z0-9+/=_]{25,}|(?<!\w)(?:[^\W_][ .-]){8,}")


def is_korean(text: str) -> bool:
    """Whether a text is mostly written in Hangul."""
    hangul = len(re.findall("[가-힣]", text))
    return hangul * 2 > len(re.findall("[a-zA-Z]", text))


def spoken_in(text: str) -> tuple[str, ...]:
    """Return the words of `text`, narrow and in lower case; a known phrase of several words is one of them."""
    plain = comparable(text)
    joined = _PHRASE.sub(lambda found: found[0].replace(" ", "\u2060"), plain)
    return tuple(word.replace("\u2060", " ") for found in _TOKEN.findall(joined) for word in _parts(found))


_OTHERS = r"[^\W\d_a-zªº\u00b5-\u024f\u1100-\u11ff\u3130-\u318f가-힣]"
"""Letters of neither language: of those we know no words, and compare them two by two."""
_TOKEN = re.compile(rf"[a-z][a-z'\u2060]*[a-z]|[가-힣][가-힣\u2060]*|{_OTHERS}+")
_FOREIGN = re.compile(_OTHERS)


def _parts(word: str) -> Sequence[str]:
    if not _FOREIGN.match(word):
        return (word,)
    return [word[at : at + 2] for at in range(max(1, len(word) - 1))]


@lru_cache(maxsize=20_000)
def key_of(word: str) -> str:
    """Return the key of one word, "" when it carries no meaning of its own."""
    if word in _PHRASES:
        return _PHRASES[word]
    if _FOREIGN.match(word):
        return word
    return _english(word) if word.isascii() else _korean(word)


def _english(word: str) -> str:
    word = word.replace("'s", "").strip("'")
    if word in _FUNCTION or word in _FRAME or len(word) < 2:
        return ""
    base = _IRREGULAR.get(word, word)
    if base in _GROUP:
        return _GROUP[base]
    root = _root(base)
    return _ROOTS.get(root, root[:_KEY])


def _root(word: str) -> str:
    for ending in _ENDINGS:
        rest = word.removesuffix(ending)
        if rest != word and len(rest) >= 3:
            word = rest
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word


_ROOTS = {_root(entry): key for entry, key in reversed(_GROUP.items()) if entry.isascii() and len(_root(entry)) > 3}


def _korean(word: str) -> str:
    if word in _KOREAN_FRAME or word in KOREAN_STOP_WORDS or not stem(word, after_latin=True):
        return ""
    base = stem(word)
    if base in _PHRASES:
        return _PHRASES[base]
    for length in range(min(len(base), 6), 1, -1):
        if base[:length] in _GROUP:
            return "" if base[:length] in _KOREAN_FRAME else _GROUP[base[:length]]
    if len(base) < 2 or base in KOREAN_STOP_WORDS or any(base.startswith(one) for one in _LONG_FRAMES):
        return ""
    return base[0] + _bare(base[1])


_FINALS = frozenset((4, 8, 16, 17, 20))
"""ㄴ ㄹ ㅁ ㅂ ㅆ: what a verb takes on."""
_UNCONTRACTED = {6: 20, 9: 8, 14: 13, 10: 11, 1: 0}
"""Vowels of a past stem and those they come from: 울렸 울리, 나왔 나오, 바꿨 바꾸, 됐 되, 했 하."""


def _bare(syllable: str) -> str:
    """The syllable as it stands before a verb's ending: 울렸 and 울린 end as 울리 does."""
    vowel, final = divmod((ord(syllable) - 0xAC00) % 588, 28)
    if final not in _FINALS:
        return syllable
    base = _UNCONTRACTED.get(vowel, vowel) if final == 20 else vowel
    return chr(ord(syllable) - (vowel - base) * 28 - final)


_LONG_FRAMES = tuple(sorted(word for word in _KOREAN_FRAME if len(word) > 1))
