"""Faults that are an answer with an error status."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

from tests.faults.fake_provider.refusals import Refusal, envelope
from tests.faults.fake_provider.registry import Stage, add, fault

if TYPE_CHECKING:
    from tests.faults.fake_provider.case import Case
    from tests.faults.fake_provider.registry import Act

CANARY_PATH = "/canary"
HTML = "<!DOCTYPE html><html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"

# name: status, type, code, message
ENVELOPES: dict[str, tuple[int, str, str | None, str]] = {
    "400": (400, "invalid_request_error", "invalid_value", "Something in this request is wrong."),
    "401": (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    "402": (402, "", None, "This account has no credit left."),
    "403": (403, "invalid_request_error", None, "Your organization must be verified."),
    "404": (404, "invalid_request_error", "model_not_found", "The model does not exist."),
    "408": (408, "timeout_error", None, "The request took too long."),
    "409": (409, "conflict_error", None, "Another request holds the lock."),
    "413": (413, "invalid_request_error", None, "The body is too large."),
    "415": (415, "invalid_request_error", None, "Expected `Content-Type: application/json`."),
    "422": (422, "invalid_request_error", "invalid_value", "The request cannot be processed."),
    "425": (425, "invalid_request_error", None, "Too early."),
    "429": (429, "requests", "rate_limit_exceeded", "Rate limit reached for images per minute."),
    "429-slow-down": (429, "rate_limit_error", "slow_down", "Slow down."),
    "429-quota": (429, "insufficient_quota", "insufficient_quota", "You exceeded your quota."),
    "429-credit": (429, "insufficient_quota", "credit_balance_exhausted", "No credit is left."),
    "429-spend-limit": (
        *(429, "insufficient_quota", "project_spend_limit_exceeded", "The limit is reached."),
    ),
    "429-billing": (
        *(429, "invalid_request_error", "billing_hard_limit_reached", "The hard limit is reached."),
    ),
    "500": (500, "server_error", None, "The server had an error."),
    "503": (503, "service_unavailable_error", "server_is_overloaded", "Overloaded."),
    "529": (529, "overloaded_error", None, "Overloaded."),
}
# Gateways answer in HTML; what they gave up waiting for may well have been drawn.
GATEWAYS = {
    "413-html": (413, False),
    "502": (502, True),
    "504": (504, True),
    "520": (520, True),
    "521": (521, False),
    "522": (522, False),
    "523": (523, False),
    "524": (524, True),
}
REDIRECTS = (301, 302, 303, 307, 308)


def refuse(refusal: Refusal, **headers: str) -> Act:
    """Return the act of answering so."""

    async def act(case: Case, _argument: str) -> None:
        await case.exchange.respond_json(refusal.status, envelope(refusal), **headers)

    return act


def _gateway(status: int) -> Act:
    async def act(case: Case, _argument: str) -> None:
        body = HTML.format(f"{status}: the gateway gave up").encode()
        await case.exchange.respond(status, body, "text/html")

    return act


def _redirect(status: int) -> Act:
    async def act(case: Case, argument: str) -> None:
        target = argument or f"{case.elsewhere}{CANARY_PATH}/{status}"
        await case.exchange.respond(status, b"", headers={"location": target})

    return act


for _name, (_status, _kind, _code, _text) in ENVELOPES.items():
    _refusal = Refusal(_status, _text, code=_code, kind=_kind)
    add(_name, Stage.REFUSAL, f"{_status}: {_text}", refuse(_refusal), charged=False)
for _name, (_status, _charged) in GATEWAYS.items():
    _line = f"{_status} of a gateway, in HTML."
    add(_name, Stage.REFUSAL, _line, _gateway(_status), charged=_charged)
for _status in REDIRECTS:
    _line = f"{_status} to a canary elsewhere, or to the address given."
    add(str(_status), Stage.REFUSAL, _line, _redirect(_status), charged=False)


@fault("429-retry-after", Stage.REFUSAL)
async def retry_after(case: Case, argument: str) -> None:
    """429 with this Retry-After: seconds, "date+SECONDS", or any rubbish."""
    value = argument or "1"
    if value.startswith("date"):
        when = datetime.now(UTC) + timedelta(seconds=int(value.removeprefix("date")))
        value = format_datetime(when, usegmt=True)
    await _limited(case, retry_after=value)


@fault("429-retry-after-ms", Stage.REFUSAL)
async def retry_after_ms(case: Case, argument: str) -> None:
    """429 with retry-after-ms, and a Retry-After that says otherwise."""
    await _limited(case, retry_after="60", retry_after_ms=argument or "200")


async def _limited(case: Case, **headers: str) -> None:
    text = "Rate limit reached for images per minute."
    refusal = Refusal(429, text, code="rate_limit_exceeded", kind="requests")
    await refuse(refusal, **headers)(case, "")


@fault("503-should-retry", Stage.REFUSAL)
async def should_retry(case: Case, _argument: str) -> None:
    """503 with x-should-retry: true: it was certainly not executed."""
    refusal = Refusal(503, "Overloaded.", code="server_is_overloaded", kind="server_error")
    await refuse(refusal, x_should_retry="true")(case, "")


@fault("moderation", Stage.REFUSAL)
async def moderation(case: Case, argument: str) -> None:
    """400 moderation_blocked, at the stage given (input or output)."""
    refusal = Refusal(
        400,
        "Your request was rejected by the safety system.",
        code="moderation_blocked",
        kind="image_generation_user_error",
        moderation_details={"moderation_stage": argument or "input", "categories": ["violence"]},
    )
    await refuse(refusal)(case, "")


@fault("451", Stage.REFUSAL)
async def relay_moderation(case: Case, _argument: str) -> None:
    """451: how some relays say that a prompt was blocked."""
    refusal = Refusal(451, "Blocked by content policy.", code="content_policy_violation")
    await refuse(refusal)(case, "")


@fault("unknown-parameter", Stage.REFUSAL)
async def unknown_parameter(case: Case, argument: str) -> None:
    """400 unknown_parameter for the field named; a request without it gets its edit."""
    name = argument or "quality"
    refusal = Refusal(400, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name)
    await refuse(refusal)(case, "")


@fault("error-text", Stage.REFUSAL)
async def error_text(case: Case, _argument: str) -> None:
    """400 whose "error" is a sentence, no object."""
    await case.exchange.respond_json(400, {"error": "The picture is not to our liking."})


@fault("error-detail", Stage.REFUSAL)
async def error_detail(case: Case, _argument: str) -> None:
    """422 as FastAPI writes it: {"detail": [{"loc", "msg"}]}."""
    detail = [{"loc": ["body", "quality"], "msg": "Field is not allowed", "type": "extra"}]
    await case.exchange.respond_json(422, {"detail": detail})


@fault("error-empty", Stage.REFUSAL)
async def error_empty(case: Case, argument: str) -> None:
    """An error status with an empty body (400, or the one given)."""
    await case.exchange.respond(int(argument or 400), b"")


@fault("error-integer-code", Stage.REFUSAL)
async def error_integer_code(case: Case, _argument: str) -> None:
    """400 whose code is a number."""
    error = {"message": "Bad prompt.", "type": "", "code": 400}
    await case.exchange.respond_json(400, {"error": error})


@fault("error-flood", Stage.REFUSAL)
async def error_flood(case: Case, argument: str) -> None:
    """400 whose message is a megabyte with markup and control characters in it."""
    text = "<script>canary()</script>\x00\x1b[31m\r\n" * (int(argument or 1_000_000) // 32)
    await refuse(Refusal(400, text, code="invalid_value"))(case, "")


@fault("error-echo", Stage.REFUSAL)
async def error_echo(case: Case, _argument: str) -> None:
    """401 whose message holds the key that was sent."""
    key = case.exchange.head.headers.get("authorization", "").removeprefix("Bearer ")
    text = f"Incorrect API key provided: {key}."
    await refuse(Refusal(401, text, code="invalid_api_key"))(case, "")
