"""The kinds of values in `doors.yaml`: addresses, ids, selectors of servers, and secrets that stand in files."""

import re
from collections.abc import Mapping
from ipaddress import ip_address
from urllib.parse import urlsplit

from bot.adapters.yaml_lines import SHOWN, FileWrong, Value
from bot.domain.door import Selectors
from bot.domain.names import NameInvalid, canonical_server_name
from bot.domain.server import LABELS, is_selector

SELECTORS = 200
"""Servers and groups that may be written for one caller, environment, namespace or project."""
SECRET_BYTES = 64 * 1024
SECRET_CHARACTERS = 16
"""A secret that two sides share has at least so many."""
_ADDRESS_CHARACTERS = 1_000
_SELECTOR = re.compile(rf"(?:{'|'.join(LABELS)}):[^\s,]{{1,200}}|[^\s,:]{{1,200}}", re.IGNORECASE)
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*")

Fields = Mapping[str, Value]


class DoorsFileWrong(FileWrong):
    """The file cannot be read as doors."""


def word(value: Value, pattern: re.Pattern[str], key: str) -> str:
    """The text, of this form. Raises the mistake `key` for any other."""
    text = value.text()
    if not pattern.fullmatch(text):
        raise value.wrong(key, word=text[:SHOWN])
    return text


def selectors(value: Value) -> Selectors:
    """The servers of a list: canonical names, and groups in small letters. An empty list is a mistake."""
    items = value.items(SELECTORS)
    if not items:
        raise value.wrong("no_servers")
    return tuple(dict.fromkeys(_selector(item) for item in items))


def _selector(value: Value) -> str:
    text = value.text()
    if is_selector(text.lower()):
        return word(value, _SELECTOR, "bad_selector").lower()
    try:
        return canonical_server_name(text)
    except NameInvalid as invalid:
        raise value.wrong("bad_name", word=text[:SHOWN]) from invalid


def address(value: Value) -> str:
    """An address without a slash at its end: https, or http on this machine; no user, question or fragment in it."""
    text = value.text()
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError as invalid:
        raise value.wrong("bad_address") from invalid
    is_plain = text.isascii() and text.isprintable() and not re.search(r"[\s@?#\\]", text)
    if not (is_plain and host and parts.scheme in ("https", "http") and len(text) <= _ADDRESS_CHARACTERS):
        raise value.wrong("bad_address")
    if parts.scheme == "http" and not _is_loopback(host):
        raise value.wrong("not_https", host=host[:SHOWN])
    return text.rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def host(value: Value) -> str:
    """An exact host name, without scheme, port or path."""
    text = value.text().lower()
    if not _HOST.fullmatch(text):
        raise value.wrong("bad_host", word=text[:SHOWN])
    return text


def secret(fields: Fields, name: str, begins: str = "") -> str:
    """What stands in the file of the field, "" where the field is missing. Mistakes never repeat a word of either:
    the path may be a secret that somebody wrote in the wrong place.
    """
    value = fields.get(name)
    if value is None:
        return ""
    content = _content(value, name).strip()
    if not content:
        raise value.wrong("secret_empty", field=name)
    if not content.startswith(begins):
        raise value.wrong("secret_begins", field=name, prefix=begins)
    return content


def shared_secret(fields: Fields, name: str) -> str:
    """As `secret`, of a length that cannot be guessed."""
    content = secret(fields, name)
    if content and len(content) < SECRET_CHARACTERS:
        raise fields[name].wrong("secret_short", field=name, least=SECRET_CHARACTERS)
    return content


def _content(value: Value, name: str) -> str:
    try:
        with (value.source.path.parent / value.text()).open("rb") as file:
            content = file.read(SECRET_BYTES + 1)
    except OSError as trouble:
        raise value.wrong("secret_unreadable", field=name, problem=trouble.strerror) from None
    if len(content) > SECRET_BYTES:
        raise value.wrong("secret_large", field=name, kibibytes=SECRET_BYTES // 1024)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise value.wrong("secret_not_text", field=name) from None
