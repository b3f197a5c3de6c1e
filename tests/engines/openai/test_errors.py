"""What a provider's answer means, row by row (reliability.md 4.5), and how its words are read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from editor.engines.errors import ErrorClass, Execution, ProviderError, Trouble
from editor.engines.openai import complaints, errors, headers
from tests.engines.openai.setting import KEY

NOW = datetime(2026, 11, 26, 3, 0, 0, tzinfo=UTC)
NO, YES, UNKNOWN = Execution.NO, Execution.YES, Execution.UNKNOWN


def envelope(code: Any = None, text: str = "It did not work.", **more: Any) -> bytes:
    error = {"message": text, "type": "invalid_request_error", "param": None, "code": code}
    return json.dumps({"error": error | more}).encode()


def of(
    status: int, body: bytes = b"", optional: set[str] | None = None, **fields: str
) -> ProviderError:
    named = httpx.Headers({name.replace("_", "-"): value for name, value in fields.items()})
    return errors.of_answer(status, named, body, key=KEY, optional=optional or set(), now=NOW)


@pytest.mark.parametrize(
    ("status", "code", "execution", "retries", "error_class", "trouble"),
    [
        (400, "bad_request", NO, 0, ErrorClass.INPUT, Trouble.NONE),
        (401, "key_rejected", NO, 0, ErrorClass.OURS, Trouble.KEY_REJECTED),
        (402, "quota", NO, 0, ErrorClass.BUDGET, Trouble.QUOTA),
        (403, "key_rejected", NO, 0, ErrorClass.OURS, Trouble.KEY_REJECTED),
        (404, "not_found", NO, 0, ErrorClass.OURS, Trouble.NONE),
        (413, "too_large", NO, 0, ErrorClass.INPUT, Trouble.NONE),
        (415, "unsupported_media", NO, 0, ErrorClass.OURS, Trouble.NONE),
        (418, "bad_request", NO, 0, ErrorClass.INPUT, Trouble.NONE),
        (422, "bad_request", NO, 0, ErrorClass.INPUT, Trouble.NONE),
        (429, "rate_limited", NO, 5, ErrorClass.BUSY, Trouble.BUSY),
        (451, "moderation", NO, 0, ErrorClass.REFUSED, Trouble.NONE),
        *(
            (status, "no_verdict", UNKNOWN, 0, ErrorClass.UNKNOWN, Trouble.NONE)
            for status in (408, 409, 425)
        ),
        *(
            (status, "provider_failed", UNKNOWN, 0, ErrorClass.UNKNOWN, Trouble.BUSY)
            for status in (500, 501, 502, 503, 504, *range(520, 525), 529)
        ),
        *(
            (status, "redirected", UNKNOWN, 0, ErrorClass.UNKNOWN, Trouble.NONE)
            for status in (300, 301, 302, 303, 304, 307, 308)
        ),
    ],
)
def test_row_49_every_status_has_one_meaning(
    status: int,
    code: str,
    execution: Execution,
    retries: int,
    error_class: ErrorClass,
    trouble: Trouble,
) -> None:
    error = of(status, envelope())
    assert (error.code, error.execution, error.retries) == (code, execution, retries)
    assert (error.error_class, error.trouble) == (error_class, trouble)
    assert error.permanent is (retries == 0)
    assert (error.upstream.status, error.upstream.text) == (status, "It did not work.")


@pytest.mark.parametrize("status", [400, 403, 429])
@pytest.mark.parametrize("code", sorted(complaints.QUOTA))
def test_row_49_an_empty_account_is_not_asked_again(status: int, code: str) -> None:
    error = of(status, envelope(code), retry_after="1")
    assert (error.code, error.retries, error.trouble) == ("quota", 0, Trouble.QUOTA)


def test_row_49_the_code_counts_more_than_the_type() -> None:
    busy = envelope("rate_limit_exceeded", type="insufficient_quota")
    assert of(429, busy).code == "rate_limited"
    assert of(429, envelope(None, type="insufficient_quota")).code == "quota"


@pytest.mark.parametrize("status", [400, 403, 422, 451])
@pytest.mark.parametrize("code", sorted(complaints.MODERATION))
def test_row_49_a_refusal_keeps_the_providers_words(status: int, code: str) -> None:
    error = of(status, envelope(code, "Your request was rejected by the safety system."))
    assert (error.code, error.execution, error.retries) == ("moderation", NO, 0)
    assert error.error_class == ErrorClass.REFUSED
    assert error.upstream.text == "Your request was rejected by the safety system."


def test_row_49_overload_is_tried_again_only_when_the_provider_says_so() -> None:
    forced = of(503, envelope("server_is_overloaded"), x_should_retry="true")
    assert (forced.code, forced.execution, forced.retries) == ("overloaded", NO, 3)
    assert of(503, envelope("server_is_overloaded")).execution == UNKNOWN
    assert of(500, b"", x_should_retry="true").execution == UNKNOWN


def test_row_50_the_providers_no_wins() -> None:
    error = of(429, envelope(), x_should_retry="false", retry_after="2")
    assert (error.code, error.retries, error.permanent) == ("rate_limited", 0, True)


@pytest.mark.parametrize(
    ("fields", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 2.5 "}, 2.5),
        ({"retry-after": "Thu, 26 Nov 2026 03:00:40 GMT"}, 40),
        ({"retry-after": "Thu, 26 Nov 2026 02:00:00 GMT"}, 0),
        ({"retry-after": "Thu, 26 Nov 2026 03:00:40 -0000"}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": "-5"}, 0),
        ({"retry-after": "1000000000"}, 300),
        ({"retry-after": "inf"}, 300),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "Mon, 99 Foo 2026 99:99:99 GMT"}, None),
        ({"retry-after-ms": "1500", "retry-after": "60"}, 1.5),
        ({"retry-after-ms": "soon", "retry-after": "60"}, 60),
    ],
)
def test_row_50_how_long_to_wait(fields: dict[str, str], seconds: float | None) -> None:
    assert headers.retry_after(fields, now=NOW) == seconds


@pytest.mark.parametrize(
    ("body", "code", "param", "text"),
    [
        (envelope("invalid_value", param="size"), "invalid_value", "size", "It did not work."),
        (envelope(404), "404", "", "It did not work."),
        (b'{"error": {"message": "Bad", "code": "404"}}', "404", "", "Bad"),
        (b'{"error": "no such model"}', "", "", "no such model"),
        (b'{"error": "busy", "code": 7}', "7", "", "busy"),
        (b'{"message": "flat", "code": "x"}', "x", "", "flat"),
        (b'{"detail": "Not found"}', "", "", "Not found"),
        (
            b'{"detail": [{"loc": ["body", "n"], "msg": "too many", "type": "value_error"}]}',
            "",
            "n",
            "too many",
        ),
        (b'{"detail": {"error": {"message": "inner", "code": "c"}}}', "c", "", "inner"),
        (b'{"error": null}', "", "", ""),
        (b'{"error": {"message": null, "code": null}}', "", "", ""),
        (b'["a"]', "", "", ""),
        (b'"just text"', "", "", "just text"),
        (b"<html><head><title>x</title></head><h1>502 Bad Gateway</h1>", "", "", "502 Bad Gateway"),
        (b"", "", "", ""),
        (b"\xff\xfe plain", "", "", "\ufffd\ufffd plain"),
        (b"[" * 100_000, "", "", "[" * 299 + "…"),
    ],
)
def test_row_48_every_shape_of_an_error_is_one_typed_error(
    body: bytes, code: str, param: str, text: str
) -> None:
    error = of(400, body, x_request_id="req-1")
    upstream = error.upstream
    assert (upstream.code, upstream.param, upstream.text) == (code, param, text)
    assert (upstream.status, upstream.request_id) == (400, "req-1")
    assert error.permanent


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (envelope("unknown_parameter", param="input_fidelity"), "input_fidelity"),
        (envelope("unknown_parameter", "Unknown parameter: 'input_fidelity'."), "input_fidelity"),
        (envelope("unsupported_parameter", param="input_fidelity"), "input_fidelity"),
        (envelope("unknown_parameter", param="prompt"), ""),
        (envelope("unknown_parameter"), ""),
        (envelope("invalid_value", param="input_fidelity"), ""),
    ],
)
def test_an_unknown_parameter_may_be_left_out_if_it_is_optional(body: bytes, named: str) -> None:
    error = of(400, body, optional={"input_fidelity", "quality"})
    assert error.unknown_parameter == named
    assert error.execution == NO
    assert (error.code, error.retries) == (
        ("unknown_parameter", 1) if named else ("bad_request", 0)
    )


def test_only_a_400_proves_that_nothing_was_done() -> None:
    body = envelope("unknown_parameter", param="quality")
    assert of(500, body, optional={"quality"}).unknown_parameter == ""


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (f"Incorrect API key provided: {KEY}.", "Incorrect API key provided: …"),
        (f"key {KEY[:14]} is wrong", "key … is wrong"),
        (f"ends with {KEY[-12:]}", "ends with …"),
        ("You sent sk-proj-abc***********wxyz", "You sent …"),
        ("Authorization: Bearer abcdefgh", "Authorization: …"),
        ("a\x00b\r\nc\u202ed\u200be\x1b[31m", "a b c d e [31m"),
        ("image " + "iVBORw0KGgo" * 20, "image …"),
        ("long words " * 100, ("long words " * 100)[:299] + "…"),
    ],
)
def test_row_55_the_providers_words_are_cleaned(said: str, shown: str) -> None:
    assert complaints.clean(said, KEY) == shown


@pytest.mark.parametrize(
    ("data", "has_begun", "code", "execution"),
    [
        (envelope("moderation_blocked"), True, "moderation", NO),
        (envelope("moderation_blocked"), False, "moderation", NO),
        (envelope("insufficient_quota"), False, "quota", NO),
        (envelope("insufficient_quota"), True, "stream_failed", UNKNOWN),
        (envelope("server_error"), False, "stream_failed", UNKNOWN),
        (
            b'{"type": "error", "code": "server_error", "message": "m"}',
            True,
            "stream_failed",
            UNKNOWN,
        ),
    ],
)
def test_an_error_in_a_stream_proves_little(
    data: bytes, has_begun: bool, code: str, execution: Execution
) -> None:
    error = errors.of_event(data, key=KEY, has_begun=has_begun)
    assert (error.code, error.execution, error.retries) == (code, execution, 0)


@pytest.mark.parametrize("code", sorted(errors.ROWS))
def test_every_row_is_sound(code: str) -> None:
    """Only what was not executed may be sent again; the rest is nobody's budget or input."""
    error = errors.failure(code)
    assert error.code == code
    assert error.message.endswith(".")
    assert not error.retries or error.execution == NO
    assert (error.error_class == ErrorClass.UNKNOWN) is (error.execution != NO)
