"""What goes on the wire for one edit: a request as plain values, built by the preset's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from editor.engines.openai import planning
from editor.engines.openai.address import endpoint
from editor.engines.openai.jsonbody import DataUrl
from editor.engines.openai.manner import Manner

if TYPE_CHECKING:
    from editor.engines.base import EditRequest
    from editor.engines.openai.catalog import Model
    from editor.engines.openai.provider import ProviderConfig
    from editor.imaging.sandbox.wire import JSON

FOLDER: Final = "outgoing"
# What the job says of the files it made.
MADE: Final = f"{FOLDER}.json"
TYPES: Final[Mapping[str, str]] = {".png": "image/png", ".jpg": "image/jpeg"}
# Fields that are an error by themselves, and what they need beside them.
NEEDS: Final[Mapping[str, str]] = {
    "partial_images": "stream",
    "stream": "partial_images",
    "output_compression": "output_format",
}


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request: either ``data`` and ``files`` as multipart/form-data, or ``json``.

    Files are (field, file name, path, type); in ``json`` a `DataUrl` stands for one. No header names the body's type: whoever sends it
    does, with the boundary. Headers hold the key, and are not shown. ``pictures`` go along, the
    crop among them.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    data: list[tuple[str, str]] = field(default_factory=list, repr=False)
    files: list[tuple[str, str, Path, str]] = field(default_factory=list)
    json: dict[str, Any] | None = field(default=None, repr=False)
    pictures: int = 1


@dataclass(frozen=True, slots=True)
class Sent:
    """A file as it will be sent."""

    path: Path
    mime: str

    @classmethod
    def of(cls, made: Mapping[str, str]) -> Self:
        """Read what the job said of a file."""
        return cls(Path(made["path"]), made["mime"])

    @property
    def as_url(self) -> DataUrl:
        """Its place in a JSON body."""
        return DataUrl(self.path, self.mime)


@dataclass(frozen=True, slots=True)
class Files:
    """All files of one request: the crop and the further pictures, and a mask if one is sent."""

    pictures: tuple[Sent, ...]
    mask: Sent | None

    @classmethod
    def of(cls, made: Mapping[str, Any], work: Path) -> Self:
        """Read what the job answered. Raises ValueError for files that are not in `work`.

        A picture may have taken the child over, and nothing else of this machine is to leave it.
        """
        mask = made["mask"]
        files = cls(
            tuple(Sent.of(one) for one in made["pictures"]), Sent.of(mask) if mask else None
        )
        folder = work.resolve()
        for one in (*files.pictures, *filter(None, [files.mask])):
            if not one.path.resolve().is_relative_to(folder):
                raise ValueError("a file that the job did not make")
        return files


def encoding(provider: ProviderConfig, model: Model, request: EditRequest) -> dict[str, JSON]:
    """Return what the job `outgoing:encode` is called with.

    What the service does not take is not made.
    """
    manner = provider.manner
    able = planning.abilities(provider, model)
    pictures = (request.image, *request.inputs[: able.inputs_max - 1])
    return {
        "pictures": [str(path) for path in pictures],
        "mask": str(request.mask) if request.mask and able.mask else None,
        "size": list(request.size) if request.size else None,
        "polarity": manner.mask,
        "limits": {
            "pixels": (able.sizes.max_pixels if able.sizes else 0) or manner.max_pixels,
            "bytes": manner.max_bytes,
            "mask_bytes": manner.mask_max_bytes,
            "jpeg": manner.jpeg,
            "needs_mask": manner.needs_mask and able.mask,
        },
        "out_dir": str(request.work / FOLDER),
    }


def forwarded(
    provider: ProviderConfig, model: Model, request: EditRequest
) -> dict[str, Any] | None:
    """Return what `build` needs of files that are sent just as they are; None if they may not be.

    PNG is read everywhere, JPEG where the preset says so, and a mask is left out nowhere.
    """
    manner = provider.manner
    able = planning.abilities(provider, model)
    mime = TYPES.get(request.image.suffix, "")
    as_taken = mime == "image/png" or (mime == "image/jpeg" and manner.jpeg)
    fits = request.image.stat().st_size <= manner.max_bytes
    if not (as_taken and fits) or manner.transport != "multipart" or request.inputs:
        return None
    mask = request.mask
    if mask is None and manner.needs_mask and able.mask:
        return None
    if mask and not (
        able.mask and manner.mask == "alpha" and mask.stat().st_size <= manner.mask_max_bytes
    ):
        return None
    marked = {"path": str(mask), "mime": "image/png"} if mask else None
    return {"pictures": [{"path": str(request.image), "mime": mime}], "mask": marked}


def build(
    provider: ProviderConfig, model: Model, request: EditRequest, made: Mapping[str, Any]
) -> Outgoing:
    """Return the request for an edit; `made` is what the job answered.

    Fields that the service refused before are left out, also those of a plan made earlier.
    """
    manner = provider.manner
    refused = without(provider.learned.get(model.id, frozenset()))
    said: dict[str, JSON] = {"prompt": request.prompt}
    if manner.names_model:
        said["model"] = model.id
    said |= request.fields
    if manner.user_field and request.user:
        said[manner.user_field] = request.user
    said = {
        name: value for name, value in said.items() if value is not None and name not in refused
    }
    files = Files.of(made, request.work)
    if manner.mask_field in refused:
        files = replace(files, mask=None)
    url = endpoint(provider.base_url, manner, model.id)
    headers = _headers(provider, manner, request.token, streams=said.get("stream") is True)
    frame = Outgoing("POST", url, headers, pictures=len(files.pictures))
    return _TRANSPORTS[manner.transport](frame, manner, said, files)


def without(refused: frozenset[str]) -> frozenset[str]:
    """The fields that must go, with those that mean nothing without them."""
    return refused | {name for name, other in NEEDS.items() if other in refused}


def _headers(
    provider: ProviderConfig, manner: Manner, token: str, *, streams: bool
) -> dict[str, str]:
    headers = {"Accept": "text/event-stream, application/json" if streams else "application/json"}
    if provider.key and manner.auth == "api-key":
        headers["api-key"] = provider.key
    elif provider.key:
        headers["Authorization"] = f"Bearer {provider.key}"
    if token:
        headers |= {"Idempotency-Key": token, "X-Client-Request-Id": token}
    return headers


def _multipart(frame: Outgoing, manner: Manner, said: dict[str, JSON], files: Files) -> Outgoing:
    """As browsers send forms: texts first, then the files."""
    several = {"brackets": "image[]", "repeat": "image", "single": "image"}[manner.image_field]
    name = several if len(files.pictures) > 1 else "image"
    parts = [(name, one) for one in files.pictures]
    if files.mask:
        parts.append((manner.mask_field, files.mask))
    return replace(
        frame,
        data=[(name, _text(value)) for name, value in said.items()],
        files=[(name, one.path.name, one.path, one.mime) for name, one in parts],
    )


def _xai(frame: Outgoing, _manner: Manner, said: dict[str, JSON], files: Files) -> Outgoing:
    """JSON with one `image` or several `images`."""
    pictures = [{"type": "image_url", "url": one.as_url} for one in files.pictures]
    shown: dict[str, Any] = {"images": pictures} if len(pictures) > 1 else {"image": pictures[0]}
    return replace(frame, json=said | shown)


def _openrouter(frame: Outgoing, _manner: Manner, said: dict[str, JSON], files: Files) -> Outgoing:
    """JSON with all pictures as references."""
    pictures = [{"type": "image_url", "image_url": {"url": one.as_url}} for one in files.pictures]
    return replace(frame, json=said | {"input_references": pictures})


def _text(value: JSON) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError(f"a form has no field for {value!r}")


type _Transport = Callable[[Outgoing, Manner, dict[str, JSON], Files], Outgoing]

_TRANSPORTS: Final[Mapping[str, _Transport]] = {
    "multipart": _multipart,
    "xai": _xai,
    "openrouter": _openrouter,
}
