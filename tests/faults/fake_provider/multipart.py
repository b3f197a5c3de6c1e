"""`multipart/form-data`, read as it is sent: names, file names and types as the client wrote them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.faults.fake_provider.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Part:
    """One part; without a ``filename`` it is a text field."""

    name: str
    filename: str | None
    content_type: str
    data: bytes


def parse(body: bytes, content_type: str) -> list[Part]:
    """Return the parts in the order they were sent. Raises Refusal."""
    found = re.search(r'boundary="?([^";]+)"?', content_type)
    if not found:
        raise Refusal(400, "The multipart body has no boundary.", code="invalid_body")
    pieces = (b"\r\n" + body).split(b"\r\n--" + found[1].encode("latin-1"))
    if len(pieces) < 2 or not pieces[-1].startswith(b"--"):
        raise Refusal(400, "The multipart body does not end.", code="invalid_body")
    return [_part(piece) for piece in pieces[1:-1]]


def _part(piece: bytes) -> Part:
    head, _, data = piece.partition(b"\r\n\r\n")
    lines = [line.partition(":") for line in head.decode("utf-8", "replace").split("\r\n") if line]
    headers = {name.strip().lower(): value.strip() for name, _, value in lines}
    about = headers.get("content-disposition", "")
    name = re.search(r'[; ]name="([^"]*)"', about)
    filename = re.search(r'filename="([^"]*)"', about)
    return Part(
        name=name[1] if name else "",
        filename=filename[1] if filename else None,
        content_type=headers.get("content-type", ""),
        data=data,
    )
