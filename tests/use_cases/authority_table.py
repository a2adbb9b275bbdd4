"""The table of `bot/assets/authority.md`, and what the code says: its cells, and which use cases write."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "bot" / "assets" / "authority.md"

Rows = dict[tuple[str, str], dict[str, str]]


def read_table(text: str, heading: str) -> Rows:
    """(action, state) → column → cell, of the table under this heading that begins with these two."""
    lines = [line for line in text.partition(f"## {heading}")[2].splitlines() if line.startswith("|")]
    start = next(n for n, line in enumerate(lines) if line.startswith("| action | state |"))
    names = _cells(lines[start])
    found: Rows = {}
    for line in lines[start + 2 :]:
        cells = _cells(line)
        if cells[0] == "action":
            break
        assert len(cells) == len(names), line
        key = (cells[0].strip("`"), cells[1])
        assert key not in found, f"twice: {key}"
        found[key] = dict(zip(names[2:], cells[2:], strict=True))
    return found


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def read_others(text: str) -> set[str]:
    """What takes a person and is still nobody's act in Slack: the names in the last section."""
    return set(re.findall(r"`([a-z_]+)`", text.partition("## Not by people")[2]))


def writing_use_cases() -> set[str]:
    """Every public use case that takes a person and opens a writing transaction, itself or through its own file."""
    return {name for path in (ROOT / "bot" / "use_cases").glob("*.py") for name in _writing(path)}


def _writing(path: Path) -> Iterator[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = {one.name: one for one in tree.body if isinstance(one, ast.AsyncFunctionDef | ast.FunctionDef)}
    for name, function in functions.items():
        people = any("SlackUserId" in ast.unparse(one.annotation) for one in _arguments(function) if one.annotation)
        if people and not name.startswith("_") and _writes(function, functions, frozenset((name,))):
            yield name


def _arguments(function: ast.AsyncFunctionDef | ast.FunctionDef) -> list[ast.arg]:
    return [*function.args.args, *function.args.kwonlyargs]


def _writes(function: ast.AST, functions: Mapping[str, ast.AST], seen: frozenset[str]) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and node.attr == "write" and ast.unparse(node.value).endswith("store"):
            return True
        called = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if called in functions and called not in seen and _writes(functions[called], functions, seen | {called}):
            return True
    return False
