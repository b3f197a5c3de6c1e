"""Where an attempt stands, and what a failure there means."""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


class Phase(Enum):
    """Where an attempt stands."""

    DIALLING = auto()
    SECURING = auto()
    SENDING = auto()
    WAITING = auto()
    READING = auto()


# What running out of time means in each phase.
LATE: Final = {
    Phase.DIALLING: "connect_timeout",
    Phase.SECURING: "connect_timeout",
    Phase.SENDING: "lost_while_sending",
    Phase.WAITING: "no_answer",
    Phase.READING: "answer_stalled",
}
# And what losing the connection means.
LOST: Final = {
    Phase.DIALLING: "unreachable",
    Phase.SECURING: "tls_failed",
    Phase.SENDING: "lost_while_sending",
    Phase.WAITING: "connection_lost",
    Phase.READING: "answer_cut",
}

# Where in a request's extensions a `Tell` waits: the line says each phase that it comes to.
TELL: Final = "tell"

type Tell = Callable[[Phase], Awaitable[None]]
