"""What is promised of quotations: a whole sentence of a line needs no other proof, a piece of one does."""

import pytest

from bot.domain.evidence import comparable
from bot.domain.quotations import is_torn, is_whole_quotation

NOTES = (
    "Look:\n- Gremlins in the gearbox\n2) Hobgoblins beside it\n"
    "*Late*. It was gremlins again! Is it over?\n끝났다。다시 시작"
)


def rows(text: str) -> list[list[str]]:
    return [[comparable(row) for row in text.split("\n")]]


@pytest.mark.parametrize(
    "sentence",
    [
        *("Gremlins in the gearbox", "Hobgoblins beside it", "Gremlins in the gearbox 2) Hobgoblins beside it"),
        *("It was gremlins again!", "It was gremlins again", "It was gremlins…", "Is it over?", "끝났다", "다시 시작"),
        *("*Late*.", "Late*. It was gremlins again!"),
    ],
)
def test_a_whole_sentence_or_one_that_is_visibly_cut_is_a_quotation(sentence: str) -> None:
    assert is_whole_quotation(sentence, rows(NOTES))


@pytest.mark.parametrize("first", [":0", "...", "!", "0", "a:", '"'])
def test_whatever_the_first_row_begins_with_the_second_is_a_row(first: str) -> None:
    assert is_whole_quotation("Gremlins in the gearbox", rows(f"{first}\nGremlins in the gearbox\nIs it over?"))


@pytest.mark.parametrize(
    "piece",
    ["in the gearbox", "gremlins again!", "It was gremlins", "It was grem…", "Is it over", "Hobgoblins", "…", "났다"],
)
def test_a_piece_of_a_sentence_is_none(piece: str) -> None:
    assert not is_whole_quotation(piece, rows(NOTES))


@pytest.mark.parametrize(
    ("line", "piece", "torn"),
    [
        ("non-production was hit", "production was hit", True),
        ("non-production was hit, then production was hit", "production was hit", False),
        ("not true: it was hit", "it was hit", True),
        ("it was hit - no, not yet", "it was hit", True),
        ("14:52 ops: it was hit", "it was hit", False),
        ("restarted it, did not help", "restarted it", False),
        ("No luck. Now: it was hit", "it was hit", False),
    ],
)
def test_what_is_cut_out_of_a_word_or_from_beside_a_denial_is_torn(line: str, piece: str, torn: bool) -> None:
    assert is_torn(piece, rows(line)) is torn
