"""The table case by client: printed at the end of a run, and kept in `test-results`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.conformance.registry import CASES, CLIENTS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pytest

    type Results = Mapping[tuple[int, str], str]

PROPERTY = "conformance"
FILE = "conformance.md"
NOT_RUN = "not run"


def tell(reporter: pytest.TerminalReporter, folder: Path) -> None:
    """Print and write the table of this run; nothing where no case was played."""
    results = _results(reporter)
    if not results:
        return
    from tests.conformance import cases  # they are many, and this runs at the end of every run

    assert sorted(CASES) == cases.NUMBERS
    lines = list(_lines(results))
    reporter.write_sep("=", "conformance: case by client")
    for line in lines:
        reporter.write_line(line)
    folder.mkdir(exist_ok=True)
    (folder / FILE).write_text("\n".join(_markdown(results)) + "\n", encoding="utf-8")
    reporter.write_line(f"Also in {folder.name}/{FILE}")


def _results(reporter: pytest.TerminalReporter) -> dict[tuple[int, str], str]:
    """Read what ran from the reports: with several processes, nothing else comes back."""
    found: dict[tuple[int, str], str] = {}
    for reports in reporter.stats.values():
        for report in reports:
            for number, client in _played(report):
                passed = report.outcome == "passed" and found.get((number, client)) != "FAILED"
                found[number, client] = "pass" if passed else "FAILED"
    return found


def _played(report: pytest.TestReport) -> Iterator[tuple[int, str]]:
    for name, value in getattr(report, "user_properties", ()):
        if name == PROPERTY:
            number, client = str(value).split()
            yield int(number), client


def _lines(results: Results) -> Iterator[str]:
    width = max(len(case.title) for case in CASES.values()) + 2
    yield " " * (4 + width) + "".join(f"{client:<9}" for client in CLIENTS)
    for _number, case in sorted(CASES.items()):
        cells = [_cell(results, case.number, client) for client in CLIENTS]
        yield f"{case.number:>3} {case.title:<{width}}" + "".join(f"{cell:<9}" for cell in cells)
        for client, reason in case.not_for.items():
            yield f"      {client}: {reason}"


def _markdown(results: Results) -> Iterator[str]:
    yield "| Case | " + " | ".join(("", *CLIENTS)) + " |"
    yield "|---" * (2 + len(CLIENTS)) + "|"
    for _number, case in sorted(CASES.items()):
        cells = [_cell(results, case.number, client) for client in CLIENTS]
        cells = [
            f"n.a.: {case.not_for[client]}" if client in case.not_for else cell
            for client, cell in zip(CLIENTS, cells, strict=True)
        ]
        yield f"| {case.number} | " + " | ".join((case.title, *cells)) + " |"


def _cell(results: Results, number: int, client: str) -> str:
    if client in CASES[number].not_for:
        return "n.a."
    return results.get((number, client), NOT_RUN)
