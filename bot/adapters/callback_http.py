"""Answers to the addresses that a run task or a check named: only to hosts that the operator wrote down.

A token goes along, so: https, the exact host, no redirects, and no name that resolves to a private address.
"""

import socket
from collections.abc import Collection, Mapping
from ipaddress import ip_address
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

from bot.adapters.door_http import exchange
from bot.domain.callback import is_allowed, is_loopback
from bot.ports.doors import DoorRefused


class PublicResolver(AbstractResolver):
    """Resolves names of the internet, and of nothing behind our own walls."""

    def __init__(self, inner: AbstractResolver | None = None) -> None:
        self._inner = inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """The addresses; DoorRefused where one of them is not public."""
        found = await self._inner.resolve(host, port, family)
        if not is_loopback(host) and not all(ip_address(one["host"].partition("%")[0]).is_global for one in found):
            raise DoorRefused("the host has a private address")
        return found

    async def close(self) -> None:
        """Nothing to let go of."""
        await self._inner.close()


class CallbackHttp:
    """Implements `bot.ports.doors.Callbacks` over connections of its own."""

    def __init__(self, resolver: AbstractResolver | None = None) -> None:
        """Inside a running loop."""
        connector = aiohttp.TCPConnector(resolver=resolver or PublicResolver(), limit=20)
        self._session = aiohttp.ClientSession(connector=connector)

    async def send(
        self, method: str, url: str, *, hosts: Collection[str], headers: Mapping[str, str], body: Mapping[str, Any]
    ) -> None:
        """Sends JSON once. Raises DoorAway, DoorRefused."""
        if not is_allowed(url, hosts):
            raise DoorRefused("the address is not one of the configured hosts")
        await exchange(self._session, method, url, headers=headers, body=body)

    async def close(self) -> None:
        """Lets go of the connections."""
        await self._session.close()
