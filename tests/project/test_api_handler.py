"""Bodies of calls: counted, drained, and read without an announced length."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from editor.api.arrivals import IN_MEMORY_BYTES
from editor.models import Edit
from project import api_handler
from project.body_limit import BodyLimit
from tests.api.calling import EDITS, Came, Line, acall, make_caller
from tests.api.studio import form

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
LIMIT = 100_000


def limited() -> BodyLimit:
    return BodyLimit(
        api_handler.ApiHandler(), limit=LIMIT, refusal=api_handler.too_large, drained=3 * LIMIT
    )


def send(pieces: list[bytes], **headers: str) -> tuple[Came, list[bytes]]:
    """The answer, and the pieces that nobody took."""
    left = list(pieces)

    class Taken(list[bytes]):
        def __iter__(self):  # type: ignore[no-untyped-def]
            while left:
                yield left.pop(0)

    body = Taken(pieces)
    said = {name.replace("_", "-"): value for name, value in headers.items()}
    came = asyncio.run(acall("POST", EDITS, body, headers=said, application=limited()))
    return came, left


def refused(came: Came) -> None:
    assert came.told == (413, "request_too_large", None)
    assert came.headers["x-request-id"].startswith("req_")
    assert came.headers["content-type"] == "application/json"
    assert came.headers["connection"] == "close"


def test_a_body_announced_too_large_is_drained_and_refused(db: None) -> None:
    came, left = send([b"x" * LIMIT, b"x"], content_length=str(LIMIT + 1))
    refused(came)
    assert left == []


def test_whoever_waits_to_be_told_sends_nothing(db: None) -> None:
    came, left = send([b"x" * LIMIT] * 2, content_length=str(2 * LIMIT), expect="100-Continue")
    refused(came)
    assert len(left) == 2


def test_a_body_without_a_length_is_counted_and_drained(db: None, data_dir: Path) -> None:
    came, left = send([b"x" * LIMIT, b"x", b"x" * LIMIT])
    refused(came)
    assert left == []
    assert list((data_dir / "scratch").iterdir()) == []


def test_nobody_is_drained_for_ever(db: None) -> None:
    came, left = send([b"x" * LIMIT] * 9, content_length=str(9 * LIMIT))
    refused(came)
    assert len(left) == 6


def test_a_length_that_lies_is_counted(db: None) -> None:
    came, _left = send([b"x" * LIMIT, b"x"], content_length="5")
    refused(came)


def test_a_form_in_pieces_without_a_length_is_read(people: People) -> None:
    caller = make_caller(people)
    body, kind = form(size="7x7")  # refused by what is in it, so it was read
    pieces = [body[at : at + 777] for at in range(0, len(body), 777)]
    headers = caller.said({"content-type": kind, "transfer-encoding": "chunked"})
    came = asyncio.run(acall("POST", EDITS, pieces, headers=headers))
    assert came.told == (400, "invalid_value", "size")


def test_a_body_larger_than_memory_lies_in_the_scratch_folder_for_a_moment(
    people: People, data_dir: Path
) -> None:
    caller = make_caller(people)
    body, kind = form(("padding", b"x" * (IN_MEMORY_BYTES + 1), "p.bin"), size="7x7")
    pieces = [body[at : at + 1_000_000] for at in range(0, len(body), 1_000_000)]
    headers = caller.said({"content-type": kind})
    came = asyncio.run(acall("POST", EDITS, pieces, headers=headers))
    assert came.told == (400, "invalid_value", "size")
    assert list((data_dir / "scratch").iterdir()) == []


def test_a_client_that_leaves_while_it_sends_leaves_nothing(people: People, data_dir: Path) -> None:
    caller = make_caller(people)
    body, kind = form()
    line = Line()
    line.gone.set()

    class Half(list[bytes]):
        """The client hangs up before the last piece."""

        def __len__(self) -> int:
            return 3

    headers = caller.said({"content-type": kind})
    came = asyncio.run(acall("POST", EDITS, Half([body[:500]]), headers=headers, line=line))
    assert (came.status, Edit.objects.count()) == (0, 0)
    assert list((data_dir / "scratch").iterdir()) == []
