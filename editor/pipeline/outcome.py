"""What errors and losses mean for an edit: the tables of reliability.md 4.3, 4.4 and 4.5. Pure."""

import errno
import sqlite3
from dataclasses import dataclass
from typing import Final

from django.db import InterfaceError, InternalError, OperationalError

from editor.engines.errors import EngineError, ErrorClass, Execution, ProviderError, Refused
from editor.models import State

# Tries in a row that were proven not to run, and how long all of them may take together.
MAX_TRIES: Final = 5
MAX_RESCUES: Final = 3
MAX_AGE_SECONDS: Final = 30 * 60
DEFAULT_RETRIES: Final = 4
FIRST_DELAY: Final = 2.0
LONGEST_DELAY: Final = 300.0
NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
# The connection, not what was written: another one may do. PostgreSQL ends a transaction that idled
# for too long with an internal error (25P03).
CONNECTION_LOST: Final = (InterfaceError, InternalError, OperationalError)
# How databases say it: SQLite's result code, and the SQLSTATE "disk_full" of PostgreSQL.
DATABASE_FULL: Final = frozenset({sqlite3.SQLITE_FULL, "53100"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the edit when its engine raised.

    ``sent_before``: the same token went out earlier, and what became of that is not known;
    ``learned``: a parameter was left out already, and the request sent once more.
    """

    tries: int = 0
    is_old: bool = False
    canceled: bool = False
    learned: bool = False
    resend_safe: bool = False
    sent_before: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Where the edit goes, with which words, and when it may run again.

    ``leaves_out``: a parameter to be dropped before that; ``same_token``: the attempt goes on.
    """

    to: State
    code: str
    message: str
    error_class: str
    delay: float = 0.0
    leaves_out: str = ""
    same_token: bool = False


@dataclass(frozen=True, slots=True)
class Loss:
    """What is known of an edit whose worker fell silent, or broke off.

    ``answered``: a whole answer lies in the spool; ``sent_before``: its token went out in an
    earlier run, with an outcome that nobody knows.
    """

    replay_safe: bool
    rescues: int = 0
    canceled: bool = False
    resend_safe: bool = False
    sent_before: bool = False
    answered: bool = False


def after_loss(state: State, loss: Loss) -> State:
    """Return where a lost edit goes. Pure: the table of reliability.md 4.4 and 4.1.

    A replay-safe (free) engine may simply run again, at most three times. A paid one never runs
    again by itself once a byte may have left, unless its service recognises the token.
    """
    spent = loss.rescues >= MAX_RESCUES
    if state == State.CLAIMED and loss.sent_before:
        return State.UNKNOWN if spent else State.RETRY_WAIT
    if loss.replay_safe or state == State.CLAIMED:
        if loss.canceled:
            return State.CANCELED
        return State.FAILED if spent else State.QUEUED
    if state == State.RECEIVED:
        return State.BILLED_UNUSABLE if spent else State.RECEIVED
    if loss.answered:
        return State.RECEIVED
    return State.RETRY_WAIT if loss.resend_safe and not spent else State.UNKNOWN


def decide(error: EngineError, facts: Facts, *, chance: float) -> Verdict:
    """Return what becomes of the edit. Pure; ``chance`` is 0 to 1 and spreads the retries."""
    if error.execution == Execution.YES:
        return _verdict(State.BILLED_UNUSABLE, error)
    if error.execution == Execution.UNKNOWN or facts.sent_before:
        return _in_doubt(error, facts, chance)
    if facts.canceled:
        return _verdict(State.CANCELED, error)
    if _drops(error) and not facts.learned:
        return _verdict(State.RETRY_WAIT, error, leaves_out=_drops(error))
    if error.permanent or _drops(error):
        return _verdict(State.FAILED, error)
    if _may_wait(facts, _retries(error)):
        delay = delay_after(facts.tries, _retry_after(error), chance=chance)
        return _verdict(State.RETRY_WAIT, error, ErrorClass.BUSY, delay=delay)
    return Verdict(State.FAILED, "provider_busy", error.message, ErrorClass.BUSY)


def delay_after(tries: int, retry_after: float | None, *, chance: float) -> float:
    """Return the seconds to wait: 2, 4, 8, 16 … by half more or less, or what the service asks."""
    backoff = FIRST_DELAY * (1 << min(tries, 10)) * (0.5 + chance)
    return min(LONGEST_DELAY, max(backoff, retry_after or 0.0))


def class_of(error: EngineError) -> ErrorClass:
    """Return whose turn it is."""
    if isinstance(error, ProviderError):
        return error.error_class
    return ErrorClass.INPUT if isinstance(error, Refused) else ErrorClass.OURS


def as_engine_error(error: Exception) -> EngineError:
    """Return any error as one that says what is known: after a request left, nothing is."""
    if isinstance(error, EngineError):
        return error
    code = code_of(error)
    message = "The request broke off on our side."
    return EngineError(message, code=code, execution=Execution.UNKNOWN, permanent=False)


def code_of(error: Exception) -> str:
    """Return the machine code of any error."""
    if is_full(error):
        return "disk_full"
    return str(getattr(error, "code", "") or getattr(error, "kind", "") or "internal")


def is_full(error: BaseException | None) -> bool:
    """Whether a disk without room is at the bottom of it."""
    while error is not None:
        if getattr(error, "errno", None) in NO_SPACE:
            return True
        if {
            getattr(error, "sqlite_errorcode", None),
            getattr(error, "sqlstate", None),
        } & DATABASE_FULL:
            return True
        error = error.__cause__
    return False


def _in_doubt(error: EngineError, facts: Facts, chance: float) -> Verdict:
    if facts.resend_safe and not facts.canceled and _may_wait(facts, MAX_TRIES):
        delay = delay_after(facts.tries, _retry_after(error), chance=chance)
        return _verdict(State.RETRY_WAIT, error, ErrorClass.BUSY, delay=delay, same_token=True)
    return _verdict(State.UNKNOWN, error, ErrorClass.UNKNOWN)


def _verdict(
    to: State,
    error: EngineError,
    error_class: ErrorClass | None = None,
    *,
    delay: float = 0.0,
    leaves_out: str = "",
    same_token: bool = False,
) -> Verdict:
    turn = error_class or class_of(error)
    return Verdict(to, error.code, error.message, turn, delay, leaves_out, same_token)


def _may_wait(facts: Facts, retries: int) -> bool:
    return facts.tries < min(retries, MAX_TRIES) and not facts.is_old


def _retries(error: EngineError) -> int:
    return error.retries if isinstance(error, ProviderError) else DEFAULT_RETRIES


def _retry_after(error: EngineError) -> float | None:
    return error.upstream.retry_after if isinstance(error, ProviderError) else None


def _drops(error: EngineError) -> str:
    return error.unknown_parameter if isinstance(error, ProviderError) else ""
