"""The server: reads requests, writes them down, and answers as it was told to."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from tests.faults.fake_provider import asks, canned, pages, streams
from tests.faults.fake_provider.answers import Answer
from tests.faults.fake_provider.case import Case, pause
from tests.faults.fake_provider.drifts import names
from tests.faults.fake_provider.exchange import Exchange, Gone, read_head
from tests.faults.fake_provider.faults import Fault, Stage
from tests.faults.fake_provider.painting import encode, paint
from tests.faults.fake_provider.refusals import Refusal, envelope
from tests.faults.fake_provider.registry import markers
from tests.faults.fake_provider.rules import Job, dialect_of, judge

if TYPE_CHECKING:
    from tests.faults.fake_provider.asks import Ask
    from tests.faults.fake_provider.ledger import Ledger
    from tests.faults.fake_provider.script import Script

PREFIX = re.compile(r"/~([^~/]+)~(/.*)")
OPEN_ROUTES = {"inpainting"}


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where this provider is, and where another host would be."""

    home: str
    elsewhere: str


class Provider:
    """One provider on one port, with a canary on another."""

    def __init__(self, ledger: Ledger, script: Script, *, canned_bytes: int = 0) -> None:
        self.ledger = ledger
        self.script = script
        self.shelf = pages.Shelf()
        self.addresses = Addresses("", "")
        self._canned = canned.body(canned_bytes) if canned_bytes else b""
        self._numbers = itertools.count(1)

    async def connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection at home."""
        await self._serve(reader, writer, elsewhere=False)

    async def elsewhere(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection at the other host, where nobody should come unasked."""
        await self._serve(reader, writer, elsewhere=True)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, elsewhere: bool
    ) -> None:
        try:
            while head := await read_head(reader):
                exchange = Exchange(reader, writer, head)
                exchange.extra_headers["x-request-id"] = f"req_{uuid4().hex}"
                await (self._canary(exchange) if elsewhere else self._request(exchange))
                if not exchange.lasting or head.headers.get("connection", "").lower() == "close":
                    break
        except Gone:
            writer.write(b"HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n")
        except ConnectionError:
            pass  # the client has seen enough
        finally:
            writer.close()

    async def _canary(self, exchange: Exchange) -> None:
        await exchange.read_body()
        if not await pages.result(exchange, self):
            await pages.canary(exchange, self)

    async def _request(self, exchange: Exchange) -> None:
        prefix = ""
        if found := PREFIX.fullmatch(exchange.head.target.replace("%3A", ":").replace("%2A", "*")):
            prefix = found[1]
            exchange.head = replace(exchange.head, target=found[2])
        if exchange.head.method == "POST" and asks.route_of(exchange.head):
            await self._edit(exchange, prefix)
            return
        await exchange.read_body()
        await pages.answer(exchange, self)

    async def _edit(self, exchange: Exchange, prefix: str) -> None:
        if early := self.script.early(prefix):
            await early[0].act(self._case(exchange), early[1])
            return
        await exchange.read_body()
        try:
            ask = await asyncio.to_thread(asks.read, exchange.head, exchange.body)
        except Refusal as refusal:
            await self._note(exchange, None, f"refused:{refusal.code}")
            await exchange.respond_json(refusal.status, envelope(refusal))
            return
        try:
            await self._answer(exchange, ask, self.script.late(prefix, ask))
        except Refusal as refusal:
            await self._note(exchange, ask, f"refused:{refusal.code}")
            await exchange.respond_json(refusal.status, envelope(refusal, dialect_of(ask)))

    async def _answer(
        self, exchange: Exchange, ask: Ask, ordered: tuple[Fault, str] | None
    ) -> None:
        """Refuse, fail, or draw. Raises Refusal."""
        if ordered and ordered[0].stage == Stage.REFUSAL:
            await self._note(exchange, ask, ordered[0].name, charged=ordered[0].charged)
            await pause(self._delay(ask))
            await ordered[0].act(self._case(exchange, ask), ordered[1])
            return
        authorise(exchange, ask)
        if self._canned and not ordered:
            await self._note(exchange, ask, "canned", charged=True)
            await pause(self._delay(ask))
            await exchange.respond(200, self._canned)
            return
        job = await asyncio.to_thread(judge, ask)
        name = ordered[0].name if ordered else "edit"
        charged = ordered[0].charged if ordered else True
        await self._note(exchange, ask, name, charged=charged, usage=job.usage)
        case = self._case(exchange, ask, job)
        if ordered:
            await pause(self._delay(ask))
            await ordered[0].act(case, ordered[1])
        else:
            await self._honestly(case, self._delay(ask))

    async def _honestly(self, case: Case, delay: float) -> None:
        if case.ask and case.job and case.ask.streams and case.job.model.dialect == "openai":
            count = case.job.partials + case.job.n
            answer = await case.answer()
            pace = delay / count
            await streams.send(case.exchange, answer, pace=pace, done=self.script.done)
            return
        answer, _ = await asyncio.gather(case.answer(), pause(delay))
        await case.exchange.respond(200, json.dumps(answer.to_json()).encode())

    def _case(self, exchange: Exchange, ask: Ask | None = None, job: Job | None = None) -> Case:
        async def draw() -> Answer:
            if job is None:
                raise RuntimeError("nothing to draw")
            return await asyncio.to_thread(self._draw, job)

        home, elsewhere = self.addresses.home, self.addresses.elsewhere
        return Case(exchange, home, elsewhere, self.shelf.keep, ask, job, draw)

    def _draw(self, job: Job) -> Answer:
        """Paint and encode. Raises Refusal for pictures that turn out broken."""
        drift = names(markers(job.ask.prompt).get("drift", "")) or self.script.drift
        files = tuple(encode(paint(job, number, drift), job) for number in range(job.n))
        if not job.as_url:
            return Answer(job, files)
        home = "" if job.model.dialect == "sglang" else self.addresses.home
        return Answer(job, files, tuple(home + self.shelf.keep(f, "image/png") for f in files))

    def _delay(self, ask: Ask) -> float:
        return float(markers(ask.prompt).get("delay", self.script.delay))

    async def _note(
        self,
        exchange: Exchange,
        ask: Ask | None,
        answer: str,
        *,
        charged: bool = False,
        usage: dict[str, Any] | None = None,
    ) -> None:
        """Write the request down before it is answered."""
        headers = exchange.head.headers
        own = headers.get("idempotency-key", "")
        asked = headers.get("x-client-request-id", "")
        await self.ledger.add(
            "edit",
            number=next(self._numbers),
            answer=answer,
            charged=charged,
            token=own or asked,
            idempotency_key=own,
            client_request_id=asked,
            path=exchange.head.target,
            content_type=headers.get("content-type", "").split(";")[0],
            key=pages.key_of(headers)[-4:],
            bytes=len(exchange.body),
            usage=usage,
            **(await asyncio.to_thread(contents, ask) if ask else {}),
        )


def contents(ask: Ask) -> dict[str, Any]:
    """Return what the ledger keeps of a request's body."""
    return {
        "transport": ask.transport,
        "model": ask.model,
        "prompt": ask.prompt,
        "fields": {name: value for name, value in ask.fields.items() if name != "prompt"},
        "images": [picture.to_json() for picture in ask.images],
        "mask": ask.mask.to_json() if ask.mask else None,
    }


def authorise(exchange: Exchange, ask: Ask) -> None:
    """Any key opens, but one with "wrong" or "unverified" in it. Raises Refusal."""
    key = pages.key_of(exchange.head.headers)
    if ask.route in OPEN_ROUTES:
        return
    if not key or "wrong" in key:
        text = f"Incorrect API key provided: …{key[-4:]}." if key else "You provided no API key."
        raise Refusal(401, text, code="invalid_api_key")
    if "unverified" in key:
        raise Refusal(403, "Your organization must be verified to use this model.")
