"""Takes secrets and personal numbers out of text before it leaves the building, saying what kind was there."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date

from bot.domain.transcript import Line

_MARK = re.compile(r"\[redacted:[a-z_]+\]")


def redact(text: str) -> tuple[str, int]:
    """Return `text` with every secret replaced by `[redacted:kind]`, and how many were replaced.

    Only the secret goes: the name before it ("password=") and the host of a URL stay. Characters that nobody sees
    and wide or typographic forms of letters and signs hide none. Redacting twice changes nothing but that text is
    composed (NFC). Commits, timestamps, telephone numbers and ticket numbers are left alone.
    """
    text = unicodedata.normalize("NFC", text)
    seen, places = _as_seen(text)
    cuts: list[tuple[int, int, str]] = []
    for kind, pattern, is_secret in _RULES:
        secrets = [
            found.span("secret")
            for found in pattern.finditer(seen)
            if is_secret(found["secret"]) and not _MARK.search(found["secret"])
        ]
        if secrets:
            mark = f"[redacted:{kind}]"
            cuts += [(places[start], places[end - 1] + 1, mark) for start, end in secrets]
            seen, places = _marked(seen, places, secrets, mark)
    return _cut(text, cuts), len(cuts)


def _marked(
    seen: str, places: Sequence[int], secrets: Sequence[tuple[int, int]], mark: str
) -> tuple[str, Sequence[int]]:
    """The text as the next rule sees it, with marks in place of these secrets."""
    parts, moved, last = list[str](), list[int](), 0
    for start, end in secrets:
        parts += [seen[last:start], mark]
        moved += [*places[last:start], *[places[start]] * len(mark)]
        last = end
    return "".join([*parts, seen[last:]]), [*moved, *places[last:]]


def _cut(text: str, cuts: Iterable[tuple[int, int, str]]) -> str:
    parts, last = list[str](), 0
    for start, end, mark in sorted(cuts):
        parts += [text[last:start], mark]
        last = end
    return "".join([*parts, text[last:]])


def _as_seen(text: str) -> tuple[str, Sequence[int]]:
    """A text without what nobody sees, narrow and with plain hyphens and colons; and where each character stood."""
    if text.isascii():
        return _CONTROL.sub(" ", text), range(len(text))
    plain = {char: _plain(char) for char in set(text)}
    places = [place for place, char in enumerate(text) if plain[char]]
    return "".join(plain[text[place]] for place in places), places


def _plain(char: str) -> str:
    """The ASCII character that it is a form of; itself where there is none; nothing where nobody sees it."""
    category = unicodedata.category(char)
    if category == "Cc" and not char.isspace():
        return " "
    if category in ("Cf", "Co", "Cs") or _UNSEEN.match(char):
        return ""
    if category == "Pd" or char in _SIGNS:
        return _SIGNS.get(char, "-")
    form = unicodedata.normalize("NFKC", char)
    return form if len(form) == 1 and form.isascii() else char


_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180d\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_SIGNS = {"\u2212": "-", "\u02d0": ":", "\u2236": ":", "\ua789": ":", "\u05c3": ":", "\ua78a": "=", "\u2e40": "="}
"""Signs that look like these and are no compatibility forms of them."""


def without_secrets(lines: Iterable[Line]) -> tuple[Line, ...]:
    """Return the lines as they may be quoted elsewhere: no secret in what was said, nor in anybody's name."""
    return tuple(replace(line, speaker=redact(line.speaker)[0], text=redact(line.text)[0]) for line in lines)


def _always(_: str) -> bool:
    return True


_HARMLESS = re.compile(
    r"""(?ix) ["']? (?: \*+ | x+ | [.…-]+ | null | none | nil | true | false | yes | no | required | missing | empty
    | expired | invalid | changed? | reset | rotated? | revoked | unknown | wrong | incorrect | rejected | redacted
    | hidden | optional | string | undefined | n/?a | tbd | ok | failed | failure | is | was | not | has | does
    | \$ \{? \w+ \}? | \{\{? .* | <[^>]*>? | %\( .* | \[redacted .* | \( .* ) ["']? [.,;!?)]*"""
)


def _is_value(value: str) -> bool:
    """Whether a value given to a name such as password may be a real one."""
    return len(value.strip("\"'")) >= 4 and not _HARMLESS.fullmatch(value)


def _is_password(value: str) -> bool:
    """Whether a word in a sentence is more like a password than like a word: it has a digit or a sign in it."""
    bare = value.rstrip(".,:;!?)")
    return (
        not bare.startswith("/")
        and len(bare) >= 4
        and _is_value(bare)
        and bool(re.search(r"\d|[^\w\s.-]|[a-z][A-Z]", bare))
    )


