"""A call's answer as server-sent events: previews, then the pictures (edit-contract.md 3).

Nothing else is ever sent: clients take any event they do not know for a picture. Signs of life are
comments.
"""

from __future__ import annotations

import asyncio
import base64
import json
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from editor.api.entrance import slow
from editor.api.errors import ApiError
from editor.services import partials

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from editor.api.answers import Answer
    from editor.api.call import EditCall
    from editor.models import Edit

ALIVE: Final = b": ping\n\n"
# What the events are called by, before what they are.
EDIT, GENERATION = "image_edit", "image_generation"
PARTIAL, COMPLETED = "partial_image", "completed"
log = logging.getLogger(__name__)


async def events(
    edit: Edit, call: EditCall, outcome: AsyncIterator[Answer | None], kind: str = EDIT
) -> AsyncIterator[bytes]:
    """Yield the events of an edit until it is done; an error is the last of them."""
    previews = _Previews(edit, call, f"{kind}.{PARTIAL}")
    try:
        async for step in _with_signs_of_life(outcome):
            if step is _SILENCE:
                yield ALIVE
            elif step is None:
                async for event in previews.fresh():
                    yield event
            else:
                async for event in _completed(step, f"{kind}.{COMPLETED}"):
                    yield event
    except ApiError as error:
        yield _failed(error)
    except Exception:
        log.exception("the stream of edit %s broke off", edit.public_id)
        text = "Something went wrong on our side. The edit goes on; see the project's gallery."
        yield _failed(ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, text, type="server_error"))


_SILENCE: Any = object()


async def _with_signs_of_life(outcome: AsyncIterator[Answer | None]) -> AsyncIterator[Any]:
    """Yield what comes, and _SILENCE whenever nothing has come for a while."""
    coming = asyncio.ensure_future(anext(outcome, _SILENCE))
    try:
        while True:
            await asyncio.wait({coming}, timeout=settings.API_KEEPALIVE_SECONDS)
            if not coming.done():
                yield _SILENCE
                continue
            step = coming.result()
            if step is _SILENCE:
                return
            yield step
            coming = asyncio.ensure_future(anext(outcome, _SILENCE))
    finally:
        coming.cancel()


class _Previews:
    """The unfinished previews of one call: as many as it wants, each once."""

    def __init__(self, edit: Edit, call: EditCall, name: str) -> None:
        self._edit = edit
        self._name = name
        self._left = call.partial_images
        self._count = 0
        self._last = ""

    async def fresh(self) -> AsyncIterator[bytes]:
        """Yield the newest preview if it was not sent yet."""
        if self._left <= 0:
            return
        file = await slow(partials.newest, self._edit)
        if file is None or file.name == self._last:
            return
        self._last = file.name
        data = await asyncio.to_thread(file.read_bytes)
        facts = {
            "type": self._name,
            "b64_json": base64.b64encode(data).decode(),
            "partial_image_index": self._count,
            "created_at": int(self._edit.created_at.timestamp()),
            "size": _size_of(data),
            "quality": "auto",
            "background": "auto",
            "output_format": "webp",
        }
        self._left -= 1
        self._count += 1
        yield _event(self._name, facts)


def _size_of(webp: bytes) -> str:
    """The size of a WebP of ours, as its header has it (RFC 9649, 2.5 and 2.7)."""
    if webp[12:16] == b"VP8X":  # with alpha
        width, height = (1 + int.from_bytes(webp[at : at + 3], "little") for at in (24, 27))
    else:
        width, height = (int.from_bytes(webp[at : at + 2], "little") for at in (26, 28))
    return f"{width}x{height}"


async def _completed(answer: Answer, name: str) -> AsyncIterator[bytes]:
    """One event for each picture, what was counted in the last of them."""
    facts = {name: value for name, value in answer.facts.items() if name != "created"}
    usage = facts.pop("usage")
    for number, item in enumerate(answer.items, start=1):
        # Clients add up what several events count.
        counted = usage if number == len(answer.items) else _nothing(usage)
        said = {
            "type": name,
            "created_at": answer.facts["created"],
            **facts,
            "usage": counted,
            **({"url": item.url} if item.url else {}),
        }
        head = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        yield b"event: " + name.encode() + b"\ndata: " + head[:-1]
        if not item.url:
            yield b',"b64_json":"'
            for piece in item.pieces():
                yield piece
            yield b'"'
        yield b"}\n\n"


def _nothing(usage: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _nothing(value) if isinstance(value, dict) else 0 for name, value in usage.items()
    }


def _failed(error: ApiError) -> bytes:
    """Nested as clients want it: Python's takes a flat one for a preview."""
    return _event("error", {"type": "error", **error.to_json()})


def _event(name: str, facts: Mapping[str, Any]) -> bytes:
    text = json.dumps(facts, ensure_ascii=False, separators=(",", ":"))
    return f"event: {name}\ndata: {text}\n\n".encode()
