"""Names people type: what a server is called, which known name was meant, what looks like one at all."""

import re
import unicodedata
from collections.abc import Iterable

from bot.domain.channel_name import channel_name
from bot.domain.shortening import shorten

__all__ = [
    "NameInvalid",
    "canonical_server_name",
    "channel_name",
    "looks_like_server",
    "nearest_names",
    "server_names_in",
    "shorten",
]

_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_SLACK_LINK = re.compile(r"<(?:https?://)([^/>|:]+)[^>|]*(?:\|([^>]*))?>")
_QUOTES = "`'\"“”‘’「」『』"
_NAME_LIMIT = 253


class NameInvalid(ValueError):
    """A server's name is labels of a–z, 0–9, - and _ joined by dots: 63 a label, 253 in all."""


def canonical_server_name(raw: str) -> str:
    """Return the one spelling under which a server is stored and asked for.

    Folds width and case, drops quotes, a trailing dot and Slack's automatic links. Raises NameInvalid.
    """
    text = _SLACK_LINK.sub(lambda found: found[2] or found[1], raw.strip().strip(_QUOTES).strip())
    name = unicodedata.normalize("NFKC", text).strip().strip(_QUOTES).strip().lower().removesuffix(".")
    if not name or len(name) > _NAME_LIMIT:
        raise NameInvalid(raw[:_NAME_LIMIT])
    if not all(_LABEL.fullmatch(label) for label in name.split(".")):
        raise NameInvalid(raw[:_NAME_LIMIT])
    return name


