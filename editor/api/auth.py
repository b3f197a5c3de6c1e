"""Who asks: a key in the header, and nothing else. Cookies mean nothing here."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest

from editor.api import refusals
from editor.api.entrance import penned, quick
from editor.api.errors import ApiError
from editor.api.per_loop import PerLoop
from editor.services import api_keys, rate_limits
from editor.services.api_keys import KeyRefused
from editor.services.together import Together

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Sequence

    from django.http.response import HttpResponseBase

    from editor.access.fetch import Door
    from editor.models import ApiKey, Scope
    from editor.services.rate_limits import Allowance

# So long what was found of a key is taken for true. A body may come for hours, and a key that was
# revoked meanwhile opens nothing.
FRESH_SECONDS: Final = 5.0
# A token, and what its key must be made for.
type Ask = tuple[str, Scope]

REASONS: Final[dict[type[KeyRefused], str]] = {
    api_keys.UnknownKey: "Incorrect API key. Make one on the project's page “API keys”.",
    api_keys.RevokedKey: "This API key was revoked. Make another on the project's page “API keys”.",
    api_keys.ExpiredKey: "This API key has expired. Make another on the project's page “API keys”.",
    api_keys.StrandedKey: (
        "This API key opens nothing any more: its member may no longer edit in its project, or "
        "the project is gone."
    ),
    api_keys.RestingKey: "The project of this API key is archived. An owner can restore it.",
}


@dataclass(frozen=True, slots=True)
class Caller:
    """The key that a call came with, the project it opens, and how often it may still ask."""

    key: ApiKey
    door: Door
    allowance: Allowance

    @property
    def headers(self) -> dict[str, str]:
        """What an SDK may read of its limits."""
        return limits(self.allowance)


class Admission:
    """A key that is looked up, and its request counted, while the rest of the call arrives.

    Nobody need ask what came of it: a client may hang up meanwhile.
    """

    def __init__(self, token: str, scope: Scope) -> None:
        self._token = token
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._told = _gate().begin((token, scope))

    @property
    def has_failed(self) -> bool:
        """Whether it is known by now that the call is refused."""
        told = self._told
        return told.done() and (told.cancelled() or told.exception() is not None)

    async def caller(self) -> Caller:
        """Return who asks, by a key that opens its project now. Raises ApiError."""
        caller = await self._told
        if self._loop.time() - self._began <= FRESH_SECONDS:
            return caller
        return await quick(_again, caller, self._token)


class ApiRequest(HttpRequest):
    """A request as views behind `needs_key` see it."""

    admission: Admission
    caller: Caller


def needs_key[View: Callable[..., Coroutine[Any, Any, HttpResponseBase]]](
    scope: Scope,
) -> Callable[[View], Callable[..., Coroutine[Any, Any, HttpResponseBase]]]:
    """Let only calls with a key of that scope through; `request.caller` says whose."""

    def begin(request: ApiRequest) -> Admission:
        request.admission = Admission(token_of(request), scope)
        return request.admission

    def guard(view: View) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
        @wraps(view)
        async def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.caller = await request.admission.caller()
            headers = request.caller.headers
            try:
                response = await view(request, *args, **kwargs)
            except ApiError as error:
                error.headers = {**headers, **error.headers}
                raise
            for name, value in headers.items():
                response[name] = value
            return response

        guarded.begin = begin  # type: ignore[attr-defined]
        return guarded

    return guard


def token_of(request: HttpRequest) -> str:
    """Return the token as OpenAI's clients send it, or as Azure's do. Raises ApiError."""
    kind, _space, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer" and token.strip():
        return token.strip()
    if token := request.headers.get("api-key", "").strip():
        return token
    raise refusals.no_key()


def admit(token: str, scope: Scope) -> Caller:
    """Return who asks, one request counted. Raises ApiError."""
    (told,) = admit_each([(token, scope)])
    if isinstance(told, ApiError):
        raise told
    return told


def admit_each(asks: Sequence[Ask]) -> list[Caller | ApiError]:
    """Return who asks, or why not; each key is looked up once, and all its requests counted."""
    told: dict[int, Caller | ApiError] = {}
    for token in dict.fromkeys(token for token, _scope in asks):
        mine = [(number, scope) for number, (one, scope) in enumerate(asks) if one == token]
        told |= _admitted(token, mine)
    return [told[number] for number in range(len(asks))]


def _admitted(token: str, asks: Sequence[tuple[int, Scope]]) -> dict[int, Caller | ApiError]:
    try:
        key, door = api_keys.enter(token)
    except KeyRefused as refused:
        return {number: _refused(refused) for number, _scope in asks}
    told: dict[int, Caller | ApiError] = {
        number: _lacks(scope) for number, scope in asks if not key.may(scope)
    }
    counted = [number for number, _scope in asks if number not in told]
    for number, allowance in zip(counted, rate_limits.take_each(key, len(counted)), strict=True):
        if isinstance(allowance, rate_limits.TooMany):
            told[number] = _too_many(allowance)
        else:
            told[number] = Caller(key, door, allowance)
    return told


def _again(caller: Caller, token: str) -> Caller:
    """Return who asks, as things are now; nothing is counted. Raises ApiError."""
    try:
        key, door = api_keys.enter(token)
    except KeyRefused as refused:
        raise _refused(refused) from None
    return replace(caller, key=key, door=door)


def _refused(refused: KeyRefused) -> ApiError:
    return refusals.bad_key(REASONS[type(refused)])


def _lacks(scope: Scope) -> ApiError:
    return ApiError(
        HTTPStatus.FORBIDDEN,
        f"This API key was not made for that: it lacks the scope {scope}.",
        code="insufficient_permissions",
    )


def _new_gate() -> Together[Ask, Caller]:
    async def admit_all(asks: Sequence[Ask]) -> list[Caller | ApiError]:
        return await penned(admit_each, asks)

    return Together(admit_all)


_gate: Final = PerLoop(_new_gate)


def _too_many(much: rate_limits.TooMany) -> ApiError:
    text = (
        f"This API key may ask {much.allowance.limit} times a minute. "
        f"Try again in {much.retry_after} s."
    )
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS,
        text,
        type="requests",
        code="rate_limit_exceeded",
        headers={"retry-after": str(much.retry_after), **limits(much.allowance)},
    )


def limits(allowance: Allowance) -> dict[str, str]:
    """Return OpenAI's headers for how often a key may ask."""
    return {
        "x-ratelimit-limit-requests": str(allowance.limit),
        "x-ratelimit-remaining-requests": str(allowance.remaining),
        "x-ratelimit-reset-requests": f"{allowance.reset_seconds}s",
    }
