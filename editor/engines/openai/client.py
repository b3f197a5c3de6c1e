"""Sends one request over one connection and brings its answer to disk.

Where the attempt stands is known at every moment (`Phase`), for that decides what a failure
means: what never left may be sent again, what may have arrived may not (reliability.md 4.5).
Every wait has an end by our own clock, whatever the socket does.
"""

from __future__ import annotations

import asyncio
import json
from contextlib import ExitStack, aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

import httpx

from editor.engines.base import Answer
from editor.engines.errors import EngineError
from editor.engines.openai import errors, headers
from editor.engines.openai.body import BodyFile, TooLarge
from editor.engines.openai.complaints import clean
from editor.engines.openai.dial import AddressRefused, NameUnknown
from editor.engines.openai.listening import EVENT_STREAM, Listener
from editor.engines.openai.phases import LATE, LOST, TELL, Phase
from editor.engines.openai.upload import Upload, content

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Collection
    from pathlib import Path

    from editor.engines.base import Watch
    from editor.engines.errors import ProviderError
    from editor.engines.openai.provider import ProviderConfig, Timeouts
    from editor.engines.openai.upload import Sendable
    from editor.imaging.sandbox.wire import JSON

BODY: Final = "answer.body"
HEAD: Final = "answer.head"
ERROR_BYTES: Final = 64 * 1024
ERROR_SECONDS: Final = 10.0
OURS: Final = {"User-Agent": "Pentimento", "Accept": "*/*", "Accept-Encoding": "identity"}


@dataclass(slots=True)
class Clock:
    """One alarm for the whole attempt, set anew whenever something moves."""

    alarm: asyncio.Timeout
    end: float

    def allow(self, seconds: float) -> None:
        """The next sign of life must come within so many seconds."""
        now = asyncio.get_running_loop().time()
        self.alarm.reschedule(min(now + seconds, self.end))

    @asynccontextmanager
    async def stopped(self) -> AsyncIterator[None]:
        """What happens in here is ours, not the provider's time."""
        due = self.alarm.when()
        self.alarm.reschedule(None)
        try:
            yield
        finally:
            self.alarm.reschedule(due)


