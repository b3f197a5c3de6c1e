"""What goes on the wire for one edit: a request as plain values, built by the preset's words."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from editor.engines.openai.address import endpoint
from editor.engines.openai.manner import Manner

if TYPE_CHECKING:
    from pathlib import Path

    from editor.engines.base import EditRequest
    from editor.engines.openai.catalog import Model
    from editor.engines.openai.encoded import Encoded, Sent
    from editor.engines.openai.provider import ProviderConfig
    from editor.imaging.sandbox.wire import JSON


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request: either ``data`` and ``files`` as multipart/form-data, or ``json``.

    Files are (field, file name, path, type). No header names the body's type: whoever sends it
    does, with the boundary. Headers hold the key, and are not shown.
    """

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    data: list[tuple[str, str]] = field(default_factory=list, repr=False)
    files: list[tuple[str, str, Path, str]] = field(default_factory=list)
    json: dict[str, JSON] | None = field(default=None, repr=False)


def build(provider: ProviderConfig, model: Model, request: EditRequest, files: Encoded) -> Outgoing:
    """Return the request for an edit whose files were made already.

    Fields that the service refused before are left out, also those of a plan made earlier.
    """
    manner = Manner.of(provider.preset.manner)
    refused = provider.learned.get(model.id, frozenset())
    said: dict[str, JSON] = {"prompt": request.prompt}
    if manner.names_model:
        said["model"] = model.id
    said |= request.fields
    if manner.user_field and request.user:
        said[manner.user_field] = request.user
    said = {
        name: value for name, value in said.items() if value is not None and name not in refused
    }
    url = endpoint(provider.base_url, manner, model.id)
    headers = _headers(provider, manner, request)
    return _TRANSPORTS[manner.transport](Outgoing("POST", url, headers), manner, said, files)


def _headers(provider: ProviderConfig, manner: Manner, request: EditRequest) -> dict[str, str]:
    streams = request.fields.get("stream") is True
    headers = {"Accept": "text/event-stream, application/json" if streams else "application/json"}
    if provider.key and manner.auth == "api-key":
        headers["api-key"] = provider.key
    elif provider.key:
        headers["Authorization"] = f"Bearer {provider.key}"
    if request.token:
        headers |= {"Idempotency-Key": request.token, "X-Client-Request-Id": request.token}
    return headers


def _multipart(frame: Outgoing, manner: Manner, said: dict[str, JSON], files: Encoded) -> Outgoing:
    """As browsers send forms: texts first, then the files."""
    pictures = [files.image, *files.inputs]
    several = {"brackets": "image[]", "repeat": "image", "single": "image"}[manner.image_field]
    name = several if len(pictures) > 1 else "image"
    parts = [(name, one) for one in pictures]
    if files.mask:
        parts.append((manner.mask_field, files.mask))
    return replace(
        frame,
        data=[(name, _text(value)) for name, value in said.items()],
        files=[(name, one.path.name, one.path, one.mime) for name, one in parts],
    )


def _xai(frame: Outgoing, _manner: Manner, said: dict[str, JSON], files: Encoded) -> Outgoing:
    """JSON with one `image` or several `images`."""
    pictures: list[JSON] = [
        {"type": "image_url", "url": _data_url(one)} for one in (files.image, *files.inputs)
    ]
    shown: dict[str, JSON] = {"images": pictures} if files.inputs else {"image": pictures[0]}
    return replace(frame, json=said | shown)


def _openrouter(
    frame: Outgoing, _manner: Manner, said: dict[str, JSON], files: Encoded
) -> Outgoing:
    """JSON with all pictures as references."""
    pictures: list[JSON] = [
        {"type": "image_url", "image_url": {"url": _data_url(one)}}
        for one in (files.image, *files.inputs)
    ]
    return replace(frame, json=said | {"input_references": pictures})


def _text(value: JSON) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError(f"a form has no field for {value!r}")


def _data_url(sent: Sent) -> str:
    return f"data:{sent.mime};base64,{base64.b64encode(sent.path.read_bytes()).decode()}"


type _Transport = Callable[[Outgoing, Manner, dict[str, JSON], Encoded], Outgoing]

_TRANSPORTS: Final[Mapping[str, _Transport]] = {
    "multipart": _multipart,
    "xai": _xai,
    "openrouter": _openrouter,
}
