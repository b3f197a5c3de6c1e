"""What an edit's card says beside its state: waits, clocks, failures, choices, previews.

It reads what `gallery.cards` fetched, and asks the database nothing more (the usual time of an
engine now and then). Its sentences are in templates/components/edit_state.html, those about
failures in failure_texts.
"""

from __future__ import annotations

import hashlib
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.conf import settings

from editor.engines.plans import Plan
from editor.models import UNDECIDED_STATES, WAITING_STATES, Execution, State
from editor.services import details, durations, failure_texts

if TYPE_CHECKING:
    from datetime import datetime

    from editor.engines.costs import CostRange
    from editor.models import Attempt, Edit, Picture, Provider
    from editor.services.failure_texts import Failure

# The most that is sent by itself, first try included (reliability.md 4.3).
MOST_TRIES = 5
KEY_REJECTED = "key_rejected"
ON_ITS_WAY = frozenset({State.SENDING, State.AWAITING})
# A preview is worth a look until there is something better, or nothing more will come.
PREVIEWED = frozenset({State.AWAITING, State.RECEIVED, State.UNKNOWN})
ENDED = frozenset({State.FAILED, State.CANCELED})
OUT_OF_REACH = frozenset(
    {"name_unknown", "unreachable", "connect_timeout", "tls_failed", "lost_before_sending"}
)


class Halt(StrEnum):
    """Why a waiting edit is not taken up although its turn may have come."""

    NONE = ""
    KEY = "key"
    RESTS = "rests"
    OFF = "off"


class Charged(StrEnum):
    """What an edit cost, as far as anybody can know; empty where nothing can cost anything."""

    FREE = ""
    NO = "no"
    YES = "yes"
    MAYBE = "maybe"


