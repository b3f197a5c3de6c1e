"""Reads what a job and its zygote say, and makes a result or an error of it."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

from editor.imaging.sandbox.errors import JobCrashed, JobRejected
from editor.imaging.sandbox.wire import MAX_ANSWER

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.imaging.sandbox.wire import JSON, Limits

FINAL = ("results", "rejected", "crashed")


class Conversation:
    """Feed it bytes until the end of the stream, then ask for the `outcome`."""

    def __init__(self, limits: Limits, progress: Callable[[float], None] | None = None) -> None:
        self._limits = limits
        self._progress = progress
        self._rest = b""
        self._said: dict[str, JSON] = {}
        self._exit: dict[str, JSON] | None = None

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream; JobCrashed when they make no sense."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_ANSWER:
            raise JobCrashed("exception", "the job says too much")
        for text in lines:
            if text:
                self._hear(text)

    def _hear(self, text: bytes) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            message = None
        if not isinstance(message, dict):
            # A job that was killed in the middle of a line; its exit tells why.
            return
        if "exit" in message:
            self._exit = message["exit"]
        elif any(key in message for key in FINAL):
            self._said = message
        elif self._progress and isinstance(done := message.get("progress"), (int, float)):
            self._progress(float(done))

    @property
    def is_over(self) -> bool:
        """Whether the job has said its last line."""
        return bool(self._said)

    @property
    def went_well(self) -> bool:
        """Whether the functions returned."""
        return "results" in self._said

    @property
    def cut_off(self) -> bool:
        """Whether even the zygote fell silent, which it does only when it dies."""
        return not self._said and self._exit is None

    def outcome(self) -> list[dict[str, JSON]]:
        """What the functions returned.

        Raises JobRejected when one refused, JobCrashed when it ended in any other way.
        """
        said = self._said
        results = said.get("results")
        if isinstance(results, list) and all(isinstance(one, dict) for one in results):
            return results
        if "rejected" in said:
            params = said.get("params")
            raise JobRejected(
                str(said["rejected"]),
                params if isinstance(params, dict) else {},
                str(said.get("message")),
            )
        raise self._crash()

    def _crash(self) -> JobCrashed:
        if "crashed" in self._said:
            errno = self._said.get("errno")
            return JobCrashed(
                "memory" if self._said["crashed"] == "memory" else "exception",
                str(self._said.get("detail")),
                errno if isinstance(errno, int) else None,
            )
        if "results" in self._said:
            return JobCrashed("exception", "a function did not return a dict")
        if self._exit is None:
            return JobCrashed("signal", "the sandbox itself died")
        return self._died(self._exit)

    def _died(self, end: dict[str, JSON]) -> JobCrashed:
        number, cpu, why = end.get("signal"), end.get("cpu"), end.get("why")
        if why == "time":
            return JobCrashed("time", f"not done after {self._limits.wall_seconds} s")
        spent = isinstance(cpu, (int, float)) and cpu >= self._limits.cpu_seconds
        if number == signal.SIGXCPU or (number == signal.SIGKILL and spent):
            return JobCrashed("cpu", f"not done after {self._limits.cpu_seconds} s of CPU")
        if number:
            return JobCrashed("signal", f"killed by signal {number}")
        return JobCrashed("exception", str(why or "the job ended without an answer"))
