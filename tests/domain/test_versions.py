"""What is promised of two versions: what is the same is not shown, what differs is, and it is all of it."""

from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.citation import Section, Sentence
from bot.domain.draft import Draft, DraftKind, DraftState
from bot.domain.ids import DraftId, IncidentId, SlackUserId
from bot.domain.transcript import Line, LineKind
from bot.domain.versions import changes

AT = datetime(2024, 5, 20, 6, 0, tzinfo=UTC)
LINES = tuple(Line(n, LineKind.MESSAGE, AT, "kim", f"line {n}", f"https://x.test/p{n}") for n in range(1, 5))


def draft(*sections: Section, lines: tuple[Line, ...] = LINES) -> Draft:
    numbers = (DraftId(1), IncidentId(1), DraftKind.POSTMORTEM, 1, DraftState.PROPOSED)
    return Draft(*numbers, tuple(sections), lines, 0, SlackUserId("U1"), AT, "offline")


SENTENCES = st.builds(Sentence, st.sampled_from("abcdef"), st.sampled_from([(1,), (2,), (1, 2)]))
SECTIONS = st.dictionaries(st.sampled_from(["impact", "root_cause"]), st.lists(SENTENCES, max_size=4)).map(
    lambda parts: [Section(name, tuple(rows)) for name, rows in parts.items()]
)


def contents(one: Draft) -> dict[str, set[Sentence]]:
    return {part.heading: set(part.sentences) for part in one.sections if part.sentences}


@given(SECTIONS, SECTIONS)
def test_the_difference_leads_from_one_to_the_other(before: list[Section], after: list[Section]) -> None:
    one, other = draft(*before), draft(*after)
    rebuilt = contents(one)
    for changed in changes(one, other):
        was = rebuilt.get(changed.heading, set())
        assert set(changed.gone) <= was and not set(changed.new) & was
        rebuilt[changed.heading] = (was - set(changed.gone)) | set(changed.new)
    assert {name: rows for name, rows in rebuilt.items() if rows} == contents(other)
    assert changes(one, one) == ()


def test_a_source_is_the_same_whatever_its_number_is_now() -> None:
    one = draft(Section("impact", (Sentence("a", (1,)),)))
    moved = (replace(LINES[0], n=7),)
    assert changes(one, draft(Section("impact", (Sentence("a", (7,)),)), lines=moved)) == ()
    other = draft(Section("impact", (Sentence("a", (2,)),)))
    assert [one.heading for one in changes(one, other)] == ["impact"], "another source is a change"
