"""Every answer is numbered and in the envelope, whatever was asked."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied
from django.db import OperationalError
from django.http import Http404, HttpRequest

from editor.api import entrance
from editor.services.media import DiskFull
from tests.api.calling import EDITS, Came, call
from tests.api.studio import form

if TYPE_CHECKING:
    from tests.api.calling import Caller

pytestmark = pytest.mark.django_db(transaction=True)


def in_order(came: Came) -> None:
    """What holds for every answer."""
    assert came.headers["x-request-id"].startswith("req_")
    assert came.headers["content-type"] == "application/json"
    assert int(came.headers["content-length"]) == len(came.body)
    assert came.headers["x-content-type-options"] == "nosniff"
    assert came.headers["cache-control"] == "no-store"
    assert not {"location", "set-cookie", "vary"} & set(came.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1"),
        ("GET", "/v1/"),
        ("POST", "/v1/images/edits/"),
        ("POST", "/v1/images/edit"),
        ("POST", "/v1/responses"),
        ("GET", "/openai/"),
        ("GET", "/v1/images/results/"),
        ("GET", "/v1//models"),
        ("GET", "/v1/../setup"),
        ("GET", "/v1/%0d%0aset-cookie:a"),
        ("GET", "/v1/é\udc80"),
    ],
)
def test_an_unknown_path_is_not_found_in_the_envelope(method: str, path: str) -> None:
    came = call(method, path)
    in_order(came)
    assert came.told == (404, "unknown_url", None)


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH", "odd"])
def test_a_wrong_method_is_told_the_right_one(method: str) -> None:
    came = call(method, EDITS)
    assert (came.status, came.headers["allow"]) == (405, "POST")
    if method != "HEAD":
        in_order(came)
        assert came.code == "method_not_allowed"


@pytest.mark.parametrize("query", ["?", "?a=%ff%fe", "?a&b=&&=", "?" + "a=1&" * 2000, "?a=%00"])
def test_query_strings_mean_nothing(caller: Caller, query: str) -> None:
    came = caller.get(f"/v1/models{query}")
    in_order(came)
    assert came.status == 200


def test_two_calls_have_two_numbers() -> None:
    first, second = call("GET", "/v1/x"), call("GET", "/v1/x")
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (Http404("secret"), 404, "not_found"),
        (PermissionDenied("Not you."), 403, "permission_denied"),
        (BadRequest("Bad."), 400, "invalid_value"),
        (DiskFull(), 507, "disk_full"),
        (OperationalError("secret"), 503, "unavailable"),
        (ZeroDivisionError("secret"), 500, "internal_error"),
        (RecursionError("secret"), 500, "internal_error"),
    ],
)
def test_any_error_is_told_without_its_trace(
    error: Exception, status: int, code: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        told = entrance._translated(error, "req_1")
    assert (told.status, told.code) == (status, code)
    assert "secret" not in str(told.to_json())
    assert ("req_1" in caplog.text) is (status in {500} or code == "unavailable")


def test_a_fault_of_ours_is_logged_by_the_calls_number(
    caller: Caller, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.MAX_MEGAPIXELS = None  # what nobody thought of
    body, kind = form()
    came = caller.post(EDITS, body, kind)
    in_order(came)
    assert came.told == (500, "internal_error", None)
    assert came.headers["x-request-id"] in came.error["message"]
    assert f"call {came.headers['x-request-id']} broke off" in caplog.text
    assert "Traceback" not in came.body.decode()


def test_a_view_never_sees_a_strange_path() -> None:
    request = HttpRequest()
    request.method, request.path_info = "GET", "v1"
    response = asyncio.run(entrance.Visit(request).answer())
    assert (response.status_code, response["content-type"]) == (404, "application/json")
