"""How one kind of service wants to be asked: the words of a preset, with what counts unsaid."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Self

from editor.engines.openai import entries, manner_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from editor.imaging.sizes import SizeRules


@dataclass(frozen=True, slots=True)
class Manner:
    """Unsaid, the manner of OpenAI itself.

    ``root`` and ``path`` follow the address, as far as it does not hold them already; ``{model}``
    in a path is the model, which then is no field (``names_model``). ``image_field``: "brackets"
    is `image` for one picture and `image[]` for several. ``mask``: what marks the area to edit;
    with ``needs_mask`` one is sent even if nobody painted. ``size_mode``: the size goes as
    `size`, as the nearest of ``aspects``, or not at all. ``sizes`` and ``max_pixels`` count for
    models of which nothing is known. ``fields`` are the parameters it takes, None for all;
    ``extra`` are fields that it always wants. ``jpeg``: whether a picture that is too large as
    PNG may go as JPEG. ``result_hosts`` may hold answers, beside the service itself; "*" is any.
    ``timeouts`` and ``resend_safe`` are what a new provider of this kind starts with.
    """

    transport: str = "multipart"
    auth: str = "bearer"
    root: str = "/v1"
    path: str = "/images/edits"
    query: Mapping[str, str] = field(default_factory=dict)
    names_model: bool = True
    image_field: str = "brackets"
    max_images: int = 16
    mask: str = "alpha"
    mask_field: str = "mask"
    needs_mask: bool = False
    size_mode: str = "size"
    aspects: tuple[str, ...] = ()
    sizes: SizeRules | None = None
    max_pixels: int = 8_294_400
    fields: tuple[str, ...] | None = None
    extra: Mapping[str, str] = field(default_factory=dict)
    user_field: str = "user"
    result_hosts: tuple[str, ...] = ()
    max_bytes: int = 25_000_000
    mask_max_bytes: int = 25_000_000
    jpeg: bool = False
    timeouts: Mapping[str, float] = field(default_factory=dict)
    resend_safe: bool = False

    @classmethod
    def of(cls, words: Mapping[str, Any]) -> Self:
        """Read a preset's words. Raises ValueError for one that means nothing."""
        known = {one.name for one in fields(cls)}
        if unknown := words.keys() - known:
            raise ValueError(f"no such manner: {', '.join(sorted(unknown))}")
        for fault in manner_rules.faults(words):
            raise ValueError(str(fault))
        if unknown := words.get("timeouts", {}).keys() - manner_rules.CLOCKS:
            raise ValueError(f"timeouts: no such clock: {', '.join(sorted(unknown))}")
        values: dict[str, Any] = {
            name: tuple(value) if isinstance(value, list) else value
            for name, value in words.items()
        }
        if "sizes" in words:
            values["sizes"] = entries.sizes(words["sizes"])
        return cls(**values)

    def words(self) -> dict[str, Any]:
        """Return everything in the words of data, what was left unsaid too; `of` reads it back."""
        said: dict[str, Any] = {}
        for one in fields(self):
            value = getattr(self, one.name)
            said[one.name] = list(value) if isinstance(value, tuple) else value
        said["sizes"] = entries.rules_in_words(self.sizes) if self.sizes else {}
        return said

    def takes(self, parameter: str) -> bool:
        """Whether the service knows a parameter."""
        return self.fields is None or parameter in self.fields
