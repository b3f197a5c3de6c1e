"""Everything that is no edit: models, results, and what tests ask and order."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.faults.fake_provider.faults import FAULTS
from tests.faults.fake_provider.models import MODELS
from tests.faults.fake_provider.refusals import Refusal, envelope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.faults.fake_provider.exchange import Exchange
    from tests.faults.fake_provider.provider import Provider

CREATED = 1_780_000_000
FLAKY_TIMES = 2


class Shelf:
    """Results that can be fetched, each once."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[bytes, str]] = {}
        self._asked: dict[str, int] = {}

    def keep(self, data: bytes, content_type: str) -> str:
        """Keep a file and return its path."""
        path = f"/results/{uuid4().hex}.png"
        self._kept[path] = data, content_type
        return path

    def take(self, path: str) -> tuple[bytes, str] | None:
        """Hand a file out, for good."""
        return self._kept.pop(path, None)

    def asked(self, path: str) -> int:
        """Count how often this was asked for."""
        self._asked[path] = self._asked.get(path, 0) + 1
        return self._asked[path]


def key_of(headers: Mapping[str, str]) -> str:
    """Return the key, from wherever the kinds of service look for it."""
    bearer = headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return bearer[7:].strip()
    return headers.get("api-key", "") or headers.get("x-api-key", "")


async def answer(exchange: Exchange, provider: Provider) -> None:
    """Answer a request at home."""
    path, method = exchange.head.path, exchange.head.method
    if path == "/ledger":
        await _ledger(exchange, provider)
    elif (method, path) == ("POST", "/script"):
        await _script(exchange, provider)
    elif (method, path) == ("GET", "/faults"):
        lines = {name: fault.line for name, fault in FAULTS.items()}
        await exchange.respond_json(200, lines)
    elif path == "/redirect":
        target = f"{provider.addresses.elsewhere}/canary/result"
        await exchange.respond(302, b"", headers={"location": target})
    elif found := re.fullmatch(r"(?:/openai)?(?:/api)?(?:/v1)?/models(?:/(.+))?", path):
        await _models(exchange, provider, found[1])
    elif not await result(exchange, provider):
        refusal = Refusal(404, f"Invalid URL ({method} {path})")
        await exchange.respond_json(404, envelope(refusal))


async def _ledger(exchange: Exchange, provider: Provider) -> None:
    if exchange.head.method == "DELETE":
        provider.ledger.clear()
    await exchange.respond_json(200, provider.ledger.lines())


async def _script(exchange: Exchange, provider: Provider) -> None:
    try:
        provider.script.order(json.loads(exchange.body))
    except ValueError as error:
        await exchange.respond_json(400, {"error": f"{error!r}"})
        return
    await exchange.respond_json(200, {})


async def _models(exchange: Exchange, provider: Provider, name: str | None) -> None:
    key = key_of(exchange.head.headers)
    await provider.ledger.add("models", path=exchange.head.path, key=key[-4:])
    if not key or "wrong" in key:
        refusal = Refusal(401, "Incorrect API key provided.", code="invalid_api_key")
        await exchange.respond_json(401, envelope(refusal))
    elif name is None:
        data = [_model(known) for known in MODELS]
        await exchange.respond_json(200, {"object": "list", "data": data})
    elif name in MODELS:
        await exchange.respond_json(200, _model(name))
    else:
        refusal = Refusal(404, f"The model '{name}' does not exist.", code="model_not_found")
        await exchange.respond_json(404, envelope(refusal))


def _model(name: str) -> dict[str, Any]:
    about = {"object": "model", "created": CREATED, "owned_by": "fake", "shutdown_date": None}
    return {"id": name, **about}


async def result(exchange: Exchange, provider: Provider) -> bool:
    """Hand out a result, and say whether this was a request for one."""
    path = exchange.head.path
    if not path.startswith(("/results/", "/flaky/results/")):
        return False
    with_key = bool(key_of(exchange.head.headers))
    await provider.ledger.add("download", path=path, with_key=with_key)
    if path.startswith("/flaky") and provider.shelf.asked(path) <= FLAKY_TIMES:
        await exchange.respond(503, b"")
        return True
    held = provider.shelf.take(path.removeprefix("/flaky"))
    if held is None:
        await exchange.respond(404, b"gone", "text/plain")
    else:
        await exchange.respond(200, *held)
    return True


async def canary(exchange: Exchange, provider: Provider) -> None:
    """Note that somebody came where nobody should."""
    head = exchange.head
    with_key = bool(key_of(head.headers))
    await provider.ledger.add("canary", path=head.target, method=head.method, with_key=with_key)
    await exchange.respond_json(200, {"data": []})