class Outcome:
    """One edit as its card sees it, at the moment the database told."""

    def __init__(self, edit: Edit) -> None:
        self._edit = edit
        self._now: datetime = edit.now  # type: ignore[attr-defined]

    @cached_property
    def attempts(self) -> list[Attempt]:
        """All executions, the first first."""
        return list(self._edit.attempts.all())

    @property
    def last(self) -> Attempt | None:
        """The execution that decides what is said."""
        return self.attempts[-1] if self.attempts else None

    @property
    def is_paid(self) -> bool:
        """Whether a provider draws, one that is gone included."""
        return ":" in self._edit.engine

    @property
    def _provider(self) -> Provider | None:
        return self._edit.provider

    @property
    def provider(self) -> str:
        """The provider's name, empty for our own engine."""
        return self._provider.name if self._provider else ""

    @property
    def host(self) -> str:
        """The machine that sees the pixels."""
        if self.last and self.last.host:
            return self.last.host
        return host_of(self._provider) if self._provider else ""

    # While it waits

    @property
    def waits_for(self) -> int:
        """Which area of the same mask is edited before it; 0 when it waits for none."""
        return self._edit.area - 1 if self._edit.waits_for_area else 0

    @property
    def waits_for_decision(self) -> bool:
        """Whether somebody has to decide about that area first."""
        return self.waits_for > 0 and getattr(self._edit, "before_state", "") in UNDECIDED_STATES

    @property
    def halt(self) -> Halt:
        """Why it waits, when that is the provider's doing."""
        provider = self._provider
        if provider is None or self._edit.state not in WAITING_STATES or self.waits_for:
            return Halt.NONE
        if not provider.is_enabled or provider.deleted_at:
            return Halt.OFF
        if provider.trouble == KEY_REJECTED:
            return Halt.KEY
        rests = provider.open_until is not None and provider.open_until > self._now
        return Halt.RESTS if rests else Halt.NONE

    @property
    def rests_until(self) -> datetime | None:
        """When its provider is asked again."""
        return self._provider.open_until if self._provider else None

    @property
    def wait_seconds(self) -> int:
        """How long until the next try."""
        if self._edit.next_run_at is None:
            return 0
        return max(0, round((self._edit.next_run_at - self._now).total_seconds()))

    @property
    def next_try(self) -> int:
        """Which try comes next, of `most_tries`."""
        return min(self._edit.tries + 1, MOST_TRIES)

    @property
    def most_tries(self) -> int:
        """How often it is tried."""
        return MOST_TRIES

    @property
    def is_out_of_reach(self) -> bool:
        """Whether the provider could not be reached, rather than being busy."""
        code = self._edit.error_code or (self.last.error_class if self.last else "")
        return code in OUT_OF_REACH

    # While it is out

    @property
    def clock_seconds(self) -> int:
        """How long the provider has had it."""
        start = (self.last and self.last.sent_at) or self._edit.started_at
        return max(0, int((self._now - start).total_seconds())) if start else 0

    @property
    def usual(self) -> str:
        """How long it usually takes, empty when too little is known."""
        found = durations.usual(self._edit) if self._edit.state in ON_ITS_WAY else None
        return str(found) if found else ""

    @property
    def cancel_may_cost(self) -> bool:
        """Whether a provider may charge although nobody wants the result any more."""
        return self.is_paid and self._edit.state in ON_ITS_WAY | {State.RECEIVED}

    @property
    def preview(self) -> str:
        """What names the newest unfinished preview, empty when there is none."""
        if self._edit.state not in PREVIEWED or not self.last or not self.last.partial_file:
            return ""
        seen = f"{self.last.pk} {self.last.partial_file} {self._edit.pulse}"
        return hashlib.sha256(seen.encode()).hexdigest()[:12]

    # At its end

    @property
    def came_after_cancel(self) -> bool:
        """Whether the result came although somebody had cancelled: what was paid for is kept."""
        return self._edit.state == State.SUCCEEDED and bool(self._edit.cancel_requested_at)

    @property
    def results(self) -> list[Picture]:
        """The pictures that came of it."""
        found: list[Picture] = getattr(self._edit, "live_results", [])
        return found

    @cached_property
    def failure(self) -> Failure:
        """Why there is no result, and what to do."""
        edit = self._edit
        return failure_texts.explain(edit.error_code, edit.error_message, edit.error_class)

    @property
    def quote(self) -> str:
        """The provider's own words, where they help."""
        said = self.last.message if self.last else ""
        return said if self.failure.quotes_provider else ""

    @property
    def charged(self) -> Charged:
        """Whether money was spent."""
        if not self.is_paid:
            return Charged.FREE
        ran = {attempt.execution for attempt in self.attempts}
        if Execution.YES in ran:
            return Charged.YES
        return Charged.MAYBE if Execution.UNKNOWN in ran else Charged.NO

    @property
    def shows_cost(self) -> bool:
        """Whether a cost is worth a line: not where nothing was charged, which is said in words."""
        return self.is_paid and (self._edit.state not in ENDED or self.charged != Charged.NO)

    @property
    def is_undecided(self) -> bool:
        """Whether somebody has to decide what becomes of it."""
        return self._edit.state in UNDECIDED_STATES

    @property
    def was_read_again(self) -> bool:
        """Whether the answer that is there now was read again already, and still is of no use."""
        at = getattr(self._edit, "read_again_at", None)
        sent = self.last.intent_at if self.last else None
        return at is not None and sent is not None and at > sent

    @property
    def wants_key(self) -> bool:
        """Whether nothing can be sent to its provider before somebody enters another key."""
        provider = self._provider
        if provider is None or provider.deleted_at or provider.trouble != KEY_REJECTED:
            return False
        failed = self._edit.state == State.FAILED and self._edit.error_code == KEY_REJECTED
        return failed or self.halt == Halt.KEY

    @property
    def can_read_again(self) -> bool:
        """Whether the answer that could not be read is still there."""
        file = self.last.answer_file if self.last else ""
        return bool(file) and (settings.SPOOL_DIR / file).is_file()

    @property
    def cost(self) -> CostRange:
        """What sending it once more may cost."""
        return Plan.from_json(self._edit.plan).cost

    @property
    def details(self) -> str:
        """Facts for whoever is asked for help, as text to copy; neither key nor prompt."""
        return details.text(self._edit, self.last, host=self.host)


def host_of(provider: Provider) -> str:
    """Return the machine behind a provider's address."""
    return urlsplit(provider.base_url).hostname or ""


def outcome(edit: Any) -> Outcome:
    """Return what the card of an edit from `gallery.cards` says."""
    return Outcome(edit)
