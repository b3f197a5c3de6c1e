"""What each model takes and how it counts, from the contract of `POST /v1/images/edits`."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

type Size = tuple[int, int]

LISTED: tuple[Size, ...] = ((1024, 1024), (1536, 1024), (1024, 1536))
ONES = ("low", "medium", "high")
FIVES = (*ONES, "xhigh", "max")


@dataclass(frozen=True, slots=True)
class Model:
    """One model. ``dialect`` is the kind of service that offers it.

    ``factors``: quality → q of the area rule; without them the fixed table of 1.x counts.
    ``dearer``: by how much this quality exceeds the rule.
    """

    id: str
    dialect: str = "openai"
    listed: tuple[Size, ...] = ()
    qualities: tuple[str, ...] = ()
    fidelities: tuple[str, ...] = ()
    formats: tuple[str, ...] = ("png", "jpeg", "webp")
    factors: Mapping[str, int] = field(default_factory=dict)
    dearer: Mapping[str, float] = field(default_factory=dict)
    input_tokens: int = 0
    response_format: bool = False
    n_max: int = 10
    images_max: int = 16
    takes_mask: bool = True
    prompt_max: int = 32_000
    # Draws at whatever size it is given: no real one does, but tests need not wait for it.
    any_size: bool = False

    def output_tokens(self, size: Size, quality: str) -> int:
        """Tokens of one picture, by the rule of its family."""
        if not self.factors:
            return _table(size, quality) if self.input_tokens else 0
        width, height = size
        factor = self.factors[quality]
        short = round(factor * min(size) / max(size))
        tokens = ceil(factor * short * (2_000_000 + width * height) / 4_000_000)
        return ceil(tokens * self.dearer.get(quality, 1))

    def image_tokens(self, size: Size, fidelity: str) -> int:
        """Tokens of one input picture."""
        width, height = size
        if self.factors:
            large = width * height > 1024 * 1024
            return ceil(self.input_tokens * 1.5) if large else self.input_tokens
        if not self.input_tokens:
            return 0
        scale = 512 / min(size)
        tiles = ceil(width * scale / 512) * ceil(height * scale / 512)
        high = (4096 if width == height else 6144) if fidelity == "high" else 0
        return 65 + 129 * tiles + high


def _table(size: Size, quality: str) -> int:
    """The fixed table of 1.x."""
    width, height = size
    column = 0 if width == height else 1 if height > width else 2
    rows = {"low": (272, 408, 400), "medium": (1056, 1584, 1568), "high": (4160, 6240, 6208)}
    return rows[quality][column]


TWO = {"low": 16, "medium": 48, "high": 96}
TWO_FIVE = {"low": 16, "medium": 24, "high": 48, "xhigh": 64, "max": 96}
TWO_SIX = {"low": 3.5, "medium": 3.5}
DRAWN = ("png", "jpeg", "webp", "gif", "svg")

_ALL = (
    *(Model(f"gpt-image-2{date}", qualities=ONES, factors=TWO, input_tokens=1225)
      for date in ("", "-2026-04-21")),
    *(Model(f"gpt-image-2.5-{name}", qualities=FIVES, factors=TWO_FIVE, input_tokens=1463)
      for name in ("sunburst", "flare", "sunburst-2026-09-08", "flare-2026-09-08")),
    *(Model(f"gpt-image-2.6-{name}", qualities=FIVES, factors=TWO_FIVE, dearer=TWO_SIX,
            input_tokens=1463, formats=DRAWN) for name in ("sunburst", "flare")),
    *(Model(name, listed=LISTED, qualities=ONES, fidelities=("low", "high"), input_tokens=65)
      for name in ("gpt-image-1.5", "chatgpt-image-latest")),
    Model("gpt-image-1-mini", listed=LISTED, qualities=ONES, fidelities=("low",), input_tokens=65),
    Model("quick-image", qualities=ONES, factors=TWO, input_tokens=1225, any_size=True),
    # A relay that still answers with addresses, and takes what it once took.
    Model("relay-image", listed=LISTED, qualities=("standard", "hd", *ONES), response_format=True),
    Model("flux-fill", dialect="localai", n_max=1, images_max=1),
    Model("qwen-image-edit", dialect="vllm", takes_mask=True),
    Model("qwen-image-edit-plus", dialect="sglang", response_format=True),
    Model("grok-imagine-image", dialect="xai", images_max=3, takes_mask=False,
          response_format=True),
    Model("google/gemini-image", dialect="openrouter", images_max=3, takes_mask=False),
)  # fmt: skip
MODELS: dict[str, Model] = {model.id: model for model in _ALL}
