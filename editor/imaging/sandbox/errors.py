"""How a job can end badly.

SandboxError
├── JobRejected    the function refused its input: tell the user
└── JobCrashed     anything else: memory, CPU or wall time, a signal, an exception
"""

from __future__ import annotations

from errno import EDQUOT, ENOSPC
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.imaging.sandbox.wire import JSON

NO_SPACE: Final = frozenset({ENOSPC, EDQUOT})

type CrashKind = Literal["memory", "cpu", "time", "signal", "exception"]


class SandboxError(Exception):
    """The root; raised itself only when the sandbox cannot be started at all."""


class JobRejected(SandboxError):
    """The function raised `Rejected`; same code, params and message."""

    def __init__(self, code: str, params: Mapping[str, JSON], message: str) -> None:
        super().__init__(message)
        self.code = code
        self.params = dict(params)
        self.message = message


class JobCrashed(SandboxError):
    """The job broke a limit or died; `errno` is set when the operating system refused it.

    `found_no_room` tells a full disk, or a quota that is used up, from a defect.
    """

    def __init__(self, kind: CrashKind, detail: str, errno: int | None = None) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail
        self.errno = errno

    @property
    def found_no_room(self) -> bool:
        """Whether there was no room left to write what it made."""
        return self.errno in NO_SPACE
