"""The command line's part for papers: stopline draft."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from bot.cli_audit import WithDatabase, read_incident
from bot.config import SettingsWrong, read_model
from bot.domain.draft import DraftKind
from bot.domain.paper import Paper
from bot.i18n.terminal import say
from bot.i18n.texts import Texts
from bot.ports.outside import Outside

FORMATS = ("md", "json", "pdf")


def add_paper_commands(commands: Any, with_database: WithDatabase) -> None:
    """Adds `draft` to the commands."""
    draft = commands.add_parser("draft", help=say("paper.about"))
    draft.add_argument("incident", metavar="INC-7")
    kinds = [kind.value for kind in DraftKind]
    draft.add_argument("--kind", choices=kinds, default=DraftKind.POSTMORTEM.value, help=say("paper.kind"))
    draft.add_argument("--format", choices=FORMATS, default="md", help=say("paper.format"))
    draft.add_argument("-o", "--output", type=Path, metavar="FILE", help=say("paper.output"))
    draft.set_defaults(command=lambda options: _draft(options, with_database))


def _draft(options: argparse.Namespace, with_database: WithDatabase) -> int:
    number = read_incident(options.incident)
    if options.format == "pdf" and options.output is None:
        raise SettingsWrong("paper_pdf_where")
    made: list[tuple[Paper, Texts]] = []

    async def act(outside: Outside) -> None:
        from bot.domain.errors import UnknownIncident
        from bot.use_cases.paper import make_paper
        from bot.wiring import make_models

        model, offline = make_models(read_model(os.environ))
        try:
            paper = await make_paper(outside, model, offline, incident_id=number, kind=DraftKind(options.kind))
        except UnknownIncident as unknown:
            raise SettingsWrong("audit_incident", value=options.incident) from unknown
        made.append((paper, Texts(paper.incident.language, outside.policy.zone, paper.names)))

    with_database(act)
    _put(_written(options.format, *made[0]), options.output)
    return 0


def _written(how: str, paper: Paper, texts: Texts) -> bytes:
    match how:
        case "json":
            from bot.adapters.paper_json import as_json

            return (as_json(texts, paper) + "\n").encode("utf-8", "replace")
        case "pdf":
            from bot.adapters.paper_pdf import NoPdf, as_pdf

            try:
                return as_pdf(texts, paper)
            except NoPdf as missing:
                raise SettingsWrong("paper_no_pdf") from missing
    from bot.i18n.paper import markdown

    return markdown(texts, paper).encode("utf-8", "replace")


def _put(content: bytes, output: Path | None) -> None:
    if output is None:
        sys.stdout.write(content.decode())
        return
    try:
        output.write_bytes(content)
    except OSError as trouble:
        raise SettingsWrong("paper_not_written", file=output, reason=trouble.strerror) from trouble
    print(say("paper.written", file=output))
