"""The command line's part for measuring: stopline eval drafts."""

import argparse
import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.config import ModelSettings, SettingsWrong
from bot.i18n.terminal import say

if TYPE_CHECKING:
    from bot.evals.drafts import Result
    from bot.evals.score import Score

FIELDS = ("causes", "impact", "times", "follow_ups")


def add_eval_commands(commands: Any) -> None:
    """Adds `eval` to the commands."""
    acts = commands.add_parser("eval", help=say("eval.about")).add_subparsers(required=True, metavar="WHAT")
    drafts = acts.add_parser("drafts", help=say("eval.drafts"))
    drafts.add_argument("--cases", type=Path, required=True, metavar="DIR", help=say("eval.cases"))
    drafts.add_argument("--model", default="", metavar="NAME", help=say("eval.model"))
    drafts.add_argument("--base-url", default="", metavar="URL", help=say("eval.base_url"))
    drafts.add_argument("--json", action="store_true", help=say("eval.json"))
    drafts.set_defaults(command=_drafts)


def _drafts(options: argparse.Namespace) -> int:
    """0 where the checker doubts nothing that is shown, else 1."""
    results = asyncio.run(_measure(options))
    print(json.dumps(_report(results), indent=2, ensure_ascii=False) if options.json else _table(results))
    return 1 if any(one.ungrounded for one in results) else 0


async def _measure(options: argparse.Namespace) -> "list[Result]":
    from bot.evals.cases import CaseUnreadable, read_cases
    from bot.evals.drafts import measure
    from bot.wiring import make_models

    try:
        cases = read_cases(options.cases)
    except CaseUnreadable as wrong:
        raise SettingsWrong("eval_case", file=wrong) from wrong
    if not cases:
        raise SettingsWrong("eval_cases", file=options.cases)
    wanted = options.model or options.base_url
    key = os.environ.get("OPENAI_API_KEY", "") if wanted else ""
    models = make_models(ModelSettings(options.base_url, options.model, key))
    return [await measure(case, *models) for case in cases]


def _report(results: "Sequence[Result]") -> dict[str, Any]:
    from bot.evals.drafts import sum_up

    groups = {"chat": [one for one in results if one.case.is_chat], "all": list(results)}
    return {
        "summary": {
            name: {
                "cases": len(some),
                "proposed": sum(one.proposed for one in some),
                "kept": sum(one.kept for one in some),
                "ungrounded": sum(len(one.ungrounded) for one in some),
                "unavailable": sum(one.unavailable for one in some),
                "recall": {who: _recall(score) for who, score in sum_up(some).items()},
            }
            for name, some in groups.items()
        },
        "cases": [
            {
                "id": one.case.id,
                "kind": one.case.kind,
                "proposed": one.proposed,
                "kept": one.kept,
                "ungrounded": one.ungrounded,
                "draft": _recall(one.draft),
                **{name: _recall(score) for name, score in one.baselines.items()},
            }
            for one in results
        ],
    }


def _recall(score: "Score") -> dict[str, Any]:
    shares = {field: score.recall(field) for field in FIELDS}
    return {
        **{field: None if share is None else round(share, 3) for field, share in shares.items()},
        "words": score.words,
    }


def _table(results: "Sequence[Result]") -> str:
    report = _report(results)
    head = [say("eval.column_who"), *(say(f"eval.column_{field}") for field in FIELDS), say("eval.column_words")]
    rows = []
    for name, group in report["summary"].items():
        if not group["cases"]:
            continue
        rows.append(
            say(f"eval.group_{name}", **{key: group[key] for key in ("cases", "proposed", "kept", "ungrounded")})
        )
        rows.append(_row(head))
        for who, recall in group["recall"].items():
            cells = ["–" if recall[field] is None else f"{recall[field]:.0%}" for field in FIELDS]
            rows.append(_row([say(f"eval.who_{who}"), *cells, str(recall["words"] // group["cases"])]))
        rows.append("")
    doubted = [f"{one.case.id}: {sentence}" for one in results for sentence in one.ungrounded]
    return "\n".join([*rows, *doubted]).rstrip()


def _row(cells: Sequence[str]) -> str:
    return " | ".join(cell.ljust(14) for cell in cells).rstrip()
