"""What a client asks for, checked field by field; what the model takes of it is asked later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.core.files.uploadedfile import UploadedFile

    from editor.engines.plans import Size

    type File = UploadedFile[Any]

type ResponseFormat = Literal["b64_json", "url"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What every call about pictures may say.

    None is not said, or "auto"; `model` and `user` are "" then, `size` is None for the picture's
    own. `ignored` are the fields that nobody here knows, `user` is who the client acts for.
    """

    prompt: str = ""
    model: str = ""
    n: int = 1
    size: Size | None = None
    quality: str | None = None
    background: str | None = None
    moderation: str | None = None
    output_format: str | None = None
    output_compression: int | None = None
    partial_images: int = 0
    stream: bool = False
    response_format: ResponseFormat = "b64_json"
    user: str = ""
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EditCall(Call):
    """An edit of the first of 1 to 16 pictures; the mask belongs to that one.

    The files are the call's own: whoever has it closes it, and they are gone.
    """

    images: tuple[File, ...]
    mask: File | None = None
    input_fidelity: str | None = None
    focus: Literal["auto", "off"] = "auto"
    protect: Literal["strict", "off"] = "strict"
    feather: str | None = None

    @property
    def files(self) -> Iterator[File]:
        """All files, the mask last."""
        yield from self.images
        if self.mask is not None:
            yield self.mask

    def close(self) -> None:
        """Let go of the files, and remove those that were spooled to disk."""
        for file in self.files:
            file.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class GenerationCall(Call):
    """A picture from words alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VariationCall(Call):
    """The same picture, a little different; there is no prompt."""

    image: File

    def close(self) -> None:
        """Let go of the file, and remove it if it was spooled to disk."""
        self.image.close()
