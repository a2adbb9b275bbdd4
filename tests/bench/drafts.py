"""`python -m tests.bench.drafts`: how long a draft of a long channel takes, what memory and how many tokens (SPEC §9).

Every figure comes from a process of its own. The model is a server on loopback that answers at once, so that its time
does not count; tokens are those that it is sent and sends, four characters for one. Beside them: the tokens of the
whole channel as bare `time name: text` lines, which is what a tool sends that sends everything at once.
"""

import asyncio
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from typing import Any

from aiohttp import web

from bot.adapters.offline_model import OfflineModel
from bot.adapters.openai_model import make_model
from bot.adapters.system_clock import SystemClock
from bot.domain.draft import DraftKind
from bot.domain.ids import ChannelId, IncidentId, MessageTs
from bot.domain.message import Message
from bot.domain.person import Person
from bot.domain.sight import Sight
from bot.ports.outside import Outside, Policy
from bot.use_cases.brief import catch_up
from bot.use_cases.draft import make_draft
from storage.database import Database
from tests.acts import ANN, BEN, stop_the_line
from tests.adapters.llm_server import lines_in
from tests.bench.__main__ import row
from tests.databases import migrated

CHANNEL = ChannelId("C0LONG")
CHARACTERS = 4
LONG, SHORT = 20_000, 100
CHATTER = ("ok", "looking", "+1", "on it", "same here", "네 확인했습니다", "보고 있어요", "anyone has a graph of that?")
TELLING = (
    "errors on lb-{n:02d} are at {n}% since the config push at 14:{m:02d}",
    "the root cause is the empty pool list that the push of 14:{m:02d} wrote to lb-{n:02d}",
    "원인은 14:{m:02d} 배포에서 lb-{n:02d}의 풀 목록이 비워진 것입니다",
    "I rolled lb-{n:02d} back at 14:{m:02d}, {n} requests a second are served again",
    "we should add an alert on empty pools, I will write it until Friday",
    "restarting lb-{n:02d} did not help, {n}% of logins still fail",
    "주문 {n}건이 실패했고 {m}분 동안 로그인이 되지 않았습니다",
)


def messages(count: int) -> list[Message]:
    """A channel of so many messages, mostly chatter; the same every time."""
    dice = random.Random(5)
    made = []
    for n in range(count):
        telling = dice.random() < 0.3
        text = dice.choice(TELLING).format(n=dice.randint(1, 99), m=dice.randint(0, 59))
        text = text if telling else f"{dice.choice(CHATTER)} {'…' * dice.randint(0, 3)}"
        ts = MessageTs(f"{1716184800 + n * 7:.6f}")
        made.append(Message(CHANNEL, ts, "", dice.choice((ANN, BEN)), text))
    return made


async def fill(url: str, count: int) -> None:
    """One incident with its channel."""
    await migrated(url)
    database = Database(url)
    outside = Outside(database, SystemClock(), Policy())
    async with database.write() as tx:
        for who in (ANN, BEN):
            await tx.people.save(Person(who, name=who.lower(), locale="ko-KR", zone="Asia/Seoul"))
    one = (await stop_the_line(outside, "lb-07")).incident
    async with database.write() as tx:
        known = await tx.incidents.lock(one.id)
        assert known
        await tx.incidents.save(replace(known, channel=CHANNEL))
        await tx.messages.put(messages(count))
    await database.close()


async def answering() -> None:
    """A model that quotes three lines of each part, keeps a merge as it is, and counts the tokens of both."""
    told = web.Application(client_max_size=10_000_000)

    async def complete(request: web.Request) -> web.Response:
        asked = await request.json()
        lines = lines_in(asked)
        long = sorted(lines, key=lambda line: len(line["text"]))[-3:] if "at" in lines[0] else lines
        said = [{"text": one["text"], "citations": [one["n"]]} for one in long]
        content = json.dumps({"sections": [{"heading": "impact", "sentences": said}]}, ensure_ascii=False)
        sent = sum(len(message["content"]) for message in asked["messages"])
        usage = {"prompt_tokens": sent // CHARACTERS, "completion_tokens": len(content) // CHARACTERS}
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}
        return web.json_response({"id": "c", "object": "chat.completion", "choices": [choice], "usage": usage})

    told.router.add_post("/v1/chat/completions", complete)
    runner = web.AppRunner(told, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", flush=True)
    await asyncio.Event().wait()


async def drafting(url: str, model_url: str) -> None:
    """One draft, or without a model's address the catch-up too; prints what it took."""
    database = Database(url)
    outside = Outside(database, SystemClock(), Policy())
    offline = OfflineModel()
    model = make_model(model_url, "bench", "") if model_url else offline
    began = time.perf_counter()
    made = await make_draft(outside, model, offline, by=ANN, incident_id=IncidentId(1), kind=DraftKind.POSTMORTEM)
    seconds = time.perf_counter() - began
    began = time.perf_counter()
    about = {"by": ANN, "incident_id": IncidentId(1), "sight": Sight(who=ANN)}
    await catch_up(outside, language="en", zone="UTC", **about)  # type: ignore[arg-type]
    caught_up = time.perf_counter() - began
    await model.close()
    await database.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    assert made.reading and made.sections and made.source == model.name
    read = made.reading
    told = {"parts": read.parts, "tokens": read.spent.tokens, "requests": read.spent.requests}
    print(json.dumps({"seconds": seconds, "peak_mb": peak, "catch_up": caught_up, **told}))


def child(*arguments: str) -> dict[str, Any]:
    """What a process of its own prints."""
    told = subprocess.run(
        [sys.executable, "-m", __spec__.name, *arguments], check=True, stdout=subprocess.PIPE, text=True
    )
    found: dict[str, Any] = json.loads(told.stdout.splitlines()[-1])
    return found


def whole_channel(count: int) -> int:
    """Tokens of the channel as bare lines."""
    return sum(len(f"14:52:00 {one.user}: {one.text}\n") for one in messages(count)) // CHARACTERS


def main() -> None:
    """All of it."""
    model = subprocess.Popen([sys.executable, "-m", __spec__.name, "model"], stdout=subprocess.PIPE, text=True)
    assert model.stdout
    address = model.stdout.readline().strip()
    try:
        with tempfile.TemporaryDirectory() as folder:
            for count, goals in ((SHORT, ("<= 1", "", "")), (LONG, ("<= 60", "<= 60", "<= 512"))):
                url = f"sqlite:///{folder}/{count}.db"
                asyncio.run(fill(url, count))
                quoted, read = child("draft", url, ""), child("draft", url, address)
                row(f"{count:,} messages, without a model", quoted["seconds"], "s", goals[0])
                row("  catch-up of the same", quoted["catch_up"], "s", "")
                row(f"{count:,} messages, model at once, in {read['parts']} parts", read["seconds"], "s", goals[1])
                row("  memory at most", max(quoted["peak_mb"], read["peak_mb"]), "MB", goals[2])
                row(f"  tokens of its {read['requests']} requests", read["tokens"], "", "")
                row("  tokens of the whole channel as bare lines", whole_channel(count), "", "")
    finally:
        model.kill()
        model.wait()


if __name__ == "__main__":
    if sys.argv[1:2] == ["model"]:
        asyncio.run(answering())
    elif sys.argv[1:2] == ["draft"]:
        asyncio.run(drafting(sys.argv[2], sys.argv[3]))
    else:
        main()
