"""What a number counts: the nouns beside it, in one spelling for both languages and for one and many."""

import re
from collections.abc import Iterable

from bot.domain.wording import is_function_word, key_of

_PERSON, _HOST, ANYTHING = "who", "host", "*"
_CLASSES = {
    **dict.fromkeys(("person", "people", "명", "사람", "인원"), _PERSON),
    **dict.fromkeys(("user", "customer", "client", "사용자", "이용자", "고객"), "who:user"),
    **dict.fromkeys(("engineer", "엔지니어"), "who:engineer"),
    **dict.fromkeys(("server", "host", "node", "machine", "instance", "vm", "box", "서버", "호스트", "노드"), _HOST),
}
HTTP_WORDS = frozenset(
    key_of(word) or word for word in ("error", "response", "status", "code", "answer", "http", "return", "failure")
)
"""What a web server's 502 may be called where nobody called it anything."""
_SKIPPED = frozenset(
    ("of", "the", "our", "their", "its", "his", "her", "my", "your", "all", "more", "other", "about", "or", "so")
)
_VERBS = frozenset(("has", "does", "times"))
_PEOPLE = frozenset(("people", "men", "women", "children", "staff"))
_CLAUSE = re.compile(r"[,.;:!?()\d\"|\ue000\ue001–—→=>+]|\s-\s|-$")
_WORD = re.compile(r"[a-z][a-z'-]*|[가-힣]+")
_WORDS_FAR = 4


def noun_of(word: str) -> str:
    """Return what a word names: its class, its key, or for a word of every report the word itself; "" for none."""
    bare = word.removesuffix("'s")
    if not bare.isascii():
        return next(
            (_CLASSES[bare[:length]] for length in range(len(bare), 1, -1) if bare[:length] in _CLASSES), ""
        ) or (key_of(bare))
    one = bare if bare.endswith("ss") else bare.removesuffix("s")
    return (
        _CLASSES.get(bare)
        or _CLASSES.get(one)
        or key_of(one)
        or key_of(bare)
        or ("" if is_function_word(bare) else one)
    )


def are_alike(one: str, other: str) -> bool:
    """Whether two nouns may name the same: equal, one of them anything, or in two languages that we cannot compare."""
    if one == other or ANYTHING in (one, other):
        return True
    if _PERSON in (one, other):
        return one.split(":")[0] == other.split(":")[0]
    return {_script(one), _script(other)} == {"en", "ko"}


def _script(noun: str) -> str:
    if noun.startswith(("=", _PERSON, _HOST)):
        return "both"
    return "en" if noun.isascii() else "ko"


def nouns_after(text: str, *, is_one: bool) -> tuple[str, ...]:
    """Return the nouns behind a number, up to the plural that it counts: of "3 new relay servers" relay and server.

    Nothing where no plural follows, unless it is one.
    """
    nouns: list[str] = []
    for word in _WORD.findall(_CLAUSE.split(text, maxsplit=1)[0])[:_WORDS_FAR]:
        if word in _SKIPPED and not nouns:
            continue
        noun = noun_of(word)
        if word in _VERBS or not noun or not word.isascii():
            break
        nouns.append(noun)
        if is_one or _is_plural(word):
            return tuple(nouns)
    return ()


def _is_plural(word: str) -> bool:
    return word in _PEOPLE or (len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s")))


def nouns_before(text: str) -> tuple[str, ...]:
    """Return up to three nouns before a number, the nearest last: of "결제 주문 약" 결제 and 주문."""
    clause = _CLAUSE.split(text)[-1]
    words = [noun for word in _WORD.findall(clause) if len(word) > 1 and (noun := noun_of(word))]
    return tuple(words[-3:])


def nouns_of_counter(counter: str, before: str, after: str) -> tuple[str, ...]:
    """Return what a Korean counter counts, its name last: "주문 3건", "3건의 주문", else whatever is counted so."""
    behind = tuple(filter(None, map(noun_of, _WORD.findall(_CLAUSE.split(after, maxsplit=1)[0])[:2])))[:1]
    nouns = behind if after.startswith("의 ") else nouns_before(before)
    return (*behind, *((counter,) if counter != ANYTHING else ()), *(nouns or (counter,)))


def are_counted_alike(one: str, of_one: Iterable[str], other: str, of_other: Iterable[str]) -> bool:
    """Whether two Korean counters may count the same: people with people, machines with machines, 개 whatever is so."""
    if one == other or not one or not other:
        return True
    if ANYTHING not in (one, other):
        return False
    counter, nouns = (other, of_one) if one == ANYTHING else (one, of_other)
    return any(are_alike(counter, noun) for noun in nouns if noun != ANYTHING)
