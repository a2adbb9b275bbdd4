"""The story this product exists for: 66 minutes of outage without it, 12 with it, in both languages."""

import pytest

from bot import demo
from bot.demo_report import read_run, report
from bot.sandbox import Story

LANGUAGES = ("ko", "en")


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_third_work_is_refused_and_twelve_minutes_remain_of_sixty_six(language: str) -> None:
    runs = []
    for shadow in (True, False):
        async with demo.stage(language, shadow=shadow) as ready:
            await ready.player.run_all()
            assert ready.player.finished and not ready.player.error
            async with ready.product.database.read() as tx:
                assert await tx.jobs.dead() == []
            assert [call for call in ready.server.calls if call.error == "invalid_blocks"] == []
            runs.append(await read_run(ready.product.desk.outside))
    told = report(*runs)

    assert [outage["minutes"] for outage in told["outages"]] == [6, 6, 54]
    assert [outage["started_at"][:16] for outage in told["outages"]] == [
        "2024-05-13T04:44",
        "2024-05-20T05:52",
        "2024-05-20T23:30",
    ]
    assert (told["minutes_without"], told["minutes_with"]) == (66, 12)
    assert [row["servers"] for row in told["refused"]] == [["lb-01", "lb-02"], ["lb-03", "lb-04"]]
    assert all("INC-2" in row["reason"] for row in told["refused"])
    assert told["drafts"] and all(row["uncited"] == 0 and row["citations"] > 0 for row in told["drafts"])
    assert {row["kind"] for row in told["drafts"]} == {"root_cause", "follow_ups", "postmortem"}
    first, second = told["answers"]
    assert first["incidents"][0] == "INC-2" and first["citations"] > 0
    assert second["incidents"][0] == "INC-1" and second["citations"] > 0


async def test_after_the_fix_was_verified_the_same_work_is_done() -> None:
    async with demo.stage("en", shadow=False) as ready:
        await ready.player.run_all()
        changes = {c.id: c for c in await demo.list_changes(ready.product.desk.outside)}
    assert changes[3].state == "done" and changes[3].started_at is not None
    assert changes[4].state == "refused"


def test_both_stories_have_the_same_steps() -> None:
    ko, en = (Story.load(demo.STORY / f"{language}.toml") for language in LANGUAGES)
    assert [(s.at, s.who, s.do) for s in ko.steps] == [(s.at, s.who, s.do) for s in en.steps]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_the_language_that_was_asked_for_wins_over_the_terminals(
    language: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def played(_: str, *, shadow: bool) -> str:
        return "shadow" if shadow else "enforced"

    monkeypatch.setenv("LC_ALL", "en_US.UTF-8" if language == "ko" else "ko_KR.UTF-8")
    monkeypatch.setattr(demo, "_play_once", played)
    monkeypatch.setattr(demo, "report", lambda *_: {"minutes_without": 66, "minutes_with": 12})
    await demo.run_once(language, as_json=False)
    assert ("66분" in capsys.readouterr().out) == (language == "ko")
