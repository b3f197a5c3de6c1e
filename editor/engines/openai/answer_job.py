"""Opens a stored answer, in a child process: nothing here was written by anybody we know.

An answer is a JSON document or a stream of events; pictures are base64, data URLs, or addresses
that the worker fetches. Whatever cannot be read is counted and left out, and only when nothing is
left is the answer refused.
"""

from __future__ import annotations

import json
import re
import zlib
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, TypeGuard

from editor.engines.openai import complaints
from editor.engines.openai.base64text import decoded
from editor.engines.openai.stream import Kind, Scanner
from editor.imaging import container, pixels
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from collections.abc import Iterator

    from editor.imaging.sandbox.wire import JSON

# As much as the stitch accepts.
MAX_PIXELS: Final = 64_000_000
# Nobody is asked for more than ten.
MAX_PICTURES: Final = 16
FORMATS: Final = frozenset({"png", "jpeg", "webp"})
SAID: Final = ("size", "quality", "background", "output_format", "model")
MAX_USAGE: Final = 32
# Counts of what was sent, in a usage.
SENT: Final = "input"
PIECE: Final = 1024 * 1024
# What `size` and the like may hold, and how much a provider may say about the prompt.
WORD, SPEECH = 60, 2000
INFLATERS: Final = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS,
                    "deflate": zlib.MAX_WBITS}  # fmt: skip
EVENTS: Final = re.compile(rb"(?:event|data|id|retry)?:")
BEGINNING: Final = 1024


def read(*, body: str, encoding: str, out_dir: str, most: int) -> dict[str, JSON]:
    """Write the pictures of an answer to ``out_dir``; return them and what was said with them.

    ``images`` are facts of files, ``urls`` addresses still to be fetched, ``bad`` how many entries
    nobody can use. Raises Rejected answer_unreadable with what the provider said instead.
    """
    data = inflated(Path(body), encoding, most)
    documents = events(data) if EVENTS.match(data[:BEGINNING].lstrip()) else [parsed(data)]
    del data
    found = [entry for document in documents for entry in entries(document)][:MAX_PICTURES]
    images: list[JSON] = []
    urls: list[JSON] = []
    for number, entry in enumerate(found, 1):
        text, url = entry.get("b64_json"), entry.get("url")
        if isinstance(text, str) and text:
            keep(text, Path(out_dir), number, images)
        elif isinstance(url, str) and url[:5].lower() == "data:":
            keep(url, Path(out_dir), number, images)
        elif isinstance(url, str) and url:
            urls.append(url)
    if not images and not urls:
        raise unreadable(documents)
    bad = len(found) - len(images) - len(urls)
    return {"images": images, "urls": urls, "bad": bad, **said(documents, found)}


def examine(*, file: str) -> dict[str, JSON]:
    """Return format and size of a fetched picture. Raises Rejected answer_unreadable."""
    facts = measured(Path(file))
    if facts is None:
        raise Rejected("answer_unreadable")
    return facts


def preview(*, event: str, out: str) -> dict[str, JSON]:
    """Write the picture of a stream's preview event. Raises Rejected answer_unreadable."""
    document = parsed(Path(event).read_bytes())
    images: list[JSON] = []
    for entry in entries(document):
        text = entry.get("b64_json")
        if isinstance(text, str) and not images:
            keep(text, Path(out).parent, 0, images, name=Path(out).name)
    if not images:
        raise Rejected("answer_unreadable")
    return {"image": images[0]}


def inflated(body: Path, encoding: str, most: int) -> bytes:
    """The bytes of the answer, whatever it was packed in, but no more than ``most``."""
    if encoding in {"", "identity"}:
        return body.read_bytes()
    if encoding not in INFLATERS:
        raise Rejected("answer_unreadable", {"reason": "encoding"})
    out = bytearray()
    try:
        with body.open("rb") as packed:
            for piece in _unpacked(packed, INFLATERS[encoding], most):
                out += piece
                if len(out) > most:
                    raise Rejected("answer_unreadable", {"reason": "too_large"})
    except zlib.error:
        raise Rejected("answer_unreadable", {"reason": "encoding"}) from None
    return bytes(out)


def _unpacked(packed: IO[bytes], window: int, most: int) -> Iterator[bytes]:
    """What a file of one or several packed members holds, in pieces of at most ``most`` + 1."""
    inflater = zlib.decompressobj(window)
    while piece := packed.read(PIECE):
        while piece:
            yield inflater.decompress(piece, most + 1)
            piece = inflater.unconsumed_tail
            if inflater.eof:
                piece, inflater = inflater.unused_data, zlib.decompressobj(window)