def _is_chosen(value: str) -> bool:
    """As _is_password, but neither a count nor a host nor a version: "pass: 12" tells how many did."""
    return _is_password(value) and bool(re.search("[A-Za-z]", value)) and not _COUNTED.fullmatch(value)


def _has_both(value: str) -> bool:
    """As _is_chosen, with a digit: a word in passing is more often just one."""
    return _is_chosen(value) and bool(re.search(r"\d", value))


_COUNTED = re.compile(r"(?:[\w-]*-\d+|v\d[\d.]*)[.,;]?")


def _is_login(value: str) -> bool:
    """As _has_both, with two digits or a sign: of a pair "root / …" the second may also be a disk or a size."""
    return len(value) >= 6 and _has_both(value) and bool(re.search(r"\d{2}|[!@#$%^&*]", value))


def _is_mixed(value: str) -> bool:
    """Small and capital letters and digits, as a made-up key has them and neither a word nor a hash does."""
    return all(re.search(one, value) for one in ("[a-z]", "[A-Z]", r"\d"))


def _is_account(value: str) -> bool:
    """So many digits as a bank account has, and no telephone's."""
    return 10 <= len(re.sub(r"\D", "", value)) <= 14 and not re.match(r"01\d-|0\d{1,2}-\d{3,4}-\d{4}$", value)


