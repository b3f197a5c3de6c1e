"""Pictures that lie elsewhere: fetched only where the operator allows it, and from nowhere inside.

Each address is judged where it is dialled (engines.openai.dial), that of a redirect like the first.
"""

from __future__ import annotations

import asyncio
import re
import time
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import httpx
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils.module_loading import import_string

from editor.api import errors, pictures
from editor.engines.openai.body import BodyFile, TooLarge
from editor.engines.openai.client import OURS, parts
from editor.engines.openai.dial import AddressRefused, Policy, Transport

if TYPE_CHECKING:
    from collections.abc import Callable

    from editor.api.call import File

type Line = Callable[[], httpx.AsyncBaseTransport]

# For all pictures of one call together: a call holds a thread while they come.
SECONDS: Final = 30.0
HOPS: Final = 3
MOST_ADDRESS: Final = 8192
WRITABLE: Final = re.compile(r"[^\s\x00-\x1f\x7f\ud800-\udfff]+")
MOST_PORT: Final = 65_535
# Pictures come as image/…, as bytes, or unnamed.
NEVER: Final = ("text/", "application/json", "application/xml", "application/xhtml")


def line() -> httpx.AsyncBaseTransport:
    """A connection to the public net, over https, and to nothing else."""
    return Transport(Policy())


def is_one(text: str) -> bool:
    """Whether a text is an address of the web."""
    return text[:8].lower().startswith(("http://", "https://"))


class Links:
    """Fetches the pictures of one call, within the time and the room that they have together."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self._seconds = seconds
        self._room: int = settings.MAX_BODY_BYTES

    def fetched(self, url: str, param: str) -> File:
        """The picture at an address. Raises ApiError, naming `param`."""
        if not settings.API_FETCH_URLS:
            raise off(param)
        address = checked(url, param)
        file = TemporaryUploadedFile(pictures.UNNAMED, "", 0, None)
        try:
            self._fetch(address, file, param)
        except BaseException:
            file.close()
            raise
        return file

    def _fetch(self, address: httpx.URL, file: TemporaryUploadedFile, param: str) -> None:
        began = time.monotonic()
        out = Path(file.temporary_file_path())
        most = min(settings.MAX_UPLOAD_BYTES, self._room)
        try:
            asyncio.run(bring(address, out, param, most=most, seconds=self._seconds))
        except TooLarge:
            raise pictures.too_large(param) from None
        except (AddressRefused, httpx.TransportError, TimeoutError):
            # One answer for all: what is inside a network is nobody's business.
            raise unfetched(param, "nothing can be fetched from there") from None
        file.size = out.stat().st_size
        self._room -= file.size
        self._seconds = max(0.0, self._seconds - (time.monotonic() - began))


async def bring(address: httpx.URL, out: Path, param: str, *, most: int, seconds: float) -> None:
    """Write to `out` what lies at an address, or where that leads.

    Raises ApiError, TooLarge, TimeoutError, AddressRefused, httpx.TransportError.
    """
    new_line: Line = import_string(settings.API_FETCH_LINE)
    async with asyncio.timeout(seconds):
        for _hop in range(HOPS + 1):
            async with new_line() as transport:
                response = await transport.handle_async_request(
                    httpx.Request("GET", address, headers=OURS)
                )
                try:
                    if not response.has_redirect_location:
                        return await _store(response, out, param, most)
                finally:
                    await response.aclose()
            address = _next(address, response.headers["location"], param)
    raise unfetched(param, "it leads on too often")


async def _store(response: httpx.Response, out: Path, param: str, most: int) -> None:
    if response.status_code != httpx.codes.OK:
        raise unfetched(param, f"its server answered {response.status_code}")
    if response.headers.get("content-type", "").lower().startswith(NEVER):
        raise unfetched(param, "it is a page and not a picture")
    body = BodyFile(out, most=most)
    try:
        async with aclosing(parts(response)) as pieces:
            async for piece in pieces:
                await body.write(piece)
    finally:
        await body.close()


def _next(address: httpx.URL, location: str, param: str) -> httpx.URL:
    try:
        joined = address.join(location)
    except (httpx.InvalidURL, ValueError):
        raise unfetched(param, "it leads nowhere") from None
    return checked(str(joined), param)


def checked(url: str, param: str) -> httpx.URL:
    """An address that may be asked for. Raises ApiError."""
    try:
        address = httpx.URL(url if len(url) <= MOST_ADDRESS and WRITABLE.fullmatch(url) else "")
    except (httpx.InvalidURL, ValueError):
        address = httpx.URL("")
    if address.scheme == "http":
        raise unfetched(param, "addresses must begin with https://")
    is_one = address.scheme == "https" and address.host and (address.port or 0) <= MOST_PORT
    if not is_one or address.userinfo:
        raise unfetched(param, "this is not an address")
    return address


def unfetched(param: str, why: str) -> errors.ApiError:
    """An address with nothing for us."""
    return errors.invalid(param, f"Invalid '{param}': {why}.", "invalid_image_url")


def off(param: str) -> errors.ApiError:
    """Why no address is fetched here, and what to do instead."""
    return unfetched(
        param,
        "this server fetches no pictures from addresses. Send the file itself, or a data URL"
        " (data:image/png;base64,…). Its operator can allow addresses with"
        " PENTIMENTO_API_FETCH_URLS",
    )