def parsed(data: bytes) -> Any:
    """The document, strictly JSON. Raises Rejected."""
    try:
        return json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError):
        reason = "html" if data.lstrip()[:1] == b"<" else "json"
        raise Rejected("answer_unreadable", {"reason": reason}) from None


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def events(data: bytes) -> list[Any]:
    """The finished pictures of a stream; events that cannot be read are left out."""
    scanner = Scanner()
    documents = []
    for event in scanner.feed(data) + scanner.finish():
        if event.kind in {Kind.COMPLETED, Kind.ERROR}:
            try:
                documents.append(parsed(b"\n".join(data[a:b] for a, b in event.spans)))
            except Rejected:
                continue
    return documents


def entries(document: Any) -> Iterator[dict[str, Any]]:
    """Every entry of an answer that may hold a picture, in whichever list they come."""
    if not isinstance(document, dict):
        return
    listed = document.get("data") or document.get("images")
    if isinstance(listed, list):
        for entry in listed:
            yield entry if isinstance(entry, dict) else {"url": entry}
    elif isinstance(document.get("choices"), list):
        yield from _of_chat(document["choices"])
    elif "b64_json" in document or "url" in document:
        yield document


def _of_chat(choices: list[Any]) -> Iterator[dict[str, Any]]:
    """The pictures in messages of a chat, as OpenRouter answers."""
    for choice in choices:
        message = choice.get("message") if isinstance(choice, dict) else None
        images = message.get("images") if isinstance(message, dict) else None
        for image in images if isinstance(images, list) else []:
            link = image.get("image_url") if isinstance(image, dict) else None
            yield link if isinstance(link, dict) else {"url": link}


def keep(text: str, out_dir: Path, number: int, images: list[JSON], *, name: str = "") -> None:
    """Write one picture and note its facts, if it is one."""
    data = decoded(text)
    if data is None:
        return
    file = out_dir / (name or f"image-{number}")
    file.write_bytes(data)
    facts = measured(file)
    if facts is None:
        file.unlink()
    else:
        images.append(facts)


def measured(file: Path) -> dict[str, JSON] | None:
    """Format and size of a picture as its bytes say, None for anything else; nothing is decoded."""
    try:
        with pixels.strict(MAX_PIXELS):
            found = container.examine(file)
            if found.format not in FORMATS:
                return None
            with file.open("rb") as stream, pixels.open_as(stream, found.format) as image:
                width, height = image.size
    except Rejected:
        return None
    if width * height > MAX_PIXELS:
        return None
    return {"file": str(file), "format": found.format, "width": width, "height": height}


def said(documents: list[Any], found: list[dict[str, Any]]) -> dict[str, JSON]:
    """What the provider says it did, and what it counted."""
    actual: dict[str, JSON] = {}
    usage: dict[str, JSON] = {}
    for document in documents:
        if isinstance(document, dict):
            actual |= {name: value for name in SAID if (value := _word(document.get(name)))}
            usage = _together(usage, _counts(document.get("usage")))
    revised = next((text for entry in found if (text := entry.get("revised_prompt"))), None)
    if isinstance(revised, str):
        actual["revised_prompt"] = complaints.clean(revised, "", SPEECH)
    return {"actual": actual, "usage": usage or None}


def unreadable(documents: list[Any]) -> Rejected:
    """The refusal of an answer without pictures; some say why with a status of 200."""
    complaint = next(map(complaints.of_document, documents), complaints.Complaint())
    return Rejected(
        "answer_unreadable",
        {"reason": "no_picture", "code": complaint.code[:WORD], "text": complaint.text[:SPEECH]},
    )


def _word(value: Any) -> str:
    return complaints.clean(value, "", WORD) if isinstance(value, str) else ""


def _counts(usage: Any) -> dict[str, JSON]:
    """The numbers of a usage, those of its details included."""
    if not isinstance(usage, dict):
        return {}
    counts: dict[str, JSON] = {}
    for name, value in list(usage.items())[:MAX_USAGE]:
        if isinstance(value, dict):
            details = list(value.items())[:MAX_USAGE]
            counts[_word(name)] = {_word(key): n for key, n in details if _is_count(n)}
        elif _is_count(value):
            counts[_word(name)] = value
    return counts


def _is_count(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12


def _together(one: dict[str, JSON], other: dict[str, JSON]) -> dict[str, JSON]:
    """What two pictures of a stream count together.

    Each says what it counted itself: the tokens "in the output image", which add up, and those "in
    the input prompt", which was sent once, whoever of them repeats it.
    """
    total = _added(one, other, once=False)
    read, written = total.get("input_tokens"), total.get("output_tokens")
    if _is_count(read) and _is_count(written) and "total_tokens" in total and one:
        total["total_tokens"] = read + written
    return total


def _added(one: dict[str, JSON], other: dict[str, JSON], *, once: bool) -> dict[str, JSON]:
    total = dict(one)
    for name, value in other.items():
        before, is_sent = total.get(name), once or name.startswith(SENT)
        if isinstance(value, dict):
            total[name] = _added(before if isinstance(before, dict) else {}, value, once=is_sent)
        elif isinstance(value, int | float):
            known = before if isinstance(before, int | float) else 0
            total[name] = max(known, value) if is_sent else known + value
    return total
