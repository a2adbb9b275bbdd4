"""The tokens of those who ask the gate: what they may ask for, until when, and under whose name."""

from datetime import timedelta

import pytest

from bot.domain.errors import OutOfScope
from bot.domain.server import Server
from bot.ports.outside import Outside
from bot.use_cases.catalogue import describe_servers
from bot.use_cases.token import TokenNameTaken, caller_of, make_token, revoke_token
from tests.acts import ask, described
from tests.clocks import FrozenClock


@pytest.fixture(autouse=True)
async def servers(outside: Outside) -> None:
    relay = [Server(0, f"relay-{n}", 0, role="relay", aliases=(f"r{n}",)) for n in (1, 2)]  # type: ignore[arg-type]
    await describe_servers(outside, described(*relay, Server(0, "db-1", 0)))  # type: ignore[arg-type]


@pytest.mark.parametrize("scope", ["relay-1", "r1", "role:relay", "relay-*"])
async def test_a_scope_is_a_name_an_alias_or_a_group(outside: Outside, scope: str) -> None:
    token = await make_token(outside, name="ci", secret="s", scope=[scope])
    assert (await ask(outside, "r1", scope=token.scope)).permit is not None
    with pytest.raises(OutOfScope):
        await ask(outside, "relay-1", "db-1", scope=token.scope)


async def test_a_scope_that_names_nothing_known_lets_nothing_through(outside: Outside) -> None:
    with pytest.raises(OutOfScope):
        await ask(outside, "db-1", scope=("web-9",))


async def test_a_token_ends_at_its_time_or_when_it_is_revoked(outside: Outside, clock: FrozenClock) -> None:
    await make_token(outside, name="ci", secret="one", lasts=timedelta(days=1))
    await make_token(outside, name="cd", secret="two", lasts=timedelta(days=999))
    await revoke_token(outside, name="cd")
    assert await caller_of(outside, "one") is not None and await caller_of(outside, "two") is None
    clock.forward(days=1)
    assert await caller_of(outside, "one") is None


async def test_no_token_lasts_longer_than_ninety_days(outside: Outside, clock: FrozenClock) -> None:
    await make_token(outside, name="ci", secret="one", lasts=timedelta(days=999))
    clock.forward(days=90)
    assert await caller_of(outside, "one") is None


async def test_a_name_is_one_callers_until_it_is_revoked(outside: Outside) -> None:
    await make_token(outside, name="ci", secret="one")
    with pytest.raises(TokenNameTaken):
        await make_token(outside, name="ci", secret="two")
    await revoke_token(outside, name="ci")
    await make_token(outside, name="ci", secret="two")
    assert await caller_of(outside, "one") is None
    known = await caller_of(outside, "two")
    assert known is not None and known.name == "ci"
