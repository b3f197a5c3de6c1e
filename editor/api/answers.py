"""From an edit that is done to what its call is answered with."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.http import StreamingHttpResponse

from editor.api import addresses, passed
from editor.engines.plans import Plan
from editor.models import Attempt, Edit, Picture
from editor.pipeline import spool
from editor.services import raw_answers, renders

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    from editor.api.call import EditCall

# What was drawn by nobody who counts.
NO_TOKENS: Final[Mapping[str, Any]] = {"text_tokens": 0, "image_tokens": 0}
# A multiple of three, so that pieces of base64 follow each other without a seam.
PIECE: Final = 3 * 64 * 1024
LARGE: Final = 16 * 1024
DEFAULT_QUALITY: Final = "high"
JSON_TYPE: Final = "application/json"


class ResultGone(LookupError):
    """The pictures of an edit were removed from the studio."""


@dataclass(frozen=True, slots=True)
class Item:
    """One picture: a file to be sent as base64, base64 as it came, or an address."""

    file: Path | None = None
    text: bytes = b""
    url: str = ""

    @property
    def length(self) -> int:
        """How many characters of base64 it is."""
        return -(-self.file.stat().st_size // 3) * 4 if self.file else len(self.text)

    def pieces(self) -> Iterator[bytes]:
        """The base64, piece by piece."""
        if self.file is None:
            yield self.text
            return
        with self.file.open("rb") as stream:
            while piece := stream.read(PIECE):
                yield base64.b64encode(piece)


@dataclass(frozen=True, slots=True)
class Answer:
    """All of a call's pictures and what is said of them, by the API's names."""

    edit: str
    facts: dict[str, Any]
    items: tuple[Item, ...]

    @property
    def headers(self) -> dict[str, str]:
        """By which the edit is found in the studio."""
        return {"x-pentimento-edit": self.edit}


def of(edit: Edit, call: EditCall, base_url: str) -> Answer:
    """Return the answer of an edit that succeeded, its pictures rendered as the call wants them.

    Raises ResultGone, SandboxError, media.DiskFull, render_cache.Gone.
    """
    results = _results(edit)
    by_address = call.response_format == "url"
    if is_as_it_came(edit) and not by_address and (came := _as_it_came(edit, results, call)):
        return came
    kind = call.output_format or "png"
    items = tuple(_item(result, call, kind, base_url) for result in results)
    size = call.size or (results[0].width, results[0].height)
    facts = {
        "size": f"{size[0]}x{size[1]}",
        "background": "transparent" if "A" in results[0].mode and kind != "jpeg" else "opaque",
        "output_format": kind,
        **_said(edit, call, _counted(edit)),
    }
    return Answer(edit.public_id, facts, items)


def is_as_it_came(edit: Edit) -> bool:
    """Whether the engine's answer is handed on just as it came."""
    return edit.provider_id is not None and not edit.protects


def early(edit: Edit, call: EditCall) -> Answer | None:
    """Return the answer of an edit whose result is not in the store yet, if it can be handed on."""
    attempt = edit.attempts.exclude(answer_file="").order_by("-number").first()
    if attempt is None:
        return None
    try:
        with spool.path_of(attempt.answer_file).open("rb") as file:
            return handed_on(edit, file, attempt.answer_head, call)
    except OSError:
        return None


def handed_on(edit: Edit, file: BinaryIO, head: Mapping[str, Any], call: EditCall) -> Answer | None:
    """Return an engine's answer as it came, if it is one that can be handed on. No query."""
    found = passed.read(file, head) if call.response_format != "url" else None
    if found is None:
        return None
    facts = {
        "size": _planned_size(edit),
        "background": call.background or "opaque",
        "output_format": call.output_format or "png",
        **_said(edit, call, found.usage),
        **found.facts,
    }
    return Answer(edit.public_id, facts, tuple(Item(text=text) for text in found.pictures))


def _results(edit: Edit) -> list[Picture]:
    """The pictures of the execution that was settled, without versions made of them later."""
    rows = list(edit.results.order_by("pk"))
    if not rows:
        raise ResultGone
    mine = [row for row in rows if row.attempt_id == rows[0].attempt_id]
    ordered = sorted(mine, key=lambda row: row.number)
    return [row for row in ordered if raw_answers.RAW_OF not in row.proof]


def _item(result: Picture, call: EditCall, kind: str, base_url: str) -> Item:
    size = call.size or (result.width, result.height)
    if call.response_format == "url":
        wanted = addresses.Wanted(result.public_id, kind, size, call.output_compression)
        return Item(url=addresses.signed(wanted, base_url))
    return Item(file=renders.exactly(result, kind, size, quality=call.output_compression))


