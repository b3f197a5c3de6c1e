"""Refusals that have nothing to do with what was asked for: who asks, where, and how often."""

from http import HTTPStatus

from django.conf import settings

from editor.api.errors import ApiError

# SDKs send anything from 500 up, and 408, 409 and 429, twice more unless told not to.
DO_NOT_RETRY = {"x-should-retry": "false"}
SERVER = "server_error"


def no_such_path(method: str, path: str) -> ApiError:
    """Return the answer to an address that nobody serves."""
    text = f"Unknown request URL: {method} {path}. Please check the URL for typos."
    return ApiError(HTTPStatus.NOT_FOUND, text, code="unknown_url")


def wrong_method(method: str, allowed: str) -> ApiError:
    """Return the answer to a method that an address does not take."""
    text = f"{method} is not taken here. Send {allowed}."
    return ApiError(
        HTTPStatus.METHOD_NOT_ALLOWED, text, code="method_not_allowed", headers={"Allow": allowed}
    )


def not_found() -> ApiError:
    """Return the answer to an object that is not there for this key."""
    return ApiError(HTTPStatus.NOT_FOUND, "There is no such thing here.", code="not_found")


def forbidden(text: str) -> ApiError:
    """Return the answer to a key that may not do this."""
    return ApiError(
        HTTPStatus.FORBIDDEN, text or "This key may not do that.", code="permission_denied"
    )


def no_key() -> ApiError:
    """Return the answer to a call without a key."""
    text = (
        "You did not provide an API key. Send one of this studio in the Authorization header: "
        "Authorization: Bearer sk-pent-…"
    )
    return ApiError(HTTPStatus.UNAUTHORIZED, text, code="invalid_api_key")


def bad_key(text: str) -> ApiError:
    """Return the answer to a key that opens nothing, or nothing any more."""
    return ApiError(HTTPStatus.UNAUTHORIZED, text, code="invalid_api_key")


def body_too_large() -> ApiError:
    """Return the answer to a body over the limit."""
    text = (
        f"The request is larger than the {settings.MAX_CALL_BYTES // 1024**2} MB allowed. "
        "Send smaller pictures, or compress them more."
    )
    return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, text, code="request_too_large")


def disk_full() -> ApiError:
    """Return the answer when nothing can be kept: to try again at once is no use."""
    return ApiError(
        HTTPStatus.INSUFFICIENT_STORAGE,
        "The server's disk is full; nothing was sent. Tell whoever runs this studio.",
        type=SERVER,
        code="disk_full",
        headers=DO_NOT_RETRY,
    )


def unavailable() -> ApiError:
    """Return the answer when the database does not answer: trying again may help."""
    return ApiError(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The studio's database does not answer right now. Try again.",
        type=SERVER,
        code="unavailable",
        headers={"retry-after": "2"},
    )


def internal(identity: str) -> ApiError:
    """Return the answer to a fault of ours."""
    text = f"Something went wrong on our side. It is in the server's log under {identity}."
    return ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, text, type=SERVER, code="internal_error")


def over_budget(text: str) -> ApiError:
    """Return the answer when a budget has no room: trying again does not help."""
    return ApiError(
        HTTPStatus.TOO_MANY_REQUESTS,
        text,
        type="insufficient_quota",
        code="insufficient_quota",
        headers=DO_NOT_RETRY,
    )


def not_agreed(host: str) -> ApiError:
    """Return the answer where the key's member has not agreed yet that pictures leave for a host."""
    text = (
        f"Pictures would leave for {host}, and the member of this key has not agreed to that yet. "
        "Send one edit with this model from the canvas: it asks, once."
    )
    return ApiError(HTTPStatus.FORBIDDEN, text, code="consent_needed", param="model")
