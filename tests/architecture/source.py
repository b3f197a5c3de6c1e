"""What the architecture tests read: our own files, and the functions in them."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent.parent
ROOMS = ("project", "editor", "templates", "static", "tests", "docs")


@dataclass(frozen=True, slots=True)
class Function:
    """A function or method: where it is and how many lines it takes."""

    where: str
    lines: int


@cache
def files(pattern: str, *rooms: str) -> tuple[Path, ...]:
    """Return our files that match a glob pattern, in the rooms named or in all."""
    found = (path for room in rooms or ROOMS for path in (ROOT / room).rglob(pattern))
    return tuple(sorted(path for path in found if not _is_foreign(path)))


def _is_foreign(path: Path) -> bool:
    return not path.is_file() or "__pycache__" in path.parts or "migrations" in path.parts


def relative(path: Path) -> str:
    """Return the path as people say it."""
    return str(path.relative_to(ROOT))


def line_count(path: Path) -> int:
    """Return the number of lines of a text file."""
    return len(path.read_text(encoding="utf-8").splitlines())


@cache
def tree(path: Path) -> ast.Module:
    """Return a Python file as its syntax tree."""
    return ast.parse(path.read_text(encoding="utf-8"))


def python_functions(*rooms: str) -> list[Function]:
    """Return all functions of the Python files in the rooms, decorators not counted."""
    return [
        Function(f"{relative(path)}:{node.lineno} {node.name}", node.end_lineno - node.lineno + 1)
        for path in files("*.py", *rooms)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    ]


OPENING = re.compile(
    r"^(?P<indent>\s*)(?!.*\b(?:if|for|while|switch|catch|with)\s*\().*(?:\)|=>)\s*\{$"
)


def javascript_functions() -> Iterator[Function]:
    """Yield functions of our scripts, found by indentation: header ` {` to the brace below it."""
    for path in files("*.js", "static"):
        lines = path.read_text(encoding="utf-8").splitlines()
        for start, line in enumerate(lines):
            if match := OPENING.match(line):
                closing = match["indent"] + "}"
                end = next(
                    (n for n in range(start + 1, len(lines)) if lines[n].startswith(closing)), start
                )
                yield Function(f"{relative(path)}:{start + 1}", end - start + 1)


def middle_and_ninth_tenth(numbers: list[int]) -> tuple[float, float]:
    """Return median and 90th percentile."""
    return median(numbers), quantiles(numbers, n=10)[8]


def top_level() -> set[str]:
    """Return the top-level names that belong to the project: all that .gitignore lets through."""
    ignored = [line.strip("/") for line in (ROOT / ".gitignore").read_text().splitlines()]
    names = {path.name for path in ROOT.iterdir()} - {".git"}
    return {name for name in names if not any(fnmatch(name, pattern) for pattern in ignored)}
