"""A quarantine: nothing starts until somebody has looked, and no hold is lifted by it."""

import pytest

from bot.domain.errors import PermitStale, Quarantined, ReasonMissing
from bot.domain.permit import PermitState
from bot.ports.outside import Outside
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.permit import start_permit
from bot.use_cases.quarantine import begin_quarantine, end_quarantine
from tests.acts import EVERYBODY, add_server, ask, epochs, permit_for, permit_now, stop_the_line
from tests.conftest import AddPeople


@pytest.fixture(autouse=True)
async def people(add_people: AddPeople, outside: Outside) -> None:
    await add_people(*EVERYBODY)
    await add_server(outside, "lb-01", "lb-02")


async def test_everything_is_refused_and_what_waited_is_revoked(outside: Outside) -> None:
    permit, before = await permit_for(outside, "lb-01"), await epochs(outside)
    await begin_quarantine(outside, reason="restored from a copy")
    assert (await permit_now(outside, permit)).state is PermitState.REVOKED
    assert all(epoch > before[name] for name, epoch in (await epochs(outside)).items())
    with pytest.raises(Quarantined):
        await ask(outside, "lb-02")


async def test_after_it_old_permits_stay_worthless_and_holds_stay(outside: Outside) -> None:
    permit = await permit_for(outside, "lb-01")
    await stop_the_line(outside, "lb-02")
    await begin_quarantine(outside, reason="restored from a copy")
    await end_quarantine(outside)
    with pytest.raises(PermitStale):
        await start_permit(outside, caller="pipeline", permit_id=permit.id)
    assert [one.hold.server for one in await frozen_servers(outside)] == ["lb-02"]
    assert (await ask(outside, "lb-01")).decision.allows


async def test_it_has_a_reason(outside: Outside) -> None:
    with pytest.raises(ReasonMissing):
        await begin_quarantine(outside, reason=" ")
