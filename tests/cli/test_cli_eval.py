"""What is promised of `stopline eval drafts`: it finds again what was published, and says so when there is no case."""

import json
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main

SAID = (
    "we got an alert, relay-7 answers 502",
    "about 80% of the users cannot send messages",
    "The root cause was an empty weight in the balancing config",
    "failed over to the standby, traffic recovered",
    "we should add a check that refuses an empty weight",
)


def case(**gold: Any) -> dict[str, Any]:
    said = [
        {"iso": f"2024-05-20T14:{52 + n}:00+09:00", "user": f"U{n}", "text": text, "ts": f"{n}.0"}
        for n, text in enumerate(SAID)
    ]
    return {"id": "made-up", "kind": "chat", "lang": "en", "channel": said, "gold": gold, "gold_origin": {}}


def test_what_was_published_is_found_again_and_what_was_not_is_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    published = case(
        root_cause="An empty weight in the balancing config.",
        impact="A volcano buried the whole data centre.",
        detected_at="2024-05-20T14:52:00+09:00",
        action_items=None,
    )
    (tmp_path / "one.json").write_text(json.dumps(published))
    assert main(["eval", "drafts", "--cases", str(tmp_path), "--json"]) == 0
    (one,) = json.loads(capsys.readouterr().out)["cases"]
    assert one["kept"] == one["proposed"] > 0 and one["ungrounded"] == []
    scores = {field: one["draft"][field] for field in ("causes", "impact", "times", "follow_ups")}
    assert scores == {"causes": 1.0, "impact": 0.0, "times": 1.0, "follow_ups": None}
    assert main(["eval", "drafts", "--cases", str(tmp_path)]) == 0
    assert "100%" in capsys.readouterr().out


@pytest.mark.parametrize("content", [None, "{}", "[]", "no JSON"])
def test_without_a_case_it_says_so(tmp_path: Path, content: str | None, capsys: pytest.CaptureFixture[str]) -> None:
    if content is not None:
        (tmp_path / "one.json").write_text(content)
    assert main(["eval", "drafts", "--cases", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1
