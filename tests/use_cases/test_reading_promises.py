"""What is promised of a log that is read in parts: all of it, once, within the budget, and on from where it died."""

from dataclasses import replace

import pytest

from bot.domain.citation import Section, Sentence
from bot.domain.joining import joined
from bot.domain.reading import Stopped
from bot.domain.spending import Budget, Meter, Spent
from bot.domain.transcript import Line
from tests.use_cases.reading_models import TOKENS, Died, Journal, PartReader, a_flood, a_log, propose


def said(sections: tuple[Section, ...]) -> list[Sentence]:
    return [sentence for section in sections for sentence in section.sentences]


def tells(lines: list[Line], sentence: Sentence) -> bool:
    """Whether each cited line is the one that these words are of."""
    return all(next(line.text for line in lines if line.n == n) == sentence.text for n in sentence.citations)


async def test_each_line_is_read_once_and_a_merged_sentence_cites_the_line_of_its_words() -> None:
    lines, model = a_log(60), PartReader()
    proposed = await propose(model, lines)
    assert [line for part in model.read for line in part] == lines
    assert len(model.read) > 4 and proposed.reading.parts == len(model.read)
    sentences = said(proposed.sections)
    assert len(sentences) == len(model.read) and all(tells(lines, one) for one in sentences)
    assert proposed.source == "parts" and proposed.reading.quoted == 0 and not proposed.reading.stopped


async def test_what_one_request_can_carry_is_read_at_once() -> None:
    model = PartReader(100_000)
    proposed = await propose(model, a_log(60))
    assert (model.requests, proposed.reading.parts) == (1, 1)


async def test_another_run_goes_on_where_the_last_one_died() -> None:
    lines = a_log(60)
    whole = await propose(untouched := PartReader(), lines)
    for step in range(untouched.requests):
        journal, model = Journal(), PartReader()
        journal.dies_after = step
        with pytest.raises(Died):
            await propose(model, lines, journal=journal)
        journal.dies_after = 10_000
        again = await propose(model, lines, journal=journal)
        assert again.sections == whole.sections and again.reading == whole.reading
        assert model.requests == untouched.requests, "nothing was asked twice"


async def test_a_late_line_moves_the_numbers_but_not_what_was_read() -> None:
    lines, journal, model = a_log(60), Journal(), PartReader()
    journal.dies_after = 3
    with pytest.raises(Died):
        await propose(model, lines, journal=journal)
    journal.dies_after = 10_000
    shifted = [replace(lines[0], n=1, text="", deleted=True), *(replace(line, n=line.n + 1) for line in lines)]
    again = await propose(model, shifted, journal=journal)
    assert [line.text for part in model.read for line in part] == [line.text for line in lines]
    assert all(tells(shifted, one) for one in said(again.sections))


@pytest.mark.parametrize("limit", ["tokens", "seconds", "money", "earlier drafts"])
async def test_the_budget_ends_the_reading_and_the_rest_is_quoted(limit: str) -> None:
    budget = {
        "tokens": Budget(tokens=3 * TOKENS + 1_000),
        "seconds": Budget(seconds=3.0),
        "money": Budget(money=7.0, price_in=1_000, price_out=1_000),
        "earlier drafts": Budget(tokens=53 * TOKENS + 1_000),
    }[limit]
    before = Spent(tokens_in=50 * TOKENS) if limit == "earlier drafts" else Spent()
    lines, model = a_log(60), PartReader()
    proposed = await propose(model, lines, budget=budget, before=before)
    reading = proposed.reading
    assert model.requests == 3 and not model.merged, "what is over the budget is not asked, the merge neither"
    assert reading.stopped is Stopped.BUDGET and reading.spent.tokens == 3 * TOKENS
    assert reading.quoted == reading.parts - 3 > 0
    assert reading.money == (pytest.approx(6.0) if limit == "money" else None)
    read = {line.n for part in model.read for line in part}
    cited = {n for one in said(proposed.sections) for n in one.citations}
    assert cited & read and cited - read, "from what was read and from what was not"


