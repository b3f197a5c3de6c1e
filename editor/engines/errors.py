"""What can go wrong between asking an engine and holding its answer.

    EngineError
    ├── UnknownEngine       no engine has this id
    ├── NoRunner            this process can plan edits but not run them
    ├── Refused             the engine declines before it draws
    │   ├── NotUnderstood   the prompt, or a part of it, means nothing to it
    │   ├── NeedsMask       the prompt names a place that nobody painted
    │   └── CannotFill      the picture leaves nothing to fill from
    ├── EngineCrashed       it began to draw and died
    └── ProviderError       a provider refused, broke off, or answered what nobody can use

Every error says whether the work was executed (and so perhaps charged), whether trying again
can help, and carries a machine code with parameters, from which other layers make a sentence
in the reader's language; ``str(error)`` is plain English.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from editor.imaging.sandbox.wire import JSON


class Execution(StrEnum):
    """Whether the engine did the work that it was asked for."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"


class ErrorClass(StrEnum):
    """Whose turn it is after a failure; each has one next step (product quality)."""

    INPUT = "input"
    BUDGET = "budget"
    REFUSED = "refused"
    BUSY = "busy"
    UNKNOWN = "unknown"
    OURS = "ours"


class Trouble(StrEnum):
    """What a failure says about the provider as a whole."""

    NONE = ""
    KEY_REJECTED = "key_rejected"
    QUOTA = "quota"
    BUSY = "busy"


class EngineError(Exception):
    """Root of all errors an engine raises.

    ``permanent`` is true when the same request would fail again.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        params: Mapping[str, JSON] | None = None,
        execution: Execution = Execution.NO,
        permanent: bool = True,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.params: dict[str, JSON] = dict(params or {})
        self.execution = execution
        self.permanent = permanent


class UnknownEngine(EngineError):
    """No engine has this id."""

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"There is no engine called “{engine}”.",
            code="unknown_engine",
            params={"engine": engine},
        )


class NoRunner(EngineError):
    """The engine was made without a runner: it understands prompts but cannot draw."""

    def __init__(self, engine: str) -> None:
        super().__init__(
            f"The engine “{engine}” draws in a worker only.",
            code="no_runner",
            params={"engine": engine},
        )


class Refused(EngineError):
    """The engine declines before anything is drawn; nothing is charged."""


class NotUnderstood(Refused):
    """A prompt, or the part of it that is quoted in ``params["part"]``, means nothing here.

    ``params["abilities"]`` lists what the engine can do.
    """

    def __init__(self, message: str, *, code: str, part: str, abilities: Sequence[str]) -> None:
        super().__init__(message, code=code, params={"part": part, "abilities": list(abilities)})


class NeedsMask(Refused):
    """The prompt speaks of one place of the picture, and nothing is painted.

    ``code`` is "needs_mask", or "needs_subject" when all but the painted thing would change.
    """

    def __init__(self, message: str, *, part: str, code: str = "needs_mask") -> None:
        super().__init__(message, code=code, params={"part": part})


class CannotFill(Refused):
    """Nothing is left of the picture that a hole could be filled from."""

    CODE: ClassVar[str] = "nothing_to_fill_from"

    def __init__(self, message: str) -> None:
        super().__init__(message, code=self.CODE)


class EngineCrashed(EngineError):
    """The engine died while it drew; ``params["kind"]`` says of what."""

    def __init__(self, message: str, *, kind: str, permanent: bool) -> None:
        super().__init__(
            message,
            code="engine_crashed",
            params={"kind": kind},
            execution=Execution.UNKNOWN,
            permanent=permanent,
        )


@dataclass(frozen=True, slots=True)
class Upstream:
    """What a provider said with an error, cut and cleaned: ``text`` at most 300 characters.

    ``param`` is the request's field it complains of; ``retry_after`` in seconds.
    """

    status: int | None = None
    code: str = ""
    param: str = ""
    text: str = ""
    request_id: str = ""
    retry_after: float | None = None


class ProviderError(EngineError):
    """A row of reliability.md 4.5.

    ``retries``: how often the pipeline may send it again by itself, given that it was not
    executed; ``error_class``: whose turn it is; ``trouble``: what it says about the provider;
    ``unknown_parameter``: a field that may be left out, and the request sent once more.
    """

    def __init__(  # noqa: PLR0913  a row has that many columns
        self,
        message: str,
        *,
        code: str,
        error_class: ErrorClass,
        execution: Execution,
        retries: int = 0,
        upstream: Upstream | None = None,
        trouble: Trouble = Trouble.NONE,
        unknown_parameter: str = "",
    ) -> None:
        super().__init__(message, code=code, execution=execution, permanent=retries == 0)
        self.error_class = error_class
        self.retries = retries
        self.upstream = upstream or Upstream()
        self.trouble = trouble
        self.unknown_parameter = unknown_parameter