def nearest_names(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Return up to `limit` of the `known` names that `name` may be a misspelling of, best first."""
    wanted = unicodedata.normalize("NFKC", name).strip().lower()
    if not wanted or limit < 1:
        return ()
    scored = ((_distance(wanted, candidate.lower()), candidate) for candidate in set(known))
    near = sorted((score, candidate) for score, candidate in scored if score is not None)
    return tuple(candidate for _, candidate in near[:limit])


def _distance(wanted: str, candidate: str) -> float | None:
    """Return how far two names are apart (0 = the same name), or None when they are not near."""
    if wanted == candidate:
        return 0.0
    left, right = _squeezed(wanted), _squeezed(candidate)
    if left == right:
        return 0.2
    if _squeezed(candidate.split(".")[0]) == left or _squeezed(wanted.split(".")[0]) == right:
        return 0.3
    if len(left) >= 2 and right.startswith(left) and not (left[-1].isdigit() and right[len(left)].isdigit()):
        return 1.6
    allowed = 0 if min(len(left), len(right)) < 3 else 1 if len(left) < 6 else 2
    edits = _edits(left, right, allowed)
    if edits is None:
        return None
    same_letters = _letters(left) == _letters(right)
    return edits + (0.5 if same_letters else 0.0)


def _squeezed(name: str) -> str:
    """Drop separators and leading zeros, so that web-03, web_3 and web3 are the same."""
    bare = re.sub(r"[^a-z0-9]+", "", name)
    return re.sub(r"(?<!\d)0+(?=\d)", "", bare)


def _letters(name: str) -> str:
    return re.sub(r"\d+", "", name)


def _edits(left: str, right: str, allowed: int) -> int | None:
    """Return insertions, deletions, replacements and swaps of neighbours, or None beyond `allowed`."""
    if abs(len(left) - len(right)) > allowed or len(set(left) ^ set(right)) > 2 * allowed:
        return None
    older: list[int] = []
    previous = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        current = [i]
        for j, b in enumerate(right, start=1):
            cost = min(previous[j] + 1, current[j - 1] + 1, previous[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                cost = min(cost, older[j - 2] + 1)
            current.append(cost)
        if min(current) > allowed:
            return None
        older, previous = previous, current
    return previous[-1] if previous[-1] <= allowed else None


_EDGES = ",;:!?()[]{}*_~" + _QUOTES
_ADDRESS = re.compile(r"(?:\d{1,3}\.){3}\d{1,3}")
_CANDIDATE = re.compile(r"(?<![A-Za-z0-9_@/:.#-])[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9](?![A-Za-z0-9_/@:%])")
_NOT_A_SERVER = tuple(
    re.compile(pattern)
    for pattern in (
        r"v?\d+(?:\.\d+)*(?:[-+.]?(?:rc|alpha|beta|build|snapshot)[-.]?\d*)?",  # numbers, versions
        r"v\d+(?:\.[\da-z]+)+(?:-[\da-z.]+)?",
        r"(?:\d+(?:\.\d+)?[a-z]{1,7})+",  # 3pm, 10min, 1h30m, 5xx
        r"\d[\d.]*(?:-\d[\d.]*)+[a-z]*",  # ranges, dates
        r"\d+-[a-z]+",  # 5-minute
        r"[a-z]\d{1,4}",  # p99, q3, s3
        r"[0-9a-f]{7,40}",  # commits
        r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        r"sev-?\d|inc-\d{8}.*|inc-\d+",
        r"(?:python|node|java|jdk|php|ruby|http|https|tls|ssl|ipv|utf|sha|md|base|oauth|x|log|mp|ec|web)"
        r"\d+(?:\.\d+)+",
        r"(?:http|https|tls|ipv|utf|sha|md|base|oauth|ec|mp|jdk|sev|log)-?\d+[a-z]?",
        r"(?:load-balanc(?:er|ers|ing)|error-(?:rate|budget)|data-(?:cent(?:re|er)s?|base)|health-checks?)",
        r"(?:k8s|i18n|l10n|a11y|o11y|e2e|b2b|b2c|p2p|n8n|2fa|x86)",
        r"(?:step|phase|part|day|week|level|tier|error|err|build|run|issue|pr|mr|rfc|cve|covid|top|version|attempt"
        r"|sprint|option|case|q|ticket|bug|chapter|plan|stage|tls|page|line|round|wave|status|code|jira|chg|prb"
        r")[-.]?\d[\d.-]*",
        r".*\.(?:ya?ml|json|py|js|ts|tsx|conf|cfg|ini|log|txt|md|sh|jar|go|rs|java|html?|css|tf|png|jpe?g|gif|pdf"
        r"|csv|xml|sql|zip|gz|tar|lock|toml|exe|so|kt|c|h|cpp|rb|php|env)",
        r"(?:e\.g|i\.e|a\.m|p\.m|u\.s|etc\.\.|vs\.).*|node\.js|\.net|.*\.\..*",
    )
)
_ENGLISH = """
a an and as at back based be by call cross day double down end ever first fold for free front full half
hand  hard hoc high in is it key last late less level line long low made mail max mid min multi near new
no non of off  on once one only open or out over own per point post pre proof quick ready real re root
run self semi set  short side single so specific step sub super term the third through time to top touch
triple two ultra un up user  way well wide with work year zero e x t driven facing check sign log ins
word world hour minute second month  known like related aware cause case safe scale
"""
_WORD_PARTS = frozenset(_ENGLISH.split())
_HOSTS = """
db web api app apps lb cache redis kafka mysql mariadb postgres pg proxy gw gateway node host server srv master primary
replica slave standby prod prd production stg staging dev qa queue worker relay auth edge cdn dns nat vpn mail smtp
search es elastic mongo broker zk etcd consul nginx haproxy ingress cluster router switch fw bastion jump backend
frontend payment payments billing checkout order orders session metrics monitor prometheus grafana vault registry
storage nas san ldap sso gpu batch cron push chat media image bot svc service core main kr jp us eu seoul icn
"""
_HOST_PARTS = frozenset(_HOSTS.split())
_DOMAINS = frozenset(
    ("com", "net", "org", "io", "dev", "kr", "local", "internal", "lan", "corp", "cloud", "svc", "example")
)


def looks_like_server(token: str) -> bool:
    """Whether one word of a sentence is probably a server's name: web-3, lb07, db-master, api.prod, 10.0.0.7.

    Times, amounts, versions, severities, tickets, file names, commits and hyphenated English are not.
    """
    bare = token.strip(_EDGES + ".")
    if _is_ticket(bare):
        return False
    try:
        name = canonical_server_name(bare)
    except NameInvalid:
        return False
    if _ADDRESS.fullmatch(name):
        return all(int(part) < 256 for part in name.split("."))
    if any(pattern.fullmatch(name) for pattern in _NOT_A_SERVER):
        return False
    return _has_shape(name)


def server_names_in(text: str) -> tuple[str, ...]:
    """Return the canonical server-like names in a sentence, in order, each once."""
    found = (match[0] for match in _CANDIDATE.finditer(text))
    return tuple(dict.fromkeys(token.lower() for token in found if looks_like_server(token)))


def _is_ticket(token: str) -> bool:
    """OPS-1234, or a Slack id such as U012ABCDEF: written in capitals, unlike a host."""
    return bool(re.fullmatch(r"[A-Z][A-Z0-9]{1,9}-\d{3,}|[UWCGDTB][A-Z0-9]{8,}", token))


def _has_shape(name: str) -> bool:
    letters = any("a" <= char <= "z" for char in name)
    if not letters:
        return False
    if any(char.isdigit() for char in name):
        return True
    parts = re.split(r"[-._]", name)
    if len(parts) == 1 or min(map(len, parts)) < 2 or _WORD_PARTS.intersection(parts):
        return False
    return bool(_HOST_PARTS.intersection(parts)) or ("." in name and parts[-1] in _DOMAINS)
