"""What is promised of the prompts: both languages, every heading and field by its name, the log as data."""

import re
import shutil
from pathlib import Path

import pytest

from bot.domain.citation import HEADINGS
from bot.domain.draft import BRIEFS, DraftKind
from bot.domain.extract import draft_sections
from prompts import library
from prompts.library import HEADINGS_OF, LANGUAGES, edition, instructions
from prompts.schemas import CERTAINTIES, Proposal, ProposedSection, ProposedSentence
from prompts.schemas import HEADINGS as OFFERED

TASKS = sorted(HEADINGS_OF)
PROPOSED = [kind for kind in DraftKind if kind not in BRIEFS]


def test_there_is_a_task_for_every_kind_of_draft_and_for_questions() -> None:
    assert set(TASKS) == {kind.value for kind in PROPOSED} | {"answer"}
    assert set(OFFERED) == set(HEADINGS) and set(LANGUAGES) == {"en", "ko"}
    for kind in PROPOSED:
        assert draft_sections(kind, ()) == () and set(HEADINGS_OF[kind]) <= set(HEADINGS)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task", TASKS)
def test_a_prompt_names_its_headings_and_every_field(task: str, language: str) -> None:
    text = instructions(task, language)
    fields = [name for model in (Proposal, ProposedSection, ProposedSentence) for name in model.model_fields]
    named = set(re.findall(r"`([a-z_]+)`", text)) | set(re.findall(r'"(\w+)":', text))
    assert {*fields, *CERTAINTIES, "n", "time", "who", "text", *HEADINGS_OF[task]} <= named
    assert not (set(HEADINGS) - set(HEADINGS_OF[task]) - {"root_cause", "contributing"}) & named


@pytest.mark.parametrize("task", TASKS)
def test_the_languages_differ(task: str) -> None:
    assert not re.search("[가-힣]", instructions(task, "en"))
    assert len(re.findall("[가-힣]", instructions(task, "ko"))) > 500
    assert instructions(task, "fr") == instructions(task, "en")


def test_another_task_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        instructions("../rules", "en")


def test_the_edition_is_another_one_after_any_change_of_any_prompt(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that stays the same is named the same, on whatever machine."""
    shutil.copytree(Path(library.__file__).parent, tmp_path / "prompts")
    seen = [edition()]
    monkeypatch.setattr(library, "_HERE", tmp_path / "prompts")
    edition.cache_clear()
    assert edition() == seen[0]
    for file in sorted((tmp_path / "prompts").glob("*/*.md")):
        file.write_text(file.read_text(encoding="utf-8") + ".", encoding="utf-8")
        edition.cache_clear()
        seen.append(edition())
    edition.cache_clear()
    assert len(set(seen)) == len(seen) > 10 and all(re.fullmatch("[0-9a-f]{8}", one) for one in seen)
