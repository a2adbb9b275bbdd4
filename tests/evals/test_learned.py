"""What is promised of the learned parts: lines of channels that nothing was learned from are told apart."""

import pytest

from bot.domain.parts_played import PARTS, odds_of
from tests.evals.labelled import LETTERS, Labelled, read_labelled
from tests.evals.learn import learn, written

LEARNED_FROM, JUDGED = slice(0, None, 4), slice(2, None, 8)
"""A part of the channels, so that the test takes seconds; `python -m tests.evals.learn --judge` takes all."""
AT_LEAST = {
    "detection": (0.75, 0.6),
    "impact": (0.6, 0.4),
    "trigger": (0.5, 0.35),
    "root_cause": (0.45, 0.2),
    "helped": (0.6, 0.5),
    "hindered": (0.45, 0.2),
    "decisions": (0.5, 0.35),
    "follow_ups": (0.75, 0.7),
}
"""Precision and recall of the lines that are likelier than not to be of a part."""


@pytest.fixture(scope="module")
def channels() -> list[Labelled]:
    return read_labelled()


def test_there_are_as_many_channels_in_korean_as_in_english_and_each_part_is_often_played(
    channels: list[Labelled],
) -> None:
    korean = sum(one.language == "ko" for one in channels)
    assert len(channels) > 600 and 0.4 < korean / len(channels) < 0.6
    letters = "".join(letters for one in channels for letters in one.letters)
    assert all(letters.count(letter) > 300 for letter in LETTERS)


def test_lines_of_channels_that_were_not_learned_from_are_told_apart(channels: list[Labelled]) -> None:
    learned = learn(channels[LEARNED_FROM])
    told = [pair for one in channels[JUDGED] for pair in zip(learned.read(one), one.parts, strict=True)]
    for part, (precision, recall) in AT_LEAST.items():
        found = [part in parts for odds, parts in told if odds[part] >= 0]
        right = sum(part in parts for _, parts in told)
        assert sum(found) / len(found) >= precision, part
        assert sum(found) / right >= recall, part


def test_the_weights_that_ship_were_learned_from_these_channels(channels: list[Labelled]) -> None:
    told = [
        (odds, parts)
        for one in channels[JUDGED]
        for odds, parts in zip(odds_of(one.lines).values(), one.parts, strict=True)
    ]
    for part in PARTS:
        found = [part in parts for odds, parts in told if odds and odds[part] >= 0]
        right = sum(part in parts for odds, parts in told if odds)
        assert sum(found) / len(found) > 0.85 and sum(found) / right > 0.75, part


def test_the_same_channels_teach_the_same(channels: list[Labelled]) -> None:
    assert list(written(learn(channels[:6]))) == list(written(learn(channels[:6])))


@pytest.mark.parametrize("row", ["20:03|jun|z|what", "20:03|jun|what", "20:03|jun||what"])
def test_a_line_that_is_not_understood_is_named(row: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("labelled")
    (folder / "mine.txt").write_text(f"# en | it broke\n20:02|ann|d|it broke\n{row}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"mine\.txt:3"):
        read_labelled(folder)
