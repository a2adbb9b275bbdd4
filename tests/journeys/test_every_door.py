"""One freeze, from Slack to a shell and back: the guard in a process of its own, people in the pretend workspace."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from bot.use_cases.token import make_token
from tests.journeys.stage import DOYUN, MINJI, SEOYEON, Stage, buttons, shown
from tests.waiting import PLENTY_SECONDS

GUARD = Path(__file__).parents[2] / "bot" / "guard.py"
SECRET = "a-secret-of-the-pipeline"


@pytest.fixture(autouse=True)
async def known_pipeline(http_stage: Stage) -> AsyncIterator[None]:
    await make_token(http_stage.product.desk.outside, name="ci-messaging", secret=SECRET, scope=["service:messaging"])
    yield


async def guard(stage: Stage, tmp_path: Path, *arguments: str) -> asyncio.subprocess.Process:
    """`stopline guard … -- python -c print('deployed')`, as a pipeline runs it."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "ko_KR.UTF-8",
        "STOPLINE_GATE_URL": f"http://127.0.0.1:{stage.settings.http_port}",
        "STOPLINE_GATE_TOKEN": SECRET,
    }
    command = (sys.executable, str(GUARD), *arguments, "--", sys.executable, "-c", "print('deployed')")
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(*command, env=env, stdout=pipe, stderr=pipe)


async def ended(process: asyncio.subprocess.Process) -> tuple[int, str, str]:
    """Exit code and what was said."""
    out, err = await process.communicate()
    return int(process.returncode or 0), out.decode(), err.decode()


async def asked_for_approval(stage: Stage, channel: str) -> Any:
    """The message with the button, once it is there."""
    with suppress(TimeoutError):
        async with asyncio.timeout(PLENTY_SECONDS):
            while True:
                await stage.settled()
                found = [m for m in stage.person(MINJI).messages(channel) if "fix.approve" in buttons(m)]
                if found:
                    return found[-1]
                await asyncio.sleep(0.1)
    raise AssertionError("nobody was asked")


async def test_a_frozen_server_is_refused_fixed_verified_and_free_again(http_stage: Stage, tmp_path: Path) -> None:
    stage = http_stage
    code, out, _ = await ended(await guard(stage, tmp_path, "--server", "lb-01"))
    assert (code, out) == (0, "deployed\n")

    channel = await stage.declare(MINJI, "sev1 메시지 지연 서버 lb-01")
    await stage.command(MINJI, f"/incident role commander <@{MINJI}>", channel)
    code, out, err = await ended(await guard(stage, tmp_path, "--server", "LB-01.dc1.example.net"))
    assert (code, out) == (77, "") and "INC-1" in err and "메시지 지연" in err and "거절(D-" in err
    code, out, err = await ended(await guard(stage, tmp_path, "--server", "web-3"))
    assert (code, out) == (77, ""), "another team's server is not this pipeline's to ask for"

    fixing = await guard(stage, tmp_path, "--server", "lb-01", "--fix-for", "INC-1", "--wait", "60")
    asked = await asked_for_approval(stage, channel)
    assert "ci-messaging" in shown(asked)
    await stage.click(MINJI, asked, "fix.approve", _value(asked, "fix.approve"))
    code, out, err = await ended(fixing)
    assert (code, out) == (0, "deployed\n"), err

    await stage.command(DOYUN, "/freeze fixed lb-01 설정을 되돌렸고 오류율이 0입니다", channel)
    await stage.command(SEOYEON, "/freeze verify lb-01", channel)
    await stage.submit(SEOYEON)
    await stage.settled()
    thawed = next(m for m in stage.person(MINJI).messages(channel) if "held.resume" in buttons(m))
    assert "ci-messaging" in shown(thawed)
    code, out, _ = await ended(await guard(stage, tmp_path, "--server", "lb-01"))
    assert (code, out) == (0, "deployed\n")


def _value(message: Any, action_id: str) -> str:
    for block in message["blocks"]:
        for element in block.get("elements", []):
            if element.get("action_id") == action_id:
                return str(element["value"])
    raise AssertionError(action_id)
