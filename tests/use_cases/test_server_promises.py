"""What the catalogue of servers may and may not do to what is frozen."""

import pytest

from bot.domain.errors import AliasTaken
from bot.domain.gate import Verdict
from bot.domain.ids import ServerId, ServerName
from bot.domain.server import Catalogue, Server
from bot.ports.outside import Outside
from bot.use_cases.catalogue import describe_servers
from tests.acts import ask, described, stop_the_line


def server(name: str, *aliases: str) -> Server:
    return Server(ServerId(0), ServerName(name), 0, aliases=aliases)


async def test_a_frozen_name_cannot_be_made_the_alias_of_a_free_server(outside: Outside) -> None:
    await stop_the_line(outside, "zz-9")
    with pytest.raises(AliasTaken):
        await describe_servers(outside, described(server("web-9", "zz-9")))
    answer = await ask(outside, "zz-9")
    assert answer.decision.verdict is Verdict.FROZEN


async def test_two_servers_cannot_share_an_alias(outside: Outside) -> None:
    with pytest.raises(AliasTaken):
        await describe_servers(outside, described(server("web-1", "front"), server("web-2", "front")))
    async with outside.store.read() as tx:
        assert await tx.servers.all() == []


async def test_a_new_alias_makes_permits_given_before_worthless(outside: Outside) -> None:
    await describe_servers(outside, described(server("web-1")))
    await describe_servers(outside, described(server("web-1", "front")))
    async with outside.store.read() as tx:
        (known,) = await tx.servers.all()
    assert known.epoch == 1 and known.aliases == ("front",)


def test_a_servers_own_name_comes_before_anybodys_alias() -> None:
    own = server("front")
    assert Catalogue((server("web-1", "front"), own)).find("front") == own