def _as_it_came(edit: Edit, results: list[Picture], call: EditCall) -> Answer | None:
    """What is kept beside the results: the very bytes of the answer, if they are there still."""
    files = [(result, file) for result in results if (file := raw_answers.file(result))]
    if not files:
        return None
    raw = files[0][0].proof[raw_answers.RAW]
    facts = {
        "size": f"{raw['width']}x{raw['height']}",
        "background": edit.actual.get("background") or call.background or "opaque",
        "output_format": raw["format"],
        **_said(edit, call, _counted(edit)),
    }
    return Answer(edit.public_id, facts, tuple(Item(file=file) for _result, file in files))


def _said(edit: Edit, call: EditCall, usage: Mapping[str, Any]) -> dict[str, Any]:
    """When it was asked for, at which quality it was drawn, and what was counted."""
    fields = Plan.from_json(edit.plan).fields
    candidates = (edit.actual.get("quality"), fields.get("quality"), call.quality)
    quality = next((word for word in candidates if word and word != "auto"), DEFAULT_QUALITY)
    return {
        "created": int(edit.created_at.timestamp()),
        "quality": quality,
        "usage": _usage(usage),
    }


def _counted(edit: Edit) -> Mapping[str, Any]:
    counted = Attempt.objects.filter(edit=edit).exclude(usage={}).order_by("-number").first()
    return counted.usage if counted else {}


def _planned_size(edit: Edit) -> str:
    plan = Plan.from_json(edit.plan)
    size = plan.size or (edit.picture.width, edit.picture.height)
    return str(plan.fields.get("size") or f"{size[0]}x{size[1]}")


def _usage(counted: Mapping[str, Any]) -> dict[str, Any]:
    """What was counted, whole: sums and details that agree."""
    read, written = _number(counted, "input_tokens"), _number(counted, "output_tokens")
    return {
        "input_tokens": read,
        "output_tokens": written,
        "total_tokens": read + written,
        "input_tokens_details": _details(counted.get("input_tokens_details"), read, "text_tokens"),
        "output_tokens_details": _details(
            counted.get("output_tokens_details"), written, "image_tokens"
        ),
    }


def _details(said: Any, total: int, rest: str) -> dict[str, int]:
    """Both counts; what nobody told apart is counted as `rest`."""
    found = {name: _number(said, name) for name in NO_TOKENS} if isinstance(said, dict) else {}
    if sum(found.values()) == total and found:
        return found
    return {**NO_TOKENS, rest: total}


def _number(counted: Any, name: str) -> int:
    """What a service says of a count, unless it is none."""
    value = counted.get(name)
    if isinstance(value, float):
        value = int(value) if math.isfinite(value) else 0
    return max(0, value) if isinstance(value, int) and not isinstance(value, bool) else 0


def response(answer: Answer) -> StreamingHttpResponse:
    """Return the JSON document; its pictures are sent piece by piece, those in files never whole."""
    before, after = _around(answer)
    response = StreamingHttpResponse(
        _stream(answer, before, after), content_type=JSON_TYPE, headers=answer.headers
    )
    fixed = sum(map(len, _entries(answer)))
    inside = sum(item.length for item in answer.items if not item.url)
    response["Content-Length"] = str(len(before) + fixed + inside + len(after))
    return response


def _around(answer: Answer) -> tuple[bytes, bytes]:
    facts = json.dumps(answer.facts, ensure_ascii=False, separators=(",", ":")).encode()
    return facts[:-1] + b',"data":[', b"]}"


def _entries(answer: Answer) -> list[bytes]:
    """All of the list but the base64."""
    parts = []
    for number, item in enumerate(answer.items):
        comma = b"," if number else b""
        if item.url:
            parts.append(comma + json.dumps({"url": item.url}).encode())
        else:
            parts.append(comma + b'{"b64_json":""}')
    return parts


def _data(answer: Answer) -> Iterator[bytes]:
    for entry, item in zip(_entries(answer), answer.items, strict=True):
        if item.url:
            yield entry
            continue
        yield entry[:-2]
        yield from item.pieces()
        yield entry[-2:]


async def _stream(answer: Answer, before: bytes, after: bytes) -> AsyncIterator[bytes]:
    """The document in few pieces: what is small goes with the next, what is large is not copied."""
    small = before
    for piece in _data(answer):
        if len(piece) < LARGE:
            small += piece
            continue
        if small:
            yield small
        yield piece
        small = b""
    yield small + after
