"""Builds the request."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.engines.base import EditRequest
    from editor.engines.openai.catalog import Model
    from editor.engines.openai.provider import ProviderConfig
    from editor.imaging.sandbox.wire import JSON


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)
    data: list[tuple[str, str]]
    files: list[tuple[str, str, Path, str]]
    json: JSON = field(default=None, repr=False)


def encoding(provider: ProviderConfig, model: Model, request: EditRequest) -> dict[str, Any]:
    """Return the arguments of the job that makes the files."""
    return {
        "image": str(request.image),
        "mask": str(request.mask) if request.mask else None,
        "inputs": [str(path) for path in request.inputs],
        "out_dir": str(request.work),
    }


def build(
    provider: ProviderConfig, model: Model, request: EditRequest, files: Mapping[str, Any]
) -> Outgoing:
    """Return the request as multipart."""
    data = [("model", model.id), ("prompt", request.prompt)]
    data += [(name, str(value)) for name, value in request.fields.items()]
    images = [Path(path) for path in files["images"]]
    name = "image" if len(images) == 1 else "image[]"
    parts = [(name, path.name, path, "image/png") for path in images]
    if files["mask"]:
        parts.append(("mask", "mask.png", Path(files["mask"]), "image/png"))
    return Outgoing(
        method="POST",
        url=provider.base_url.rstrip("/") + "/images/edits",
        headers={
            "Authorization": f"Bearer {provider.key}",
            "Idempotency-Key": request.token,
            "X-Client-Request-Id": request.token,
        },
        data=data,
        files=parts,
    )
