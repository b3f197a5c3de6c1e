"""A request as the wire builds it, made into one that knows how much of itself has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

from editor.engines.openai.jsonbody import JsonBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path


PIECE: Final = 128 * 1024


class Sendable(Protocol):
    """A request as the wire builds it."""

    @property
    def method(self) -> str: ...
    @property
    def url(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...
    @property
    def data(self) -> Sequence[tuple[str, str]]: ...
    @property
    def files(self) -> Sequence[tuple[str, str, Path, str]]: ...
    @property
    def json(self) -> Mapping[str, Any] | None: ...


class Coarse(httpx.AsyncByteStream):
    """The same bytes in pieces of some size: each walks through all layers of the client.

    A form comes in some thirty pieces, most of them a few bytes long.
    """

    def __init__(self, inner: httpx.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        held = bytearray()
        async for chunk in self._inner:
            held += chunk
            if len(held) >= PIECE:
                yield bytes(held)
                held.clear()
        if held:
            yield bytes(held)


class Upload(httpx.AsyncByteStream):
    """A request's body that knows how much of itself was handed on."""

    def __init__(self, inner: httpx.AsyncByteStream, on_progress: Callable[[], None]) -> None:
        self._inner = inner
        self._on_progress = on_progress
        self.offered = 0
        self.is_over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:
            self.offered += len(chunk)
            yield chunk
            self._on_progress()
        self.is_over = True


def content(outgoing: Sendable, headers: Mapping[str, str], files: ExitStack) -> dict[str, Any]:
    """Headers and body as httpx wants them; the files stay open until ``files`` is left."""
    if outgoing.json is not None:
        body = JsonBody(outgoing.json, files)
        return {"headers": {**headers, **body.headers}, "content": body}
    data: dict[str, list[str]] = {}
    for name, value in outgoing.data:
        data.setdefault(name, []).append(value)
    parts = [
        (name, (filename, files.enter_context(path.open("rb")), mime))
        for name, filename, path, mime in outgoing.files
    ]
    return {"headers": headers, "data": data, "files": parts}
