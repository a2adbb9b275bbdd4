"""Who is who at the machines' entrance: one caller never acts on what another one was given."""

import pytest
from aiohttp.test_utils import make_mocked_request

from bot.domain.door import Identity
from bot.ports.outside import Outside
from bot.use_cases.token import TokenNameTaken, make_token
from handlers.http.entrance import Entrance


class OnePipeline:
    """Every token of three parts is this pipeline's."""

    async def identity_of(self, token: str) -> Identity | None:
        return Identity("ci", {"sub": "x"}, ("web-1",))


async def test_a_pipeline_is_not_the_token_of_the_same_name(outside: Outside) -> None:
    await make_token(outside, name="ci", secret="s3cret-of-ci")
    entrance = Entrance(outside, OnePipeline())
    names = []
    for bearer in ("s3cret-of-ci", "aa.bb.cc"):
        request = make_mocked_request("POST", "/v1/permits", headers={"Authorization": f"Bearer {bearer}"})
        caller = await entrance.caller(request)
        assert caller is not None
        names.append(caller.name)
    assert len(set(names)) == 2


@pytest.mark.parametrize("name", ["github:1234", "k8s:seoul-1", "terraform:ws-1", "azure:1", "oidc:ci", "U0BEN"])
async def test_no_token_is_called_like_a_door_or_a_person(outside: Outside, name: str) -> None:
    with pytest.raises(TokenNameTaken):
        await make_token(outside, name=name, secret="s3cret")
