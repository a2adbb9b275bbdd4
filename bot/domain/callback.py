"""Where an answer with somebody's token in it may be sent: to hosts that the operator wrote down, and nowhere else."""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

LONGEST = 2_000
"""Characters of an address."""


def is_allowed(url: str, hosts: Collection[str]) -> bool:
    """https to exactly one of these hosts at its usual port. Loopback, where it was written down, also without TLS."""
    parts = _parts(url)
    host = (parts.hostname or "") if parts else ""
    if parts is None or not host or host not in hosts:
        return False
    if is_loopback(host):
        return parts.scheme in ("http", "https")
    return parts.scheme == "https" and parts.port in (None, 443) and is_public(host)


def _parts(url: str) -> SplitResult | None:
    if len(url) > LONGEST or not (url.isascii() and url.isprintable()) or any(odd in url for odd in " \\@#"):
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def is_loopback(host: str) -> bool:
    """This machine, by its number or as `localhost`."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def is_public(host: str) -> bool:
    """Whether a number is one of the internet's; a name is not judged here, but what it resolves to is."""
    try:
        return ip_address(host).is_global
    except ValueError:
        return True
