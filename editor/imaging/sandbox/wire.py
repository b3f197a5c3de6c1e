"""What travels between a client, its zygote and a job.

All of it is JSON, one object a line. Client to job: `{"jobs": [[function, arguments], …]}`; the
functions run one after the other in the same child, with a `niceness` if one is said, and it then
waits for more. Job to client:
`{"progress"}` any number of times, then one of `{"results"}`, `{"rejected"}`, `{"crashed"}`.
Zygote to client, when the job has ended: `{"exit"}`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import NamedTuple

type JSON = bool | int | float | str | Sequence[JSON] | Mapping[str, JSON] | None

# Read from a socket at once.
CHUNK = 65536
# A job that says more than this is not one of ours.
MAX_ANSWER = 8 * 1024 * 1024


class ChildJob(NamedTuple):
    """A function, "module:name", and its keyword arguments."""

    function: str
    arguments: Mapping[str, JSON]


@dataclass(frozen=True, slots=True)
class Limits:
    """What one job may use: CPU and wall seconds, bytes of address space, bytes of a file."""

    cpu_seconds: int
    memory_bytes: int | None
    wall_seconds: float
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What a zygote is started with; `parent` is the pid whose death ends it."""

    control: int
    parent: int
    preload: tuple[str, ...]
    limits: Limits

    def dump(self) -> str:
        """The settings as one argument of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> Settings:
        """The reverse of `dump`."""
        raw = json.loads(text)
        return cls(
            control=raw["control"],
            parent=raw["parent"],
            preload=tuple(raw["preload"]),
            limits=Limits(**raw["limits"]),
        )


def line(**fields: JSON) -> bytes:
    """One message."""
    return json.dumps(fields).encode() + b"\n"
