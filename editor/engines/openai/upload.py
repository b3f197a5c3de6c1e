"""A request as the wire builds it, made into one that knows how much of itself has left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import httpx

from editor.engines.openai.jsonbody import JsonBody

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
    from contextlib import ExitStack
    from pathlib import Path


PIECE: Final = 256 * 1024


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


class Upload(httpx.AsyncByteStream):
    """A request's body in pieces of some size, which knows how much of itself was handed on."""

    def __init__(self, chunks: Iterable[bytes], on_progress: Callable[[], None]) -> None:
        self._chunks = chunks
        self._on_progress = on_progress
        self.offered = 0
        self.is_over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in coarse(self._chunks):
            self.offered += len(piece)
            yield piece
            self._on_progress()
        self.is_over = True


def coarse(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The same bytes in pieces of some size: a form comes in thirty, most of them a few bytes long."""
    held: list[bytes] = []
    size = 0
    for chunk in chunks:
        held.append(chunk)
        size += len(chunk)
        if size >= PIECE:
            yield b"".join(held)
            held.clear()
            size = 0
    if size:
        yield b"".join(held)


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
