"""Fetches a result that the provider only gives an address of: at once, for it soon expires.

The fetch is free, so a lost connection is tried again. Nobody's key goes along, nothing is
followed, and the address must be the provider's own or one that its preset lists. Only the
provider's own scheme, host and port are reached as the provider is: all others over https and
nowhere inside.
"""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import httpx

from editor.engines.errors import ProviderError, Upstream
from editor.engines.openai import errors
from editor.engines.openai.body import BodyFile, TooLarge
from editor.engines.openai.client import OURS, parts
from editor.engines.openai.dial import AddressRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from editor.engines.openai.provider import ProviderConfig

type Line = Callable[[httpx.URL], httpx.AsyncBaseTransport]

# Waits between the tries, in seconds: a result may be named before it is there.
PAUSES: Final = (0.5, 2.0)
# Pictures come as image/…, as bytes, or unnamed; a page is an error that somebody made pretty.
NEVER: Final = ("text/", "application/json", "application/xml", "application/xhtml")


def allowed(host: str, provider: ProviderConfig) -> bool:
    """Whether results may be fetched from a host: the provider's own, or one that is listed.

    A listed name counts for those below it too; "*" is any.
    """
    own = (urlsplit(provider.base_url).hostname or "").lower().rstrip(".")
    listed = [str(name).lower() for name in provider.preset.manner.get("result_hosts", ())]
    name = host.lower().rstrip(".")
    return bool(name) and (
        name == own or "*" in listed or any(f".{name}".endswith(f".{one}") for one in listed)
    )


def is_own(url: httpx.URL, provider: ProviderConfig) -> bool:
    """Whether an address is at the provider itself: the same scheme, host and port."""
    own = httpx.URL(provider.base_url)
    return (url.scheme, url.host, url.port) == (own.scheme, own.host, own.port)


async def fetch(
    url: str,
    out: Path,
    *,
    provider: ProviderConfig,
    line_to: Line,
    pauses: Sequence[float] = PAUSES,
) -> Path:
    """Bring the result at ``url`` to the file ``out``. Raises `ProviderError`.

    What is not there yet, or lost on the way, is tried again after each of the pauses; what was
    fetched before is not fetched again, for some serve a result once.
    """
    if out.exists():
        return out
    absolute = _absolute(url, provider)
    for pause in (*pauses, None):
        try:
            async with asyncio.timeout(provider.timeouts.read):
                return await _try(absolute, out, provider.max_answer_bytes, line_to(absolute))
        except AddressRefused:
            raise _refused(absolute) from None
        except (httpx.TransportError, TimeoutError):
            failure = errors.failure("result_unreachable")
        except ProviderError as error:
            failure = error
            if error.code != "result_gone":
                raise
        if pause is not None:
            await asyncio.sleep(pause)
    raise failure


def _absolute(url: str, provider: ProviderConfig) -> httpx.URL:
    """The whole address of a result. Raises `ProviderError` where we never go."""
    try:
        absolute = httpx.URL(provider.base_url).join(url)
    except (httpx.InvalidURL, ValueError):
        raise errors.failure("result_host_refused") from None
    is_open = absolute.scheme == "https" or is_own(absolute, provider)
    if absolute.userinfo or not is_open or not allowed(absolute.host, provider):
        raise _refused(absolute)
    return absolute


def _refused(url: httpx.URL) -> ProviderError:
    return errors.failure("result_host_refused", Upstream(text=url.host[:200]))


async def _try(url: httpx.URL, out: Path, most: int, transport: httpx.AsyncBaseTransport) -> Path:
    async with transport:
        response = await transport.handle_async_request(httpx.Request("GET", url, headers=OURS))
        try:
            kind = response.headers.get("content-type", "").lower()
            if response.status_code != 200 or kind.startswith(NEVER):
                raise errors.failure("result_gone", Upstream(status=response.status_code))
            return await _store(response, out, most)
        finally:
            await response.aclose()


async def _store(response: httpx.Response, out: Path, most: int) -> Path:
    part = out.with_suffix(".part")
    body = BodyFile(part, most=most)
    try:
        async with aclosing(parts(response)) as pieces:
            async for piece in pieces:
                await body.write(piece)
    except TooLarge:
        raise errors.failure("answer_too_large") from None
    finally:
        await body.close()
    return part.rename(out)
