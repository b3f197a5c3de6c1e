"""What the header fields of an answer tell about trying again."""

from __future__ import annotations

import math
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

# Whatever a provider asks for, nobody waits longer.
LONGEST_WAIT: Final = 300.0
REQUEST_IDS: Final = (
    "x-request-id",
    "request-id",
    "apim-request-id",
    "x-litellm-call-id",
    "cf-ray",
)


def request_id(fields: Mapping[str, str]) -> str:
    """Return the name that the provider gave the request."""
    return next((fields[name] for name in REQUEST_IDS if fields.get(name)), "")


def should_retry(fields: Mapping[str, str]) -> bool | None:
    """Return what ``x-should-retry`` says, None without it."""
    return {"true": True, "false": False}.get(fields.get("x-should-retry", "").strip().lower())


def retry_after(fields: Mapping[str, str], *, now: datetime) -> float | None:
    """Return how many seconds to wait, at most five minutes; None where nothing sensible is said."""
    milliseconds = _number(fields.get("retry-after-ms", ""))
    if milliseconds is not None:
        return _within(milliseconds / 1000)
    said = fields.get("retry-after", "").strip()
    seconds = _number(said)
    if seconds is None:
        seconds = _until(said, now)
    return None if seconds is None else _within(seconds)


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return None if math.isnan(value) else value


def _until(text: str, now: datetime) -> float | None:
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    return (then - now).total_seconds() if then.tzinfo else None


def _within(seconds: float) -> float:
    return min(LONGEST_WAIT, max(0.0, seconds))
