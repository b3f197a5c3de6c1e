"""Providers, wishes and files for tests of what is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from editor.engines.base import EditRequest
from editor.engines.openai.catalog import catalog, offered
from editor.engines.openai.provider import ProviderConfig
from editor.engines.plans import Wanted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from editor.engines.openai.catalog import Model
    from editor.engines.plans import Size
    from editor.imaging.sandbox.wire import JSON

TWO = "gpt-image-2"
KEY = "sk-canary-1234"
OWN = "our-own-model"


def make_provider(
    preset: str = "openai",
    *,
    base_url: str | None = None,
    learned: dict[str, frozenset[str]] | None = None,
    key: str = KEY,
) -> ProviderConfig:
    kind = catalog().presets[preset]
    return ProviderConfig(
        id="p1",
        name=kind.label,
        base_url=kind.base_url if base_url is None else base_url,
        preset=kind,
        models={name: offered(preset, name) for name in kind.models},
        key=key,
        learned=learned or {},
    )


def make_model(name: str = TWO, preset: str = "openai") -> Model:
    return offered(preset, name)


def make_wanted(
    crop: Size = (1200, 800),
    *,
    has_mask: bool = True,
    inputs: tuple[Size, ...] = (),
    asked: Mapping[str, JSON] | None = None,
    prompt: str = "A red hat",
) -> Wanted:
    return Wanted(
        crop=crop, has_mask=has_mask, prompt=prompt, inputs=inputs, parameters=asked or {}
    )


def make_request(
    work: Path, *, fields: dict[str, JSON] | None = None, size: Size | None = None, inputs: int = 0
) -> EditRequest:
    return EditRequest(
        image=work / "crop.png",
        mask=work / "crop-mask.png",
        prompt="A red hat, très chic",
        instruction={},
        seed=7,
        work=work,
        inputs=tuple(work / f"input-{number}.png" for number in range(inputs)),
        size=size,
        fields=fields or {},
        token="attempt-1",
        user="member-hash",
    )


def make_files(work: Path, *, inputs: int = 0, mask: bool = True) -> dict[str, Any]:
    """Files of a few bytes, as the job would have made them."""

    def sent(name: str) -> dict[str, str]:
        (work / name).write_bytes(b"pixels of " + name.encode())
        return {"path": str(work / name), "mime": "image/png"}

    return {
        "pictures": [sent(f"image-{number}.png") for number in range(1, 2 + inputs)],
        "mask": sent("mask.png") if mask else None,
    }
