"""The files of a request: which job writes them, and where they then lie. Loads no Pillow."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self

from editor.engines.openai import planning
from editor.engines.openai.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from editor.engines.base import EditRequest
    from editor.engines.openai.catalog import Model
    from editor.engines.openai.provider import ProviderConfig
    from editor.imaging.sandbox.wire import JSON

JOB: Final = "editor.engines.openai.outgoing:encode"
FOLDER: Final = "outgoing"
LIST: Final = "files.json"


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


def arguments(provider: ProviderConfig, model: Model, request: EditRequest) -> Mapping[str, JSON]:
    """Return what the job is called with; it makes its folder itself."""
    manner = Manner.of(provider.preset.manner)
    able = planning.abilities(provider, model)
    inputs = request.inputs[: able.inputs_max - 1]
    return {
        "pictures": [str(path) for path in (request.image, *inputs)],
        "mask": str(request.mask) if request.mask and able.mask else None,
        "size": list(request.size) if request.size else None,
        "polarity": manner.mask,
        "limits": {
            "pixels": able.sizes.max_pixels
            if able.sizes and able.sizes.max_pixels
            else manner.max_pixels,
            "bytes": manner.max_bytes,
            "mask_bytes": manner.mask_max_bytes,
            "jpeg": manner.jpeg,
            "needs_mask": manner.needs_mask and able.mask,
        },
        "out_dir": str(request.work / FOLDER),
    }
