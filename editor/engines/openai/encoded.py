"""The files of a request: which job writes them, and where they then lie. Loads no Pillow."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from editor.engines.errors import EngineError, Refused
from editor.engines.openai import planning
from editor.engines.openai.manner import Manner
from editor.imaging.sandbox.errors import JobCrashed, JobRejected

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import EditRequest, Runner
    from editor.engines.openai.catalog import Model
    from editor.engines.openai.provider import ProviderConfig
    from editor.engines.plans import Abilities
    from editor.imaging.sandbox.wire import JSON

JOB: Final = "editor.engines.openai.outgoing:encode"
FOLDER: Final = "outgoing"
LIST: Final = "files.json"
# The same job would end the same way; a signal may have come from outside.
PERMANENT_CRASHES: Final = frozenset({"memory", "cpu", "time", "exception"})


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it will be sent."""

    path: Path
    mime: str


@dataclass(frozen=True, slots=True)
class Encoded:
    """All files of one request: the crop, its mask if one is sent, and further pictures."""

    image: Sent
    mask: Sent | None = None
    inputs: tuple[Sent, ...] = ()

    @classmethod
    def load(cls, work: Path) -> Self:
        """Read what the job left in a request's folder."""
        folder = work / FOLDER
        listed: dict[str, Any] = json.loads((folder / LIST).read_text())
        sent = [Sent(folder / one["name"], one["mime"]) for one in listed["pictures"]]
        mask = listed["mask"]
        return cls(
            sent[0], Sent(folder / mask["name"], mask["mime"]) if mask else None, tuple(sent[1:])
        )


async def prepare(
    runner: Runner, provider: ProviderConfig, model: Model, request: EditRequest
) -> None:
    """Make the files of a request in its folder, in a child process.

    What the service does not take is not made. Raises `Refused` for a picture that is too large
    to send, `EngineError` when the child died; in both cases nothing has left.
    """
    manner = Manner.of(provider.preset.manner)
    able = planning.abilities(provider, model)
    pictures = (request.image, *request.inputs[: able.inputs_max - 1])
    try:
        await runner.run(
            JOB,
            pictures=[str(path) for path in pictures],
            mask=str(request.mask) if request.mask and able.mask else None,
            size=list(request.size) if request.size else None,
            polarity=manner.mask,
            limits=_limits(manner, able),
            out_dir=str(request.work / FOLDER),
        )
    except JobRejected as refusal:
        raise Refused(refusal.message, code=refusal.code, params=refusal.params) from refusal
    except JobCrashed as crash:
        raise EngineError(
            f"The files for the provider could not be made ({crash.kind}).",
            code="not_prepared",
            params={"kind": crash.kind},
            # What the operating system refused, a full disk above all, it may grant later.
            permanent=crash.kind in PERMANENT_CRASHES and crash.errno is None,
        ) from crash


def _limits(manner: Manner, able: Abilities) -> dict[str, JSON]:
    own = able.sizes.max_pixels if able.sizes else 0
    return {
        "pixels": own or manner.max_pixels,
        "bytes": manner.max_bytes,
        "mask_bytes": manner.mask_max_bytes,
        "jpeg": manner.jpeg,
        "needs_mask": manner.needs_mask and able.mask,
    }
