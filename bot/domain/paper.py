"""A paper: one draft as it leaves Slack, with everything that a reader elsewhere needs beside it."""

import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.domain.audit import Entry
from bot.domain.citation import Sentence
from bot.domain.draft import Draft, FollowUp
from bot.domain.freeze import Hold
from bot.domain.incident import Incident
from bot.domain.redaction import redact


@dataclass(frozen=True, slots=True)
class Paper:
    """`names` by Slack id, of everybody who is spoken of."""

    draft: Draft
    incident: Incident
    holds: Sequence[Hold]
    entries: Sequence[Entry]
    follow_ups: Sequence[FollowUp]
    names: Mapping[str, str]


def by_role(paper: Paper, people: Mapping[str, str], roles: Mapping[str, str]) -> Paper:
    """The same paper, with each of these people called by their role: in names, and wherever a name is written.

    `people`: names by Slack id, of everybody in the channel; `roles`: what to call them instead.
    """
    instead = {name: roles[who] for who, name in people.items() if len(name) > 1}
    longest_first = "|".join(re.escape(name) for name in sorted(instead, key=len, reverse=True))
    named = re.compile(rf"@?(?<![a-zA-Z0-9])(?:{longest_first})(?![a-zA-Z0-9])" if instead else r"(?!)")

    def said(text: str) -> str:
        return named.sub(lambda found: instead.get(found[0]) or instead[found[0][1:]], text)

    return replace(_reworded(paper, said, roles), names={**paper.names, **roles})


def without_secrets(paper: Paper) -> Paper:
    """The same paper without the secrets that somebody wrote anywhere in it, be it in the incident's title."""

    def said(text: str) -> str:
        return redact(text)[0]

    return replace(_reworded(paper, said), names={who: said(name) for who, name in paper.names.items()})


def _reworded(paper: Paper, said: Callable[[str], str], ids: Container[str] = ()) -> Paper:
    """The same paper with other words wherever people's words are; `ids` are none."""

    def sentence(one: Sentence) -> Sentence:
        return replace(one, text=said(one.text))

    sections = [replace(part, sentences=tuple(map(sentence, part.sentences))) for part in paper.draft.sections]
    lines = [replace(line, speaker=said(line.speaker), text=said(line.text)) for line in paper.draft.lines]
    entries = [
        replace(one, params={k: said(v) if isinstance(v, str) and v not in ids else v for k, v in one.params.items()})
        for one in paper.entries
    ]
    return replace(
        paper,
        draft=replace(paper.draft, sections=tuple(sections), lines=tuple(lines)),
        incident=replace(paper.incident, title=said(paper.incident.title)),
        entries=entries,
        follow_ups=[replace(one, text=said(one.text)) for one in paper.follow_ups],
    )