async def test_a_model_that_goes_away_is_not_asked_forever() -> None:
    lines, model = a_log(60), PartReader(fails=range(3, 100))
    proposed = await propose(model, lines)
    assert model.requests == 4 and len(model.read) == 2
    assert proposed.reading.stopped is Stopped.UNAVAILABLE and proposed.source == "parts"
    assert all(tells(lines, one) for one in said(proposed.sections))


async def test_one_part_that_fails_is_quoted_and_the_others_are_read() -> None:
    model = PartReader(fails=[2])
    proposed = await propose(model, a_log(60))
    reading = proposed.reading
    assert (reading.quoted, reading.stopped) == (1, Stopped.UNAVAILABLE) and len(model.read) == reading.parts - 1


async def test_without_a_usable_merge_the_draft_is_bounded_all_the_same() -> None:
    lines = a_log(200)
    proposed = await propose(PartReader(merges=False), lines)
    sentences = said(proposed.sections)
    assert 1 <= len(sentences) <= 5 and all(tells(lines, one) for one in sentences)


async def test_a_model_that_holds_less_than_it_was_taken_for_still_reads_all() -> None:
    lines, model = a_log(60), PartReader(9_000)
    model.holds = 1_000
    await propose(model, lines)
    assert [line for part in model.read for line in part] == lines


class MergingLiar(PartReader):
    """Merges into words that no line bears out, beside those that one does."""

    async def merge(self, kind, parts, language, meter):  # type: ignore[no-untyped-def]
        (true,) = await super().merge(kind, parts, language, meter)
        lie = Sentence("99999 orders were rejected by shard-999.", (1,))
        return [Section("impact", (*true.sentences, lie, Sentence("Nobody cites this.", (7_000,))))]


async def test_what_the_merge_invents_is_dropped_and_counted() -> None:
    lines = a_log(60)
    proposed = await propose(MergingLiar(), lines)
    assert proposed.dropped == 2 and all(tells(lines, one) for one in said(proposed.sections))


class Guesser(PartReader):
    """Cites the last line of the log, whatever it was shown."""

    async def draft(self, kind, lines, language, meter):  # type: ignore[no-untyped-def]
        await super().draft(kind, lines, language, meter)
        return [Section("impact", (Sentence(a_log(60)[-1].text, (60,)),))]


async def test_a_citation_of_what_the_model_was_not_shown_is_none() -> None:
    model = Guesser()
    proposed = await propose(model, a_log(60))
    assert proposed.dropped == len(model.read) - 1


async def test_it_can_be_seen_how_far_it_is() -> None:
    meter, seen = Meter(), list[tuple[int, int]]()

    class Seen(PartReader):
        async def draft(self, kind, lines, language, meter):  # type: ignore[no-untyped-def]
            seen.append((meter.part, meter.parts))
            return await super().draft(kind, lines, language, meter)

    model = Seen()
    await propose(model, a_log(60), meter=meter)
    parts = len(model.read)
    assert seen == [(n, parts) for n in range(1, parts + 1)]


async def test_of_equal_alerts_each_part_cites_its_own_after_a_crash_too() -> None:
    lines = a_flood(60)
    whole = await propose(PartReader(), lines)
    journal, model = Journal(), PartReader()
    journal.dies_after = 3
    with pytest.raises(Died):
        await propose(model, lines, journal=journal)
    journal.dies_after = 10_000
    again = await propose(model, lines, journal=journal)
    assert again.sections == whole.sections and again.reading.spent.requests == model.requests


class CauseFinder(PartReader):
    """Says of each part that its first line is the cause."""

    async def draft(self, kind, lines, language, meter):  # type: ignore[no-untyped-def]
        ((said,),) = [one.sentences for one in await super().draft(kind, lines, language, meter)]
        return [Section("root_cause", (replace(said, certainty="confirmed"),))]


async def test_what_was_taken_back_while_the_bot_was_dead_is_no_longer_sure() -> None:
    lines = a_log(60)
    lines[0] = replace(lines[0], text="The root cause is the empty pool on shard-001")
    denied = replace(lines[-1], n=61, text="No, the empty pool on shard-001 was not the root cause", speaker="Bob")
    journal, model = Journal(), CauseFinder(merges=False)
    journal.dies_after = 3
    with pytest.raises(Died):
        await propose(model, lines, journal=journal)
    journal.dies_after = 10_000
    again = await propose(model, [*lines, denied], journal=journal)
    assert not [one for one in said(again.sections) if 1 in one.citations and one.certainty == "confirmed"]


