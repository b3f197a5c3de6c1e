"""What a request asks for: fields and pictures, out of multipart or JSON, nothing judged yet."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.faults.fake_provider.multipart import Part, parse
from tests.faults.fake_provider.refusals import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fake_provider.exchange import Head

LEGACY = re.compile(r"/openai/deployments/([^/]+)/images/edits")
EDITS = re.compile(r"(/openai)?(/v1)?/images/edits")
INPAINTING = re.compile(r"(/v1)?/images/inpainting")
ROUTED = re.compile(r"(/api)?(/v1)?/images")
PICTURE = re.compile(r"(image|images|mask|mask_image|reference_image)(\[\d*\]|\.\d+(\.items)?)?")
AZURE_SINCE = "2025-04-01"


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture as it came: ``name`` is the part or key that held it."""

    name: str
    content_type: str
    data: bytes
    filename: str = ""

    def to_json(self) -> dict[str, Any]:
        """What the ledger keeps of it."""
        return {
            "name": self.name,
            "filename": self.filename,
            "type": self.content_type,
            "bytes": len(self.data),
            "sha256": hashlib.sha256(self.data).hexdigest(),
        }


@dataclass(frozen=True, slots=True)
class Ask:
    """One request for an edit. ``fields`` are texts in multipart, any JSON else."""

    route: str
    transport: str
    fields: dict[str, Any]
    images: tuple[Picture, ...] = ()
    mask: Picture | None = None
    # A field that should have held a file and holds text.
    texts: tuple[str, ...] = ()
    id: str = field(default_factory=lambda: uuid4().hex)

    @property
    def prompt(self) -> str:
        """The prompt, empty when there is none."""
        return str(self.fields.get("prompt") or "")

    @property
    def model(self) -> str:
        """The model's name, empty when none is named."""
        return str(self.fields.get("model") or "")

    @property
    def streams(self) -> bool:
        """Whether a stream is asked for."""
        return str(self.fields.get("stream", "")).lower() == "true"


def route_of(head: Head) -> str | None:
    """Return which kind of edit a path asks for, or None."""
    for pattern, name in (
        (LEGACY, "azure-legacy"),
        (EDITS, "edits"),
        (INPAINTING, "inpainting"),
        (ROUTED, "openrouter"),
    ):
        if pattern.fullmatch(head.path):
            return name
    return None


def read(head: Head, body: bytes) -> Ask:
    """Return what the request holds. Raises Refusal."""
    route = route_of(head) or ""
    content_type = head.headers.get("content-type", "")
    if content_type.startswith("multipart/form-data"):
        ask = _from_parts(route, parse(body, content_type))
    elif content_type.split(";")[0].endswith("json"):
        ask = _from_json(route, _object(body))
    else:
        raise Refusal(400, f"Unsupported content type {content_type!r}.", code="invalid_body")
    if route == "azure-legacy":
        _legacy(head, ask)
    return ask


def _legacy(head: Head, ask: Ask) -> None:
    """The old path names the model itself, and only since some version."""
    if head.query.get("api-version", "") < AZURE_SINCE:
        raise Refusal(404, "Resource not found", code="404")
    if "model" in ask.fields:
        raise Refusal(404, "Resource not found", code="404")
    found = LEGACY.fullmatch(head.path)
    ask.fields["model"] = found[1] if found else ""


def _from_parts(route: str, parts: list[Part]) -> Ask:
    fields: dict[str, Any] = {}
    images: list[Picture] = []
    masks: list[Picture] = []
    texts: list[str] = []
    for part in parts:
        found = PICTURE.fullmatch(part.name)
        if part.filename is None:
            fields[part.name] = part.data.decode("utf-8", "replace")
            texts += [part.name] if found else []
        elif found:
            picture = Picture(part.name, part.content_type, part.data, part.filename)
            (masks if found[1].startswith("mask") else images).append(picture)
        else:
            raise Refusal(
                400,
                f"Unknown parameter: '{part.name}'.",
                code="unknown_parameter",
                param=part.name,
            )
    return Ask(route, "multipart", fields, tuple(images), masks[0] if masks else None, tuple(texts))


def _object(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError as error:
        raise Refusal(400, "The body is not JSON.", code="invalid_json") from error
    if not isinstance(value, dict):
        raise Refusal(400, "The body is not an object.", code="invalid_json")
    return value


def _from_json(route: str, value: dict[str, Any]) -> Ask:
    names = ("images", "image", "input_references")
    images = tuple(picture for name in names for picture in _pictures(name, value.get(name)))
    mask = next(_pictures("mask", value.get("mask")), None)
    texts = tuple(name for name in names if isinstance(value.get(name), str))
    kept = {key: held for key, held in value.items() if key not in {*names, "mask"} or key in texts}
    return Ask(route, "json", kept, images, mask, texts)


def _pictures(name: str, value: Any) -> Iterator[Picture]:
    """Every data address below a key, wherever its kind of service puts it."""
    for number, reference in enumerate(value if isinstance(value, list) else [value]):
        if isinstance(reference, dict):
            yield _picture(f"{name}[{number}]" if isinstance(value, list) else name, reference)


def _picture(name: str, reference: dict[str, Any]) -> Picture:
    if "file_id" in reference:
        raise Refusal(400, "No such file.", code="invalid_value", param=f"{name}.file_id")
    address = reference.get("image_url", reference.get("url"))
    if isinstance(address, dict):
        address = address.get("url")
    found = re.fullmatch(r"data:(image/[a-z]+);base64,(.+)", str(address), re.DOTALL)
    if not found:
        raise Refusal(400, "Not a data URL.", code="invalid_value", param=f"{name}.image_url")
    try:
        return Picture(name, found[1], base64.b64decode(found[2], validate=True))
    except binascii.Error as error:
        raise Refusal(400, "Bad base64.", code="invalid_value", param=name) from error
