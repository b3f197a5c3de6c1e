"""Who asks: a key in the header, and nothing else. Cookies mean nothing here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpRequest

from editor.api import refusals
from editor.api.entrance import quick
from editor.api.errors import ApiError
from editor.services import api_keys, rate_limits
from editor.services.api_keys import KeyRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from django.http.response import HttpResponseBase

    from editor.access.fetch import Door
    from editor.models import ApiKey, Scope
    from editor.services.rate_limits import Allowance

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


class ApiRequest(HttpRequest):
    """A request as views behind `needs_key` see it."""

    caller: Caller


def needs_key[View: Callable[..., Coroutine[Any, Any, HttpResponseBase]]](
    scope: Scope,
) -> Callable[[View], Callable[..., Coroutine[Any, Any, HttpResponseBase]]]:
    """Let only calls with a key of that scope through; `request.caller` says whose."""

    def guard(view: View) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
        @wraps(view)
        async def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
            request.caller = await quick(admit, token_of(request), scope)
            headers = request.caller.headers
            try:
                response = await view(request, *args, **kwargs)
            except ApiError as error:
                error.headers = {**headers, **error.headers}
                raise
            for name, value in headers.items():
                response[name] = value
            return response

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
    try:
        key, door = api_keys.enter(token)
    except KeyRefused as refused:
        raise refusals.bad_key(REASONS[type(refused)]) from None
    if not key.may(scope):
        raise ApiError(
            HTTPStatus.FORBIDDEN,
            f"This API key was not made for that: it lacks the scope {scope}.",
            code="insufficient_permissions",
        )
    try:
        return Caller(key, door, rate_limits.take(key))
    except rate_limits.TooMany as much:
        raise _too_many(much) from None


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