async def test_a_run_after_the_last_step_asks_nothing_whatever_is_left_of_the_budget() -> None:
    lines, journal, model = a_log(60), Journal(), PartReader()
    whole = await propose(model, lines, journal=journal)
    requests, spent = model.requests, whole.reading.spent
    budget = Budget(tokens=spent.tokens + 1)
    again = await propose(model, lines, journal=journal, budget=budget, before=spent)
    assert (again.sections, again.dropped) == (whole.sections, whole.dropped) and again.reading.spent == spent
    assert not again.reading.stopped and model.requests == requests


async def test_another_incident_that_made_the_model_smaller_costs_nothing_again() -> None:
    lines, journal, model = a_log(60), Journal(), PartReader()
    journal.dies_after = 4
    with pytest.raises(Died):
        await propose(model, lines, journal=journal)
    journal.dies_after, model.capacity = 10_000, model.capacity // 2
    await propose(model, lines, journal=journal)
    assert [line for part in model.read for line in part] == lines, "nothing was read twice"


class Liar(PartReader):
    """Gets a number wrong in the first part."""

    async def draft(self, kind, lines, language, meter):  # type: ignore[no-untyped-def]
        await super().draft(kind, lines, language, meter)
        return [Section("impact", (Sentence("99999 orders were rejected by shard-001.", (lines[0].n,)),))]


@pytest.mark.parametrize(("tokens", "requests"), [(TOKENS + 100, 1), (10 * TOKENS, 2)])
async def test_what_was_just_paid_counts_before_the_second_attempt(tokens: int, requests: int) -> None:
    model = Liar(100_000)
    await propose(model, a_log(10), budget=Budget(tokens=tokens))
    assert model.requests == requests


class Spoiler(PartReader):
    """Merges well but for one number."""

    async def merge(self, kind, parts, language, meter):  # type: ignore[no-untyped-def]
        (true,) = await super().merge(kind, parts, language, meter)
        first, *others = true.sentences
        return [Section("impact", (replace(first, text="99999 orders were rejected."), *others))]


async def test_what_the_merge_words_wrongly_stands_as_it_was() -> None:
    lines = a_log(60)
    whole, spoilt = await propose(PartReader(), lines), await propose(Spoiler(), lines)
    assert {one.text for one in said(spoilt.sections)} == {one.text for one in said(whole.sections)}


async def test_one_part_that_fails_keeps_no_merge_away() -> None:
    model = PartReader(fails=[2])
    await propose(model, a_log(60))
    assert model.merged


async def test_what_no_model_read_is_not_crowded_out_by_what_it_did() -> None:
    lines = a_log(60)
    worst = "All users lost all payments, 100% of orders failed"
    lines[50] = replace(lines[50], text=worst)
    proposed = await propose(PartReader(fails=range(3, 100), merges=False), lines)
    (impact,) = [part for part in proposed.sections if part.heading == "impact"]
    assert worst in {one.text for one in impact.sentences} and {1} <= {
        n for one in impact.sentences for n in one.citations
    }


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("web-3 was rolled back", "web-4 was rolled back"),
        ("the error rate rose to 40 %", "the error rate rose to 80 %"),
        ("the push was rolled back at 14:47", "the push was rolled back at 15:31"),
        ("the cache was the cause", "the cache was not the cause"),
        ("lb-01 서버를 재시작했습니다", "lb-02 서버를 재시작했습니다"),
    ],
)
def test_nearly_the_same_words_of_something_else_are_both_kept(one: str, other: str) -> None:
    drafts = [[Section("timeline", (Sentence(text, (n,)),))] for n, text in enumerate((one, other, f"{one}."), start=1)]
    assert {sentence.text.rstrip(".") for sentence in said(joined(drafts))} == {one, other}
    assert len(said(joined(drafts))) == 2
