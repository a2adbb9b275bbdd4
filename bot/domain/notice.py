"""What those who use the service may be told: in words of ours, and of the channel's only what is no internal."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.citation import Sentence
from bot.domain.names import server_names_in

_CAUSE = re.compile(
    r"\s+(?:after|since|because of|due to|caused by|following)\b.*$|^.*\s(?:후|이후|뒤|직후)\s+"
    r"|^.*(?:때문에|인한|인해)\s+",
    re.IGNORECASE | re.DOTALL,
)
_INTERNAL = re.compile(
    r"\d(?![\d.,]*\s?%)|[^\W_][-_./@:=][^\W_]|[@`<>{}\[\]|\\$#*~/_=&;]|\b[A-Z]{2,}\b|[a-z][A-Z]"
    r"|(?i:\b(?:servers?|hosts?|nodes?|pods?|clusters?|databases?|db|backends?|redis|kafka|postgres\w*|mysql|queues?"
    r"|pools?|connections?|deploy\w*|releases?|roll\w*|configs?|scripts?|cron|caches?|prox(?:y|ies)|balanc\w*|replicas?"
    r"|shards?|cpu|memory|disks?|oom|threads?|kubectl|docker|kubernetes|dns|tls|cert\w*|relays?|quer(?:y|ies)|traffic"
    r"|vendors?|attack\w*|breach\w*|leak\w*)\b)"
    r"|서버|호스트|노드|클러스터|데이터베이스|디비|백엔드|캐시|프록시|밸런서|부하|레플리카|커넥션|배포|롤백|설정"
    r"|스크립트|메모리|디스크|인증서|파드|쿠버|큐\b|카프카|레디스|트래픽|쿼리|릴리스|릴레이|스레드|유출|공격|침해"
)


def what_failed(title: str, people: Iterable[str]) -> str:
    """Return of an incident's title what did not work, without why; "" where it speaks of internals or of people.

    Internals are servers, figures but shares, addresses, code and the words of our trade.
    """
    said = " ".join(_CAUSE.sub("", title).split()).rstrip(" .!,")
    plain = said.casefold()
    named = any(len(name) > 1 and name.casefold() in plain for one in people for name in (one, *one.split()))
    return "" if named or _INTERNAL.search(said) or server_names_in(said) else said


@dataclass(frozen=True, slots=True)
class Affected:
    """So many percent of whom; `group` is "users" or "customers", `n` the line that says so."""

    share: str
    group: str
    n: int


_USERS, _CUSTOMERS = r"users|people|visitors|사용자|이용자", r"customers|고객|회원"
_WHOM = rf"(?P<group>{_USERS}|{_CUSTOMERS})"
_SHARE = r"(?<![\d.,])(?P<share>\d{1,2}(?:\.\d+)?|100)\s?(?:%|percent|퍼센트|프로)"
_SHARES = (
    re.compile(rf"{_SHARE}\s+of\s+(?:all\s+|our\s+|the\s+)*{_WHOM}", re.IGNORECASE),
    re.compile(rf"{_WHOM}(?:의|들의| 중)?\s*(?:약|대략)?\s*{_SHARE}(?!\s*(?:이상|이하|미만|넘|까지))"),
    re.compile(rf"{_SHARE}의?\s*{_WHOM}"),
)
_OTHERWISE = re.compile(
    r"\b(?:up to|at most|at least|more than|less than|over|under|almost|no longer|again|recover\w*|restor\w*|fine|back"
    r"|not affected|unaffected|worked|works?)\b|최대|최소|복구|정상|해소|없",
    re.IGNORECASE,
)


def affected(impact: Iterable[Sentence]) -> Affected | None:
    """Return whose share was hurt, of the first sentence that gives one plainly."""
    for sentence in impact:
        found = next((one for pattern in _SHARES if (one := pattern.search(sentence.text))), None)
        if found and not _OTHERWISE.search(sentence.text):
            group = "customers" if re.fullmatch(_CUSTOMERS, found["group"], re.IGNORECASE) else "users"
            return Affected(found["share"], group, sentence.citations[0])
    return None
