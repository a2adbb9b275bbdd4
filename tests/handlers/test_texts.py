"""The catalogue: every sentence that code asks for exists, in both languages and with the same blanks."""

import re
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

import handlers.parsing
from bot.domain import errors
from bot.domain.audit import Act
from bot.domain.certainty import CONFIRMED, INCONCLUSIVE, LIKELY
from bot.domain.change import ENDS, ChangeKind, ChangeState
from bot.domain.citation import BY_HAND, HEADINGS
from bot.domain.draft import DraftKind, DraftState
from bot.domain.errors import Refused
from bot.domain.incident import Role, Severity, Status, TimeName, durations
from bot.domain.job import JobKind
from bot.domain.permit import Directive, PermitState
from bot.domain.server import EdgeKind
from bot.i18n.texts import Texts, catalogue

ROOT = Path(__file__).parents[2]
SOURCES = sorted([*(ROOT / "bot").rglob("*.py"), *(ROOT / "handlers").rglob("*.py")])
KEY = re.compile(
    r"""(?:texts|say|plain|house_texts\([^()]*\))\(\s*(?P<f>f?)(?P<q>["'])(?P<key>[a-z_]+\.[^"']+)(?P=q)"""
)
HANGUL = re.compile(r"[ㄱ-ㅎㅏ-ㅣ가-힣]")
WITHOUT_HANGUL = {
    "incident.headline", "incident.announced", "incident.facts", "incident.role_line", "incident.time_line",
    "incident.summary", "incident.topic", "freeze.because", "timeline.row", "timeline.note_added",
    "timeline.message_pinned", "timeline.message_pinned_deleted", "timeline.message_pinned_marked",
    "timeline.change_finished", "ask.question", "ask.incident", "draft.title",
    "server.labels", "suspects.server", "severity.sev1", "severity.sev2", "severity.sev3", "severity.sev4",
}  # fmt: skip
"""Frames that hold only what is filled in, and names that are the same in both languages."""
CHECKERS = tuple(f"bot/evals/{name}.py" for name in ("checker", "denials", "figures", "pieces", "worded"))
READS_KOREAN = ("bot/domain", "bot/i18n", "handlers/parsing.py", "bot/sandbox", "bot/guard.py", *CHECKERS)
"""Where Korean stands in code: what people type is recognised there; the guard is copied without the texts."""


def keys_in_code() -> Iterator[tuple[str, str]]:
    """(file, key) of each text asked for by a literal; a part that is filled in becomes a pattern."""
    for path in SOURCES:
        for found in KEY.finditer(path.read_text(encoding="utf-8")):
            key = re.sub(r"\{[^{}]*\}", "*", found["key"]) if found["f"] else found["key"]
            yield str(path.relative_to(ROOT)), key


def test_every_key_in_code_is_in_the_catalogue() -> None:
    asked = list(keys_in_code())
    assert len(asked) > 150, "the scan finds the calls"
    for path, key in asked:
        pattern = re.escape(key).replace(r"\*", r"[a-z0-9_.]+")
        assert any(re.fullmatch(pattern, known) for known in catalogue()), f"{path} asks for {key}"


def blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", sorted(catalogue()))
def test_both_languages_say_the_same(key: str) -> None:
    english, korean = catalogue()[key]["en"], catalogue()[key]["ko"]
    assert english.strip() and korean.strip()
    assert blanks(english) == blanks(korean)
    assert not HANGUL.search(english)
    assert HANGUL.search(korean) or key in WITHOUT_HANGUL, korean
    assert not re.search(r"\}(은|는|이|가|을|를)(?![가-힣(])", korean), (
        f"a particle that does not follow its word: {korean}"
    )


def every_refusal(kind: type[Refused] = Refused) -> Iterator[type[Refused]]:
    for one in kind.__subclasses__():
        yield one
        yield from every_refusal(one)


def test_every_refusal_has_its_sentence() -> None:
    assert handlers.parsing and errors
    refusals = set(every_refusal())
    assert len(refusals) > 25
    for one in refusals:
        assert any(key == one.key or key.startswith(f"{one.key}.") for key in catalogue()), one
        assert one.__doc__ and one.key != Refused.key


WORDS = [
    *(f"timeline.{act.value}" for act in Act),
    *(f"status.{one}" for one in Status),
    *(f"severity.{one}" for one in Severity),
    *(f"severity.{one}.long" for one in Severity),
    *(f"role.{one}" for one in Role),
    *(f"time.{one}" for one in TimeName),
    *(f"state.{one}" for one in ChangeState),
    *(f"change.{one}" for one in ChangeState),
    *(f"outcome.{one}" for one in sorted(ENDS)),
    *(f"directive.{one}" for one in Directive),
    *(f"edge.{one}" for one in EdgeKind),
    *(f"kind.{one}.long" for one in ChangeKind),
    *(f"draft.{one}" for one in DraftKind),
    *(f"draft_state.{one}" for one in DraftState),
    *(f"heading.{one}" for one in HEADINGS),
    *(f"certainty.{one}" for one in (CONFIRMED, LIKELY, INCONCLUSIVE, BY_HAND)),
    *(f"work.{one}" for one in JobKind),
    *(f"duration.{one}" for one in durations({})),
    *(f"duration.{one}.unknown" for one in durations({})),
    *(f"refused.time_cannot_be.{why}" for why in ("ahead", "order", "not_reached")),
]


def test_every_state_of_a_permit_has_a_word() -> None:
    for state in PermitState:
        assert Texts("ko").has(f"permit_state.{state}") or Texts("ko").has(f"state.{state}")


@pytest.mark.parametrize("key", WORDS)
def test_every_word_is_there(key: str) -> None:
    assert Texts("ko").has(key)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_sentence_for_people_in_code(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name.startswith(READS_KOREAN):
        return
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        assert not HANGUL.search(line), f"{name}:{number}: {line.strip()}"


def test_plain_words_have_no_marks() -> None:
    for key in catalogue():
        params = {name: "x" for name in blanks(catalogue()[key]["ko"])}
        for language in ("en", "ko"):
            assert not re.search(r":[a-z_]{3,}:|\*\S.*\*", Texts(language).plain(key, **params)), key


def test_the_sandbox_shows_every_emoji_of_a_sentence() -> None:
    page = (ROOT / "bot/sandbox/page/emoji.js").read_text(encoding="utf-8")
    drawn = set(re.findall(r'([a-z0-9_]+): "', page))
    said = {name for words in catalogue().values() for name in re.findall(r":([a-z_]{3,}): ", words["en"])}
    assert said and said <= drawn, said - drawn


def test_a_star_that_makes_nothing_bold_stays() -> None:
    assert Texts("en").plain("modal.servers.hint").endswith("relay-*")


def test_what_is_filled_in_is_escaped_once() -> None:
    texts = Texts("ko")
    told = texts(
        "incident.declared", headline=texts("incident.headline", incident="<!channel>", severity="&", title=">")
    )
    assert "&lt;!channel&gt;" in told and "&amp;lt;" not in told and "<!" not in told
