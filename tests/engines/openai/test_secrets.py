"""The key leaves in one header field and is nowhere else (row 55)."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from itertools import count
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from editor.engines.errors import ProviderError
from editor.engines.openai import wire
from editor.engines.openai.catalog import unlisted
from tests.engines.openai.pictures import b64, picture
from tests.engines.openai.setting import (
    KEY,
    Watcher,
    answer,
    make_engine,
    make_provider,
    make_request,
    prepare,
    send,
)
from tests.engines.openai.test_client import CHUNKED, GOOD, HASTY, against, scripted
from tests.engines.openai.test_listening import HEAD, LAST, event, partial

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.engines.openai.setting import Handler

ECHO = json.dumps({"error": {"message": f"bad {KEY}", "code": KEY, "param": KEY}}).encode()
ERROR = event("error", error={"message": f"bad key {KEY}", "code": KEY})


def at_debug(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "httpx", "asyncio"):
        caplog.set_level(logging.DEBUG, logger=name)


def everything(outcome: Any, folder: Path, caplog: pytest.LogCaptureFixture) -> str:
    """All that is left of an attempt: logs, the error with its traceback, and files."""
    said = [record.getMessage() for record in caplog.records]
    said += [record.exc_text or "" for record in caplog.records]
    said.append(repr(outcome))
    if isinstance(outcome, ProviderError):
        said += traceback.format_exception(outcome)
        said += [str(vars(outcome)), str(outcome.__context__), str(outcome.__cause__)]
    said += [file.read_bytes().decode("latin-1") for file in _files(folder)]
    return "\n".join(said)


def _files(folder: Path) -> Iterator[Path]:
    """All but the answer itself, which is kept as the provider wrote it."""
    return (path for path in folder.rglob("*") if path.is_file() and path.name != "answer.body")


async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


@pytest.mark.parametrize(
    ("handler", "base_url"),
    [
        (deaf, ""),
        (scripted(None), ""),
        (scripted(b"nonsense " + KEY.encode() + b"\r\n\r\n"), ""),
        (scripted(1.0), ""),
        (scripted(answer(GOOD, length=900), None), ""),
        (scripted(CHUNKED + b"zz\r\n"), ""),
        *((scripted(answer(ECHO, status=f"{status} No", )), "")
          for status in (301, 400, 401, 403, 408, 429, 451, 500, 503)),
        (scripted(answer(KEY.encode(), status="502 Bad")), ""),
        (scripted(HEAD, ERROR, LAST), ""),
        (scripted(HEAD, partial(), LAST), ""),
        (scripted(), "https://nobody.invalid/v1"),
        (scripted(), "http://8.8.8.8/v1"),
        (scripted(), "http://127.0.0.1:1/v1"),
        (scripted(), "https://127.0.0.1:1/v1"),
        (scripted(), "http://[::1/v1"),
    ],
    ids=count(),
)  # fmt: skip
def test_row_55_no_failure_tells_the_key(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, handler: Handler, base_url: str
) -> None:
    at_debug(caplog)
    changes: dict[str, Any] = {"base_url": base_url} if base_url else {}
    outcome = against(handler, tmp_path, timeouts=HASTY, **changes)
    assert isinstance(outcome, ProviderError)
    assert KEY not in everything(outcome, tmp_path, caplog)
    assert KEY[-12:] not in everything(outcome, tmp_path, caplog)


@pytest.mark.parametrize("key", ["sk-canary-\u00e9-Zq8vT5nB2x", "sk-canary-Zq8vT5nB2x\nX: y"])
def test_row_55_an_impossible_key_is_not_quoted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, key: str
) -> None:
    at_debug(caplog)
    outcome = against(scripted(), tmp_path, key=key)
    assert isinstance(outcome, ProviderError)
    assert "Zq8vT5nB2x" not in everything(outcome, tmp_path, caplog)


def test_row_55_nothing_tells_the_key_when_all_is_well(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    at_debug(caplog)
    watch = Watcher()
    fields = (f"X-Request-Id: {KEY}", "Content-Type: application/json")
    body = json.dumps({"data": [{"b64_json": b64(picture(size=(300, 300)))}]}).encode()
    outcome = against(scripted(answer(body, fields[1])), tmp_path, watch=watch)
    said = everything(outcome, tmp_path, caplog)
    assert KEY not in said + repr(watch)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert b64(picture(size=(300, 300)))[:80] not in logged
    against(scripted(answer(body, *fields)), tmp_path, watch=watch)
    assert KEY not in repr(watch) + (tmp_path / "answer.head").read_text()


def test_row_55_the_key_stands_in_one_header_field(tmp_path: Path) -> None:
    seen: list[httpx.Request] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, content=GOOD)

    engine = make_engine(make_provider(), transport=lambda: httpx.MockTransport(handler))
    asyncio.run(send(engine, make_request(tmp_path), Watcher()))
    (request,) = seen
    holding = [name for name, value in request.headers.items() if KEY in value]
    assert holding == ["authorization"]
    assert KEY.encode() not in request.content
    assert KEY not in str(request.url)


def test_row_55_nothing_shows_the_key_by_its_repr(tmp_path: Path) -> None:
    provider = make_provider()
    request = make_request(tmp_path)
    engine = make_engine(provider)
    asyncio.run(prepare(engine, request))
    made = json.loads((tmp_path / "outgoing.json").read_text())
    outgoing = wire.build(provider, unlisted("any-model"), request, made)
    assert KEY in str(outgoing.headers)
    assert KEY not in repr(provider) + repr(outgoing) + repr(engine) + repr(request)
