"""Answers for the grammar of Block Kit checks: shapes of fields, and reports of what Slack would refuse."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.model import Json

Check = Callable[["Report", str, Any], None]


class Report:
    """The complaints so far, each with the place it is about."""

    def __init__(self, surface: str) -> None:
        self.surface = surface
        self.problems: list[str] = []

    def add(self, at: str, problem: str) -> None:
        self.problems.append(f"{problem} [json-pointer:{at}]")


@dataclass(frozen=True)
class Shape:
    """An object: fields it must have, fields it may have, and rules over several of them."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check]
    rules: tuple[Check, ...] = ()

    def __call__(self, report: Report, at: str, value: Any) -> None:
        if not isinstance(value, dict):
            report.add(at, "must be an object")
            return
        for name in self.required:
            if name not in value:
                report.add(at, f"missing required field: {name}")
        for name, held in value.items():
            check = self.required.get(name) or self.optional.get(name)
            if check is not None:
                check(report, f"{at}/{name}", held)
            elif name != "type":
                report.add(at, f"invalid additional property: {name}")
        for rule in self.rules:
            rule(report, at, value)


def string(most: int, *, least: int = 1) -> Check:
    def check(report: Report, at: str, value: Any) -> None:
        if not isinstance(value, str):
            report.add(at, "must be a string")
        elif len(value) < least:
            report.add(at, f"must be more than {least - 1} characters")
        elif len(value) > most:
            report.add(at, f"must be less than {most + 1} characters")

    return check


def matching(pattern: str) -> Check:
    def check(report: Report, at: str, value: Any) -> None:
        if not isinstance(value, str) or not re.fullmatch(pattern, value):
            report.add(at, "invalid format")

    return check


def whole(least: int, most: int) -> Check:
    def check(report: Report, at: str, value: Any) -> None:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            report.add(at, f"must be a whole number from {least} to {most}")

    return check


def boolean(report: Report, at: str, value: Any) -> None:
    if not isinstance(value, bool):
        report.add(at, "must be a boolean")


def anything(report: Report, at: str, value: Any) -> None:
    """A field Slack knows and this server does not look into."""


def one_of(*allowed: Any) -> Check:
    def check(report: Report, at: str, value: Any) -> None:
        if value not in allowed:
            report.add(at, f"must be one of {', '.join(map(str, allowed))}")

    return check


def several(item: Check, least: int, most: int) -> Check:
    def check(report: Report, at: str, value: Any) -> None:
        if not isinstance(value, list):
            report.add(at, "must be a list")
            return
        if len(value) < least:
            report.add(at, f"no less than {least} items allowed")
        if len(value) > most:
            report.add(at, f"no more than {most} items allowed")
        for index, each in enumerate(value):
            item(report, f"{at}/{index}", each)

    return check


def by_type(shapes: Mapping[str, Shape], *allowed: str) -> Check:
    """An object of one of the allowed types, checked as its type says."""

    def check(report: Report, at: str, value: Any) -> None:
        kind = value.get("type") if isinstance(value, dict) else None
        if not isinstance(kind, str) or kind not in shapes:
            report.add(at, f"unsupported type: {kind}")
        elif allowed and kind not in allowed:
            report.add(at, f"{kind} is not allowed here")
        else:
            shapes[kind](report, at, value)

    return check


def one_field_of(*names: str) -> Check:
    """Exactly one of these fields."""

    def check(report: Report, at: str, value: Json) -> None:
        if sum(name in value for name in names) != 1:
            report.add(at, f"must have exactly one of {', '.join(names)}")

    return check


def some_field_of(*names: str) -> Check:
    def check(report: Report, at: str, value: Json) -> None:
        if not any(value.get(name) for name in names):
            report.add(at, f"must have {' or '.join(names)}")

    return check


def text(most: int, *kinds: str) -> Check:
    """A text object; without kinds both plain_text and mrkdwn will do."""
    plain = Shape({"text": string(most)}, {"emoji": boolean})
    marked = Shape({"text": string(most)}, {"verbatim": boolean})
    return by_type({"plain_text": plain, "mrkdwn": marked}, *kinds)


def plain(most: int) -> Check:
    return text(most, "plain_text")
