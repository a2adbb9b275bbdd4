"""The disk of the database is full: nothing is said to be done that is not, and nothing that was kept is lost."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.domain.ids import IncidentId
from bot.ports.storage import StoreUnavailable
from bot.use_cases.freeze import frozen_servers
from bot.use_cases.incident import list_incidents
from bot.use_cases.timeline import read_timeline
from tests.acts import ask
from tests.disks import filled, mounted
from tests.journeys.stage import MINJI, Stage, set_up
from tests.journeys.test_lost_database import HUNG, back, in_time


@pytest.fixture(params=["one disk", "journal elsewhere"])
async def small(request: pytest.FixtureRequest, tmp_path: Path, servers_file: str) -> AsyncIterator[tuple[Stage, Path]]:
    with mounted(tmp_path / "small", "8m") as place:
        more = {} if request.param == "one disk" else {"journal_file": str(tmp_path / "inbox")}
        async with set_up(f"sqlite:///{place / 'stopline.db'}", servers_file=servers_file, **more) as stage:
            stage.expected |= HUNG | {"recorded", "full", "disk"}
            yield stage, place


async def test_what_is_acknowledged_is_done(small: tuple[Stage, Path]) -> None:
    stage, place = small
    channel = await stage.declare(MINJI, "sev2 결제 오류 on web-3")
    minji, kept = stage.person(MINJI), []
    with filled(place):
        for n in range(3):
            await in_time(minji.command(channel, "/incident", f"note 메모 {n}"))
            told = minji.ephemerals(channel)[-1]["text"]
            assert ("보관해 두었으며" in told) != ("아무것도 하지 못했습니다" in told), told
            if "보관해 두었으며" in told:
                kept.append(f"메모 {n}")
        with pytest.raises(StoreUnavailable):
            await ask(stage.product.desk.outside, "lb-01")
        assert [one.hold.server for one in await frozen_servers(stage.product.desk.outside)] == ["web-3"]
    await back(stage)
    entries = await read_timeline(stage.product.desk.outside, incident_id=IncidentId(1))
    notes = [entry.params["text"] for entry in entries if "text" in entry.params]
    assert [note for note in notes if note.startswith("메모")] == kept
    assert "기록했습니다" in await stage.command(MINJI, "/incident note 다시 됩니다", channel)
    assert len(await list_incidents(stage.product.desk.outside, only_open=False)) == 1
    assert (await ask(stage.product.desk.outside, "lb-01")).decision.allows
