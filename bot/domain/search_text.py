"""How text is made searchable: tokens of the index, terms of a question, and their synonyms in both languages."""

import re
import unicodedata

from bot.domain.glossary import GLOSSARY
from bot.domain.korean_words import KOREAN_STOP_WORDS, stem

__all__ = ["GLOSSARY", "expand", "index_tokens", "query_terms"]

_CJK = "가-힣ㄱ-ㅎㅏ-ㅣ一-鿿ぁ-ヿ"
_WORD = re.compile(rf"[a-z0-9]+|[{_CJK}]+")
_HOST = re.compile(r"(?<![a-z0-9])[a-z][a-z0-9]{0,40}(?:[-_][a-z0-9]{1,40}){0,6}[-_]\d{1,9}[a-z]?(?![a-z0-9])")
_MARK = re.compile(r"<[@!#][^>]*>|https?://\S+")


def index_tokens(text: str) -> list[str]:
    """Return the tokens under which `text` is found, in order.

    Latin words and numbers are lower case; Korean, Chinese and Japanese runs become pairs of neighbouring
    characters and their last one alone. A numbered host is also there in one piece: web-3 gives web, 3, web3.
    """
    plain = _folded(text)
    tokens: list[str] = []
    hosts = {found.end(): found[0] for found in _HOST.finditer(plain)}
    for found in _WORD.finditer(plain):
        word = found[0]
        tokens += [word] if word.isascii() else _pairs(word)
        if found.end() in hosts:
            tokens.append(re.sub(r"[-_]", "", hosts[found.end()]))
    return tokens


def query_terms(question: str) -> list[list[str]]:
    """Return one phrase of consecutive index tokens for each word of the question that means something.

    Korean particles and endings are cut off, stop words are left out. A question of nothing but stop words
    gives those words, so that it still finds what it names; an empty one gives no term.
    """
    plain = _MARK.sub(" ", _folded(question))
    pieces = [piece for piece in re.split(r"[\s,;:!?/()\[\]{}\"'`“”‘’…~·]+", plain) if _WORD.search(piece)]
    meaningful = [kept for piece in pieces for kept in _meaning(piece)]
    terms = [phrase for word in meaningful or pieces if (phrase := _phrase(word))]
    return [list(term) for term in dict.fromkeys(map(tuple, terms))]


def expand(terms: list[list[str]]) -> list[list[list[str]]]:
    """Return each term with its alternatives in both languages, the term itself first.

    A glossary entry of several words ("load balancer") is recognised in consecutive terms and is then one
    term with its synonyms. Alternatives are phrases of index tokens, to be tried as OR.
    """
    expanded: list[list[list[str]]] = []
    index = 0
    while index < len(terms):
        length, alternatives = _synonyms(terms, index)
        expanded.append(alternatives)
        index += length
    return expanded


def _folded(text: str) -> str:
    """Narrow, composed, lower case, accents off Latin letters: café and ＣＡＦＥ are cafe."""
    composed = unicodedata.normalize("NFC", unicodedata.normalize("NFKC", text)).lower()
    if composed.isascii():
        return composed
    return "".join(_bare(char) if "\xc0" <= char <= "\u024f" else char for char in composed)


def _bare(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0]


def _pairs(word: str) -> list[str]:
    return [word[at : at + 2] for at in range(len(word) - 1)] + [word[-1]]


def _phrase(words: str) -> list[str]:
    """Return the tokens that follow one another in the index wherever `words` occur, also with more after them."""
    if _HOST.fullmatch(words):
        return [re.sub(r"[-_]", "", words)]
    tokens = index_tokens(words)
    runs = _WORD.findall(_folded(words))
    return tokens[:-1] if runs and not runs[-1].isascii() and len(runs[-1]) > 1 else tokens


def _meaning(piece: str) -> list[str]:
    """Return what is worth looking for in one word: without particle, ending or stop word."""
    runs = [found[0] for found in re.finditer(rf"[a-z0-9][a-z0-9._-]*|[{_CJK}]+", piece)]
    kept: list[str] = []
    for position, run in enumerate(runs):
        if run.isascii():
            word = run.strip("._-")
            kept += [word] if word and word not in _STOP_WORDS else []
            continue
        found = stem(run, after_latin=position > 0)
        kept += _parts(found) if found and found not in KOREAN_STOP_WORDS else []
    return kept


def _parts(word: str) -> list[str]:
    """Split a Korean compound of known words, which others write apart: 결제장애 is 결제 and 장애."""
    if len(word) < 4 or word in _KNOWN_WORDS:
        return [word]
    for cut in range(len(word) - 2, 1, -1):
        if word[:cut] in _KNOWN_WORDS:
            rest = _parts(word[cut:])
            if all(part in _KNOWN_WORDS for part in rest):
                return [word[:cut], *rest]
    return [word]


_KNOWN_WORDS = frozenset(
    entry for group in GLOSSARY for entry in group if not entry.isascii() and " " not in entry and len(entry) > 1
)
_ENGLISH_STOP_WORDS = """
a an and any anything are as at be because been before being but by can could did do does doing for from get got had has
have having how i if in into is it its know last list ll many may me might more most much my of on or our out please re
s say should show similar so some such t tell than that the their them then there these they this those to us ve was
we were what whats when where which who whom whose why will with would you your about all also find give happen happened
happens ever just like look looking search see there's anyone someone something go goes going went
"""
_STOP_WORDS = frozenset(_ENGLISH_STOP_WORDS.split())


def _spelt(entry: str) -> tuple[tuple[str, ...], ...]:
    """Return one glossary entry as the terms a question would have for it."""
    return tuple(tuple(_phrase(word)) for word in _folded(entry).split())


_GROUPS: dict[tuple[tuple[str, ...], ...], tuple[str, ...]] = {}
for _group in GLOSSARY:
    for _entry in _group:
        _GROUPS[_spelt(_entry)] = (*_GROUPS.get(_spelt(_entry), (_entry,)), *_group)
_LONGEST = max(map(len, _GROUPS))


def _synonyms(terms: list[list[str]], index: int) -> tuple[int, list[list[str]]]:
    """Return how many terms the longest entry starting at `index` takes, and all phrases that may stand for it."""
    for length in range(min(_LONGEST, len(terms) - index), 0, -1):
        said = tuple(tuple(term) for term in terms[index : index + length])
        entries = _GROUPS.get(said) or (_GROUPS.get((_singular(said[0]),)) if length == 1 else None)
        if entries:
            phrases = [*(said if length == 1 else ()), *(tuple(_phrase(entry)) for entry in entries)]
            return length, [list(phrase) for phrase in dict.fromkeys(phrases)]
    return 1, [terms[index]]


def _singular(term: tuple[str, ...]) -> tuple[str, ...]:
    """servers → server; other words and phrases unchanged."""
    word = term[-1]
    if word.isascii() and word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return (*term[:-1], word[:-1])
    return term