@dataclass(slots=True)
class Call:
    """One attempt.

    ``asked`` is how many pictures were asked for, ``inputs`` how many go along, ``optional`` what
    may be left out.
    """

    provider: ProviderConfig
    transport: httpx.AsyncBaseTransport
    watch: Watch
    work: Path
    asked: int = 1
    inputs: int = 1
    optional: Collection[str] = ()
    _phase: Phase = Phase.DIALLING
    _told: bool = False
    _head_told: dict[str, JSON] | None = None
    _listener: Listener | None = None
    _clock: Clock = field(init=False)
    _upload: Upload = field(init=False)

    async def send(self, outgoing: Sendable) -> Answer:
        """Return the answer, whole and on disk. Raises `ProviderError`.

        What breaks on our side before anything has left is an `EngineError` "not_prepared".
        """
        begun = asyncio.get_running_loop().time()
        with ExitStack() as files:
            try:
                request = self._request(outgoing, files)
                async with asyncio.timeout(self._times.connect) as alarm:
                    self._clock = Clock(alarm, begun + self._times.total)
                    self._clock.allow(self._times.connect)
                    return await self._exchange(request)
            except TimeoutError:
                return self._in_spite(self._late())
            except AddressRefused as refusal:
                raise errors.failure(refusal.code) from None
            except httpx.HTTPError as error:
                return self._in_spite(self._lost(error))
            except EngineError:
                raise
            except Exception as error:
                if self._may_have_left:
                    raise
                raise errors.not_prepared(error) from error
            finally:
                await self.transport.aclose()

    @property
    def _times(self) -> Timeouts:
        return self.provider.timeouts

    def _request(self, outgoing: Sendable, files: ExitStack) -> httpx.Request:
        """Put the request together; what is no address or key is told before anything leaves."""
        if not all(value.isascii() and value.isprintable() for value in outgoing.headers.values()):
            raise errors.failure("bad_key")
        try:
            request = httpx.Request(
                outgoing.method,
                outgoing.url,
                extensions={TELL: self._reached},
                **content(outgoing, OURS | dict(outgoing.headers), files),
            )
        except (httpx.InvalidURL, UnicodeError):
            raise errors.failure("bad_address") from None
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise TypeError("a request's body is read from this machine's memory and disk")
        request.stream = self._upload = Upload(request.stream, self._moved)
        return request

    def _moved(self) -> None:
        self._clock.allow(self._times.write)

    async def _reached(self, phase: Phase) -> None:
        """The line tells how far it is."""
        if phase == Phase.WAITING:
            await self._sent()
            return
        if phase == Phase.SENDING:
            async with self._clock.stopped():
                await self.watch.leaving()
            self._clock.allow(self._times.write)
        self._phase = phase

    async def _sent(self) -> None:
        """Everything has left: tell it once, then wait for the head."""
        if not self._told:
            self._told, self._phase = True, Phase.WAITING
            async with self._clock.stopped():
                await self.watch.sent()
            self._clock.allow(self._times.read)

    async def _exchange(self, request: httpx.Request) -> Answer:
        response = await self.transport.handle_async_request(request)
        try:
            head = self._head_told = self._head(response)
            if self._upload.is_over or response.is_success:
                await self._sent()
            self._phase = Phase.READING
            async with self._clock.stopped():
                await self.watch.headed(head)
            if not response.is_success:
                raise await self._refusal(response)
            return await self._keep(response, head)
        finally:
            await response.aclose()

    def _head(self, response: httpx.Response) -> dict[str, JSON]:
        said = response.headers
        length = said.get("content-length", "")
        return {
            "status": response.status_code,
            "request_id": clean(headers.request_id(said), self.provider.key, 100),
            "content_type": said.get("content-type", "").partition(";")[0].strip().lower()[:100],
            "content_length": int(length) if length.isdecimal() else None,
            "content_encoding": said.get("content-encoding", "").strip().lower()[:40],
            "asked": self.asked,
            "inputs": self.inputs,
        }

    async def _refusal(self, response: httpx.Response) -> ProviderError:
        """Read as much of an error's body as can be had; the status alone says enough."""
        body = bytearray()
        self._clock.alarm.reschedule(None)
        with suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(min(ERROR_SECONDS, self._times.read)):
                async with aclosing(parts(response)) as pieces:
                    async for piece in pieces:
                        body += piece
                        if len(body) >= ERROR_BYTES:
                            break
        return errors.of_answer(
            response.status_code,
            response.headers,
            bytes(body[:ERROR_BYTES]),
            key=self.provider.key,
            optional=self.optional,
            now=datetime.now(UTC),
        )

    async def _keep(self, response: httpx.Response, head: dict[str, JSON]) -> Answer:
        """Bring the body to disk as it comes."""
        length, cap = head["content_length"], self.provider.max_answer_bytes
        if isinstance(length, int) and length > cap:
            raise errors.failure("answer_too_large")
        try:
            return await self._store(response, head)
        except TooLarge:
            raise errors.failure("answer_too_large") from None
        except OSError:
            raise errors.failure("answer_not_stored") from None

    async def _store(self, response: httpx.Response, head: dict[str, JSON]) -> Answer:
        answer = Answer(self.work / BODY, head)
        (self.work / HEAD).write_text(json.dumps(head), encoding="utf-8")
        body = BodyFile(answer.file, most=self.provider.max_answer_bytes)
        if head["content_type"] == EVENT_STREAM and not head["content_encoding"]:
            self._listener = Listener(body, self.watch, self.provider.key, self.asked)
        try:
            await self._fill(response, body)
        finally:
            await body.close()
        return answer

    async def _fill(self, response: httpx.Response, body: BodyFile) -> None:
        listener = self._listener
        self._clock.allow(self._times.read)
        async with aclosing(parts(response)) as pieces:
            async for piece in pieces:
                await body.write(piece)
                if listener:
                    await listener.take(piece)
                    if listener.is_over:
                        break
                self._clock.allow(self._times.idle if listener else self._times.read)
        if listener:
            await listener.finish()

    def _in_spite(self, failure: ProviderError) -> Answer:
        """Return what came before the failure if that is a picture, else raise the failure."""
        if self._listener and self._listener.pictures and self._head_told:
            return Answer(self.work / BODY, self._head_told)
        raise failure from None

    @property
    def _may_have_left(self) -> bool:
        """Whether a part of the body was given to the line, be it that all of it is stuck there."""
        if self._phase == Phase.SENDING:
            return self._upload.offered > 0
        return self._phase in {Phase.WAITING, Phase.READING}

    def _late(self) -> ProviderError:
        if self._phase == Phase.SENDING and not self._may_have_left:
            return errors.failure("lost_before_sending")
        return errors.failure(LATE[self._phase])

    def _lost(self, error: httpx.HTTPError) -> ProviderError:
        if isinstance(error, NameUnknown):
            return errors.failure("name_unknown")
        if self._phase == Phase.SENDING and not self._may_have_left:
            return errors.failure("lost_before_sending")
        if self._phase == Phase.WAITING and isinstance(error, httpx.ProtocolError):
            return errors.failure("bad_answer_head")
        return errors.failure(LOST[self._phase])


async def parts(response: httpx.Response) -> AsyncGenerator[bytes]:
    """The body as it comes, not inflated."""
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError("an answer of an asynchronous transport is asynchronous")
    async for part in stream:
        yield part
