"""Bad input: each a clear sentence in the person's language, nothing lost, nothing half made, nobody called."""

import re
from typing import Any

import pytest

from bot.use_cases.freeze import frozen_servers
from bot.use_cases.incident import list_incidents
from tests.journeys.stage import ALEX, MINJI, Stage, shown

CALLS_SOMEBODY = re.compile(r"<!(channel|here|everyone|subteam)")
WEIRD = "결제 <!channel> <@U06ALEX> 🚨🏴‍☠️ \u202eעברית\u202c *굵게* `코드` & <script> <http://x.y|클릭>"


async def incidents(stage: Stage) -> list[Any]:
    return list(await list_incidents(stage.product.desk.outside, only_open=False))


def sent(stage: Stage) -> str:
    """Everything that went to Slack to be read as markup: texts, and markup in blocks."""
    found = []
    for call in stage.server.calls:
        found.append(str(call.arguments.get("text", "")))
        found += _markup(call.arguments.get("blocks")) + _markup(call.arguments.get("view"))
    return "\n".join(found)


def _markup(part: Any) -> list[str]:
    if isinstance(part, list):
        return [text for each in part for text in _markup(each)]
    if not isinstance(part, dict):
        return []
    if part.get("type") == "mrkdwn":
        return [str(part["text"])]
    return [text for each in part.values() for text in _markup(each)]


async def test_declare_without_a_title(everywhere: Stage) -> None:
    stage = everywhere
    for who, line, wanted in (
        (MINJI, "/incident declare sev2 서버 web-3", "무슨 문제인지 짧게 적어 주세요"),
        (ALEX, "/incident declare sev1", "Say in a few words what hurts"),
        (ALEX, "/incident declare on web-3", "Say in a few words what hurts"),
    ):
        assert wanted in await stage.command(who, line)
    await stage.command(ALEX, "/incident declare")
    assert (await stage.submit(ALEX, {"title": "   "}))["title"].startswith("Say in a few words")
    assert not await incidents(stage) and not stage.opened()
    assert not await frozen_servers(stage.product.desk.outside), "nothing is frozen without an incident"


async def test_an_unknown_server_is_frozen_and_the_near_one_offered(everywhere: Stage) -> None:
    stage = everywhere
    told = await stage.command(MINJI, "/incident declare sev2 결제 오류 서버 wbe-3")
    assert "`wbe-3`은 처음 보는 이름이라 새로 등록하고 동결했습니다" in told
    assert "혹시 `web-3`을 말씀하셨나요? 그렇다면 `/incident servers web-3` 명령으로" in told
    (channel,) = stage.opened()
    assert "혹시 `web-3`을 말씀하셨나요?" in shown(stage.card(channel.id)), "the channel sees it too"
    assert [one.hold.server for one in await frozen_servers(stage.product.desk.outside)] == ["wbe-3"]


async def test_a_group_without_servers_declares_nothing(stage: Stage) -> None:
    assert "`role:nobody` 서버를 찾을 수 없습니다" in await stage.command(
        MINJI, "/incident declare sev2 결제 오류 서버 role:nobody"
    )
    assert not await incidents(stage)


async def test_a_title_of_5000_characters(everywhere: Stage) -> None:
    stage, long = everywhere, "가" * 5000
    assert "제목이 5000자입니다. 200자까지" in await stage.command(MINJI, f"/incident declare {long} 서버 web-3")
    await stage.command(ALEX, "/incident")
    errors = await stage.submit(ALEX, {"title": "x" * 3000, "servers": "web-3"})
    assert "has 3000 characters; 200 fit" in errors["title"]
    assert await stage.submit(ALEX, {"title": "y" * 200}) == {}
    (one,) = await incidents(stage)
    assert one.title == "y" * 200 and len(stage.opened()) == 1
    assert len(stage.opened()[0].name) <= 80 and len(stage.opened()[0].topic["value"]) <= 250


async def test_weird_words_are_text_and_call_nobody(everywhere: Stage) -> None:
    stage = everywhere
    channel = await stage.declare(MINJI, f"sev2 {WEIRD} 서버 web-3")
    await stage.command(MINJI, f"/incident note {WEIRD}", channel)
    await stage.command(MINJI, f"/freeze fixed web-3 {WEIRD}", channel)
    await stage.command(ALEX, f"/freeze reject web-3 {WEIRD}")
    await stage.command(MINJI, f"/freeze fixed web-3 {WEIRD}", channel)
    message = await stage.person(MINJI).say(channel, WEIRD)
    await stage.person(MINJI).react(channel, message["ts"], "pushpin")
    await stage.settled()
    for line in ("/incident timeline", "/incident show", "/incident draft", f"/incident ask {WEIRD}", "/freeze list"):
        await stage.command(MINJI, line, channel)
    await stage.command(ALEX, f"/change request {WEIRD} on web-3")
    await stage.submit(ALEX, {"servers": "web-3", "rollback": WEIRD})
    await stage.home(ALEX)
    everything = [sent(stage), *(t for m in stage.person(MINJI).ephemerals(channel) for t in _markup(m.get("blocks")))]
    everything += [text for view in stage.person(ALEX).views() for text in _markup(view["blocks"])]
    for text in everything:
        assert not CALLS_SOMEBODY.search(text) and "<script>" not in text and "|클릭>" not in text, text
    title = (await incidents(stage))[0].title
    assert title.startswith("결제 @channel @U06ALEX 🚨🏴‍☠️") and title.endswith("*굵게* `코드` & <script> 클릭")


@pytest.mark.parametrize("words", ["!!!", "<!channel>", "🔥", "\u202eעברית", "سيرفر", "'; DROP TABLE incident; --"])
async def test_titles_of_any_script_get_a_channel(stage: Stage, words: str) -> None:
    channel = await stage.declare(MINJI, words)
    assert re.fullmatch(r"inc-20240520-[a-z0-9_-]+", stage.server.workspace.channels[channel].name)


async def test_times_that_cannot_be(stage: Stage) -> None:
    assert "lies ahead" in await stage.command(ALEX, "/incident declare checkout errors since tomorrow 13:00")
    assert "오전이나 오후를 붙여" in await stage.command(MINJI, "/incident declare 결제 오류 3시부터")
    assert not await incidents(stage)
    await stage.command(MINJI, "/incident")
    for time, wanted in (("내일 13:00", "아직 오지 않은"), ("3시", "오전이나 오후를"), ("zzz", "시각으로 읽지 못했")):
        assert wanted in (await stage.submit(MINJI, {"title": "결제 오류", "time": time}))["time"]
    assert not await incidents(stage)


async def test_words_after_since_that_are_no_time_stay_in_the_title(stage: Stage) -> None:
    await stage.declare(ALEX, "sev2 errors since the last deploy")
    assert (await incidents(stage))[0].title == "errors since the last deploy"
    await stage.declare(ALEX, "sev2 stuck on step 3")
    assert (await incidents(stage))[0].title == "stuck on step 3"


async def test_long_evidence_is_shown_in_full_before_it_is_approved(stage: Stage) -> None:
    await stage.declare(MINJI, "sev2 결제 오류 서버 web-3")
    evidence = "".join(f"& 줄 {n}\n" for n in range(380)) + "끝"
    assert len(evidence) < 3000
    await stage.command(MINJI, "/freeze fixed web-3")
    assert await stage.submit(MINJI, {"evidence": evidence}) == {}
    await stage.command(ALEX, "/freeze verify web-3")
    text = shown(stage.person(ALEX).views()[-1]).replace("&amp;", "&")
    assert all(f"줄 {n}\n" in text for n in range(380)) and "끝" in text
