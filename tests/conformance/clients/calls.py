"""What every client can be asked for, and what it brings back, whatever it is written in."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# What people have in their hands: an open file, bytes without a name, a stream of unknown length,
# or a file whose name and type are given.
type How = Literal["file", "bytes", "stream", "typed"]
type Operation = Literal["edit", "generate", "variation", "models", "model", "get", "post", "put"]


@dataclass(frozen=True, slots=True)
class Upload:
    """One file to send."""

    path: Path
    how: How = "file"
    name: str = ""
    type: str = ""

    @property
    def filename(self) -> str:
        return self.name or self.path.name

    @property
    def mimetype(self) -> str:
        return self.type or mimetypes.guess_type(self.path)[0] or "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call. ``fields`` are named as in the contract; an empty key sends none.

    ``parts`` spells part names by hand, ``body`` is a JSON body and ``path`` an address below the
    base, each for clients that can do so. ``azure`` is a deployment's name.
    """

    operation: Operation = "edit"
    fields: Mapping[str, Any] = field(default_factory=dict)
    images: Upload | Sequence[Upload] | None = None
    mask: Upload | None = None
    markup: Upload | None = None
    parts: Sequence[tuple[str, Upload]] = ()
    body: Any = None
    path: str = ""
    azure: str = ""
    stream: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    key: str | None = None
    retries: int = 0
    timeout: float = 60


@dataclass(frozen=True, slots=True)
class Failure:
    """What was raised: the class's name, and what it knows. curl raises nothing."""

    kind: str
    status: int = 0
    code: str | None = None
    param: str | None = None
    type: str | None = None
    message: str = ""
    request_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came: the last answer, how often was asked, and what the client made of it.

    ``envelope`` is the body of an answer of 400 and above, as it came. ``comments`` counts the
    comment lines of a stream, which only curl sees.
    """

    status: int
    headers: Mapping[str, str]
    body: Any = None
    envelope: Any = None
    events: Sequence[Mapping[str, Any]] = ()
    comments: int = 0
    failure: Failure | None = None
    sends: int = 1
    request_id: str | None = None

    def header(self, name: str) -> str:
        return self.headers.get(name, "")


class Client(Protocol):
    """One way to speak to the server."""

    name: str

    def send(self, *calls: Call) -> list[Reply]:
        """Make these calls, all at once; their replies in the same order."""

    def raises(self, status: int) -> str:
        """The class of error that this status becomes; curl has none."""


AZURE_VERSION = "2025-04-01-preview"

# Classes that both SDKs name alike; anything else is their general one.
CLASSES = {
    400: "BadRequestError",
    401: "AuthenticationError",
    403: "PermissionDeniedError",
    404: "NotFoundError",
    409: "ConflictError",
    422: "UnprocessableEntityError",
    429: "RateLimitError",
}


def error_class(status: int, general: str) -> str:
    """Return the SDKs' class for a status."""
    return "InternalServerError" if status >= 500 else CLASSES.get(status, general)


def as_list(images: Upload | Sequence[Upload] | None) -> list[Upload]:
    """One, several or no pictures as a list."""
    if images is None:
        return []
    return [images] if isinstance(images, Upload) else list(images)