def _is_resident_number(value: str) -> bool:
    """A birth date and a digit of sex and century; without its hyphen the check digit must fit as well."""
    digits = re.sub(r"\D", "", value)
    century = 1900 if digits[6] in "1256" else 2000
    try:
        date(century + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return False
    if len(digits) != len(value):
        return True
    return _has_check_digit(digits)


def _is_of_somebody(value: str) -> bool:
    """A birth date and a digit of sex and century, whatever its check digit: since 2020 there is none."""
    return _is_resident_number(f"{value[:6]}-{value[6:]}")


def _has_check_digit(digits: str) -> bool:
    if digits[:2] in ("16", "17", "18"):  # milliseconds since 1970
        return False
    total = sum(
        int(digit) * weight for digit, weight in zip(digits, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=False)
    )
    return (11 - total % 11) % 10 == int(digits[12])


_CARD = re.compile(
    r"4\d{12}(?:\d{3})?|(?:5[1-5]|2[2-7]|9[0-9]|35|62)\d{14}|6(?:011|5\d\d|4[4-9]\d)\d{12}|3[47]\d{13}|3[068]\d{12}"
)


def _is_card(value: str) -> bool:
    """A card issuer's prefix and length, and Luhn's check digit."""
    digits = re.sub(r"\D", "", value)
    if not _CARD.fullmatch(digits) or len(set(digits)) < 2:
        return False
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


_EDGE = r"(?<![A-Za-z0-9_-])"
_VALUE = r"(?P<secret>\"[^\"\n]{1,300}\"|'[^'\n]{1,300}'|`[^`\n]{1,300}`|[^\s,;&\"'`<>]{1,300})"
_NAMES = (
    r"(?:password|passwd|passphrase|passcode|pwd|secret|api[_-]?key|access[_-]?key|private[_-]?key|account[_-]?key"
    r"|client[_-]?secret|auth[_-]?token|token|credentials?)"
)
_PASSWORDS = r"(?:pass(?:word|wd|phrase|code)|pwd|secret)"
_KOREAN = r"(?:비밀\s?번호|비번|패스워드|암호|토큰|시크릿|(?:인증|접속|액세스|비밀|API)\s?키)"
_UNITS = r"\d[\d.,]*(?:ms|s|secs?|m|mins?|h|hrs?|x|k|[kmgt]i?b|st|nd|rd|th|am|pm|%)?(?![A-Za-z0-9])"
_ACCOUNT = r"(?P<secret>\d{2,6}-\d{2,6}-\d{2,7}(?:-\d{1,3})?|\d{10,14})(?![\d-])"
_BANKS = (
    r"(?:신한|국민|우리|하나|농협|기업|카카오뱅크|토스뱅크|케이뱅크|새마을금고|수협|신협|우체국"
    r"|부산|대구|광주|전북|경남|제주)"
)
_ALGORITHMS = r"(?:sha|md|utf|oauth|argon|base|pbkdf|aes|rsa|ntlm|ed)-?\d"
_COOKIES = r"[\w.-]{1,60}=[^\s;,\"']{1,4000}(?:;[ ]{0,3}[\w.-]{1,60}(?:=[^\s;,\"']{0,4000})?){0,40}"
_RULES: tuple[tuple[str, re.Pattern[str], Callable[[str], bool]], ...] = tuple(
    (kind, re.compile(pattern), is_secret)
    for kind, pattern, is_secret in (
        (
            "private_key",
            r"(?s)(?P<secret>-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----.{0,20000}?"
            r"(?:-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|\Z))",
            _always,
        ),
        ("private_key", rf"{_EDGE}(?P<secret>AGE-SECRET-KEY-1[0-9A-Z]{{40,}})", _always),
        (
            "slack_webhook",
            r"(?P<secret>https://hooks\.slack(?:-gov)?\.com/(?:services|workflows|triggers)/[\w/-]{8,})",
            _always,
        ),
        ("webhook", r"(?P<secret>https://(?:\w+\.)?discord(?:app)?\.com/api/webhooks/\d+/[\w-]{20,})", _always),
        ("slack_token", rf"{_EDGE}(?P<secret>xox[a-z](?:\.xox[a-z])?-[\w-]{{10,}}|xapp-\d-[\w-]{{10,}})", _always),
        ("github_token", rf"{_EDGE}(?P<secret>gh[pousr]_[A-Za-z0-9]{{30,}}|github_pat_\w{{20,}})", _always),
        ("gitlab_token", rf"{_EDGE}(?P<secret>gl(?:pat|dt|rt|cbt|ptt|ft|soat|oas|imt|agent)-[\w.-]{{16,}})", _always),
        ("aws_key", rf"{_EDGE}(?P<secret>(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{{16}})(?![0-9A-Za-z])", _always),
        (
            "aws_key",
            r"(?i)secret[\s_-]?(?:access[\s_-]?)?key[\"'\s:=]{1,6}(?P<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
            _always,
        ),
        ("api_key", r"(?i)\bsecret\s{1,3}(?:is\s)?[\"'`]?(?P<secret>[\w/+=.-]{20,200})", _is_mixed),
        (
            "signed_url",
            r"(?i)[?&](?:sig|signature|x-(?:amz|goog)-signature)=(?P<secret>[\w%+/=-]{20,2000})",
            _always,
        ),
        (
            "google_key",
            rf"{_EDGE}(?P<secret>AIza[\w-]{{35}}|GOCSPX-[\w-]{{20,}}|ya29\.[\w-]{{20,}})",
            _always,
        ),
        ("stripe_key", rf"{_EDGE}(?P<secret>(?:[sr]k_(?:live|test)|whsec)_[A-Za-z0-9]{{12,}})", _always),
        (
            "api_key",
            rf"{_EDGE}(?P<secret>sk-(?:[a-z]{{2,12}}\d{{0,2}}-)?[A-Za-z0-9_-]{{20,}}|npm_[A-Za-z0-9]{{36}}"
            r"|pypi-AgE[\w-]{20,}|SG\.[\w-]{16,}\.[\w-]{16,}|hf_[A-Za-z0-9]{30,}|dop_v1_[0-9a-f]{64}"
            r"|\d{8,10}:AA[\w-]{33}|hv[sb]\.[\w-]{20,})",
            _always,
        ),
        ("jwt", rf"{_EDGE}(?P<secret>eyJ[\w-]{{8,}}\.eyJ[\w-]{{4,}}(?:\.[\w-]*)?)", _always),
        (
            "bearer",
            r"(?i)\b(?:bearer|basic|kakaoak|digest)\s+(?P<secret>(?=[A-Za-z._~+/-]*\d|[\w.~+/-]{24,})[\w.~+/=-]{12,})",
            _always,
        ),
        ("url_password", r"\b[A-Za-z][A-Za-z0-9+.-]{1,20}://[^\s/:@<>]{0,100}:(?P<secret>[^\s/@<>]{1,200})@", _always),
        (
            "password",
            rf"(?i){_NAMES}(?:[_.-]\w{{1,20}})?[\"']?\s{{0,3}}(?:=>|:=|==?)\s{{0,3}}{_VALUE}",
            _is_value,
        ),
        ("password", rf"(?i){_PASSWORDS}[\"'*`]{{0,2}}\s?:[*]{{0,2}}\s{{0,3}}{_VALUE}", _is_value),
        ("password", rf"(?i){_NAMES}[\"'*`]{{0,2}}\s?:[*]{{0,2}}\s{{0,3}}{_VALUE}", _is_password),
        ("password", rf"(?i)\b{_NAMES}\s+(?:is|was|are|now)\s+(?:now\s+)?{_VALUE}", _is_password),
        ("password", rf"(?i)(?<![a-z])pass\s?[:=]\s{{0,3}}{_VALUE}", _is_chosen),
        ("password", rf"(?i)(?<![a-z-])pass\s(?:is|was)\s(?:now\s)?(?!{_UNITS}){_VALUE}", _has_both),
        (
            "password",
            r"(?i)(?<![\w/.-])(?:root|admin(?:istrator)?|sa|sys(?:tem)?|postgres|mysql|oracle|ubuntu|ec2-user|guest|id|user)"
            rf"\s{{1,2}}/\s{{1,2}}(?!{_UNITS}|nvme|[sv]d[a-z]|xvd|dev)(?P<secret>[!-~]{{6,100}})",
            _is_login,
        ),
        ("password", rf"(?i)(?<!\S)--?(?:{_NAMES}|pass)[ ]+{_VALUE}", _is_value),
        ("password", rf"(?i)\bsshpass(?:\s+-p\s?|=){_VALUE}", _is_value),
        ("password", rf"\b(?:mysql|maria)[\w-]{{0,12}}\s(?:[^\n|;]{{0,200}}?\s)?-p{_VALUE}", _is_value),
        ("password", rf"\bredis-cli\s(?:[^\n|;]{{0,200}}?\s)?-a\s{{0,2}}{_VALUE}", _is_value),
        (
            "password",
            rf"\b(?:docker|podman|nerdctl|helm|oc)\s[^\n|;]{{0,60}}\blogin\s(?:[^\n|;]{{0,200}}?\s)?-p\s?{_VALUE}",
            _is_value,
        ),
        ("password", r"(?<!\S)(?:-u|--user)[ ]+[\w.@-]{1,60}:(?P<secret>[^\s\"']{1,200})", _is_value),
        ("password", rf"(?i)(?:{_KOREAN}|\bpw)\s?[:=]\s?{_VALUE}", _is_value),
        ("password", rf"(?i){_KOREAN}\s?\S{{1,4}}\s?[:=]\s{{0,3}}(?P<secret>[!-~]{{4,200}})", _is_chosen),
        (
            "password",
            rf"(?i)\b(?:password|passwd|pwd)\s{{1,3}}(?!{_ALGORITHMS})(?P<secret>[\w!@#$%^&*+?-]{{6,200}})",
            _has_both,
        ),
        ("password", rf"(?i)(?:secret|api|access|private)\s(?:access\s)?key\s?[:=]\s?{_VALUE}", _is_password),
        ("password", rf"(?i)(?<![a-z])(?:{_NAMES}|pw)(?:는|은|가|이)\s{{0,2}}(?P<secret>[!-~]{{4,200}})", _is_password),
        ("password", r"(?i)\bpw\s{1,3}(?P<secret>[!-~]{4,200})", _is_password),
        ("password", rf"(?i){_KOREAN}(?:는|은|가|이)?\s{{0,2}}(?P<secret>[!-~]{{4,200}})", _is_password),
        ("cookie", rf"(?i)\b(?:set-)?cookie\s?:\s{{0,3}}(?P<secret>{_COOKIES})", _always),
        ("cookie", rf"\bcurl\s(?:[^\n|;]{{0,300}}?\s)?(?:-b|--cookie)[ =]?[\"']?(?P<secret>{_COOKIES})", _always),
        (
            "resident_number",
            r"(?<![\d.-])(?P<secret>\d{2}[01]\d[0-3]\d[ -]?[1-8]\d{6})(?![\d.-]*\d)",
            _is_resident_number,
        ),
        (
            "resident_number",
            r"(?:주민|민번|생년월일|신분증|본인|명의|고객|(?i:resident|rrn))[^\d\n]{0,15}(?P<secret>\d{6}[1-8]\d{6})(?!\d)",
            _is_of_somebody,
        ),
        (
            "resident_number",
            r"(?<![\d.-])(?P<secret>\d{6}[1-8]\d{6})(?=\s?(?:님|고객|(?:이\s?|\s)분(?:[이은을의]|$)|씨(?![가-힣])))",
            _is_of_somebody,
        ),
        (
            "account_number",
            rf"(?:계좌(?:\s?번호)?|{_BANKS}(?:은행)?|(?i:\baccount (?:number|no\.?)))"
            rf"(?:\s?\S{{1,6}})?[\s:=]{{0,3}}(?<!\d){_ACCOUNT}",
            _is_account,
        ),
        (
            "account_number",
            rf"(?<![\d-])(?P<secret>\d{{2,6}}-\d{{2,6}}-\d{{2,7}}(?:-\d{{1,3}})?)(?=\s\(?{_BANKS})",
            _is_account,
        ),
        (
            "card",
            r"(?<![\d.:-])(?P<secret>\d{4}([ -]?)\d{4}\2\d{4}\2\d{1,4}|\d{4}[ -]?\d{6}[ -]?\d{4,5})(?![\d:-]*\d)",
            _is_card,
        ),
    )
)
