"""A month's edits as CSV (RFC 4180, UTF-8): a line for each, whose amounts add up to the page's."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from editor.services import usage
from editor.services.usage import Tally

if TYPE_CHECKING:
    from collections.abc import Generator
    from datetime import date

    from editor.access.fetch import Door
    from editor.services.months import Month

# Names for programs: the same in every language.
HEADER: Final = (
    *("day", "edit", "state", "member", "email", "provider", "model"),
    *("paid_usd", "held_usd", "set_aside_usd", "known_by", "api_key"),
)
GROUPS: Final = (
    *("day", "edit__public_id", "edit__state", "actor__name", "actor__email"),
    *("provider__name", "model"),
)
# A spreadsheet takes what begins so for a formula, wherever it came from.
FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def lines(*, door: Door, month: Month) -> Generator[bytes]:
    """Yield the header, then the lines of one day after another. One query for each day."""
    yield _written([HEADER])
    for day in month.days():
        if found := _of(door, month, day):
            yield _written(found)


def _of(door: Door, month: Month, day: date) -> list[list[str]]:
    found = usage.rows(door, month).filter(day=day).values(*GROUPS, "api_key__name")
    rows = found.order_by("edit__created_at", "edit__public_id", "model")
    return [_line(row) for row in rows.annotate(**usage.figures())]


def _line(row: dict[str, Any]) -> list[str]:
    tally = Tally.of(row)
    known_by = _known_by(tally)
    amounts = (tally.paid, tally.held, tally.set_aside)
    return [
        row["day"].isoformat(),
        *(_text(row[name]) for name in GROUPS[1:]),
        *("" if known_by == "unknown" and not micros else _amount(micros) for micros in amounts),
        known_by,
        _text(row["api_key__name"]),
    ]


def _known_by(tally: Tally) -> str:
    """The least that can be said of any of the amounts."""
    if tally.unknown:
        return "unknown"
    if tally.held:
        return "held"
    if tally.set_aside:
        return "reserved"
    if tally.estimated:
        return "estimate"
    return "usage" if tally.counted else ""


def _amount(micros: int) -> str:
    return f"{Decimal(micros).scaleb(-6):f}"


def _text(value: str | None) -> str:
    text = value or ""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _written(rows: list[Any]) -> bytes:
    page = io.StringIO(newline="")
    csv.writer(page).writerows(rows)
    return page.getvalue().encode()
