"""What is promised of checkpoints kept elsewhere: signed, on the disk, again where a place was away."""

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.anchors import FileAnchor, WebAnchor
from bot.adapters.checkpoint_key import KeyWrong, Signer, checker, make_key
from bot.domain.checkpoint import Checkpoint, CheckpointWrong, Held, digest_of, read_checkpoint
from bot.domain.job import JobKind
from bot.ports.anchor import AnchorAway
from bot.ports.outside import Outside
from bot.use_cases.audit import CHANNEL_LIMIT, Anchoring, ChannelAnchor, checkpoint_now, verify_audit
from tests.acts import add_server, permit_for, stop_the_line
from tests.clocks import START, FrozenClock


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    make_key(tmp_path / "key.pem")
    return Signer(tmp_path / "key.pem")


class Place:
    """Keeps lines, unless it is away."""

    def __init__(self) -> None:
        self.away = False
        self.kept: list[Checkpoint] = []

    async def keep(self, checkpoint: Checkpoint) -> None:
        if self.away:
            raise AnchorAway("away")
        self.kept.append(checkpoint)


async def test_a_place_has_one_checkpoint_of_each_state(outside: Outside, signer: Signer) -> None:
    here, there = Place(), Place()
    chore = Anchoring(outside, signer.sign, {"here": here, "there": there})
    await chore.keep()
    assert here.kept == []
    await stop_the_line(outside, "web-3")
    there.away = True
    await chore.keep()
    await chore.keep()
    assert len(here.kept) == 1 and there.kept == []
    there.away = False
    await chore.keep()
    assert len(here.kept) == 1 and there.kept[0].n == here.kept[0].n
    is_genuine = checker(signer.public)
    assert (await verify_audit(outside, checkpoints=here.kept, is_genuine=is_genuine)).wrong == []


async def test_a_freeze_has_its_checkpoint_at_once_and_all_else_once_a_minute(
    outside: Outside, clock: FrozenClock, signer: Signer
) -> None:
    place = Place()
    chore = Anchoring(outside, signer.sign, {"place": place})
    await add_server(outside, "lb-01")
    await chore.keep()
    await permit_for(outside, "lb-01")
    await chore.keep()
    assert len(place.kept) == 1
    await stop_the_line(outside, "web-3")
    await chore.keep()
    assert [one.held for one in place.kept] == [(), (Held("1", "web-3", "active"),)]
    await permit_for(outside, "lb-01")
    await chore.keep()
    clock.forward(seconds=60)
    await chore.keep()
    assert len(place.kept) == 3


async def test_a_signature_is_of_one_checkpoint_and_one_key(outside: Outside, signer: Signer, tmp_path: Path) -> None:
    await stop_the_line(outside, "web-3")
    place = Place()
    await Anchoring(outside, signer.sign, {"place": place}).keep()
    one = read_checkpoint(place.kept[0].line)
    assert checker(signer.public)(one)
    other = make_key(tmp_path / "other.pem")
    assert not checker(other)(one)
    assert not checker(signer.public)(Checkpoint(one.log, one.n + 1, one.hash, one.at, one.holds, None, one.signature))
    for broken in (one.line.replace("web-3", "web-4"), one.line + " ", "[]", "{}", ""):
        with pytest.raises(CheckpointWrong):
            read_checkpoint(broken)
    with pytest.raises(KeyWrong):
        checker("AAAA")


def test_a_key_is_its_owners_and_never_written_over(tmp_path: Path) -> None:
    make_key(tmp_path / "key.pem")
    assert (tmp_path / "key.pem").stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        make_key(tmp_path / "key.pem")


async def test_a_line_cut_short_by_a_crash_spoils_no_other(tmp_path: Path) -> None:
    path = tmp_path / "checkpoints"
    one = Checkpoint("ab", 1, "cd", "2024", digest_of(()), ())
    await FileAnchor(path).keep(one)
    with path.open("ab") as file:
        file.write(b'{"at": "20')
    await FileAnchor(path).keep(one)
    assert path.read_text().splitlines() == [one.line, '{"at": "20', one.line]
    with pytest.raises(AnchorAway):
        await FileAnchor(tmp_path).keep(one)


@pytest.mark.parametrize("status", [200, 204, 302, 500])
async def test_an_address_takes_it_or_is_away(status: int) -> None:
    heard: list[str] = []

    async def take(request: web.Request) -> web.Response:
        heard.append(await request.text())
        return web.Response(status=status, headers={"Location": "http://127.0.0.1:9/"})

    app = web.Application()
    app.router.add_post("/keep", take)
    one = Checkpoint("ab", 1, "cd", "2024", "", (Held("7", "lb-07", "active"),))
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        anchor = WebAnchor(session, str(server.make_url("/keep")))
        if status < 300:
            await anchor.keep(one)
        else:
            with pytest.raises(AnchorAway):
                await anchor.keep(one)
    assert heard == [one.line]


async def test_a_channel_is_told_once_whatever_the_replicas(outside: Outside, clock: FrozenClock) -> None:
    await stop_the_line(outside, *(f"a-rather-long-server-name-{n}" for n in range(90)))
    now = await checkpoint_now(outside)
    for _ in range(2):
        await ChannelAnchor(outside, "C9").keep(now)
    async with outside.store.write() as tx:
        jobs = await tx.jobs.claim(owner="x", now=START, lease=clock.forward(hours=1) - START, limit=500)
    told = [job for job in jobs if job.kind is JobKind.TELL_CHECKPOINT]
    assert len(told) == 1 and told[0].payload["channel"] == "C9"
    assert len(told[0].payload["line"]) < CHANNEL_LIMIT < len(now.line)
    assert read_checkpoint(told[0].payload["line"]).hash == now.hash
