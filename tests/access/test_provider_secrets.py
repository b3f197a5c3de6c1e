"""A provider's key is in no page, log, record, dump or report: a canary is looked for everywhere."""

from __future__ import annotations

import io
import logging
import sys
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client, RequestFactory
from django.urls import reverse
from django.views.debug import ExceptionReporter

from editor.admin import site
from editor.models import Provider
from editor.services import environment, providers, vault
from tests.access.test_matrix import TABLE, Scene, scene
from tests.making import PASSWORD, make_provider

if TYPE_CHECKING:
    from types import TracebackType

    from tests.conftest import People

__all__ = ["scene"]

CANARY = "sk-kanarienvogel-0123456789"
OF_SETTINGS = "sk-nachtigall-0123456789"
FIELDS = {
    "preset": "openai", "name": "N", "base_url": "https://api.openai.com", "key": CANARY,
    "offered": "gpt-image-2", "concurrency": "8", "model": "gpt-image-2",
}  # fmt: skip


def assert_silent(text: str, where: str) -> None:
    assert CANARY not in text, where
    assert OF_SETTINGS not in text, where


@pytest.fixture
def keyed(scene: Scene, settings: Any, caplog: pytest.LogCaptureFixture) -> Scene:
    """Every provider there is has the canary for a key, and the settings have another."""
    caplog.set_level(logging.DEBUG)
    settings.OPENAI_API_KEY = OF_SETTINGS
    environment.sync()
    settings.PROVIDER_PROBE = "tests.scripted_probe.good"
    for row in (scene.provider, scene.shared):
        row.key_encrypted, row.key_tail = vault.seal(CANARY), providers.tail(CANARY)
        row.save()
    return scene


def everywhere() -> str:
    """Every column of every row of every table."""
    with connection.cursor() as cursor:
        found = []
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            found.append(str(cursor.fetchall()))
    return "\n".join(found)


@pytest.mark.parametrize("who", ["olga", "emil", "staff", "anonymous"])
def test_no_page_and_no_log_holds_it(
    keyed: Scene, who: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = keyed.client(who)
    for name in sorted(TABLE):
        for method, fields in (("get", {}), ("post", FIELDS)):
            if name in {"account_logout", "delete_project", "usersessions_list"}:
                continue
            response = getattr(client, method)(keyed.url(name), fields)
            assert_silent(str(response.headers), name)
            if not response.streaming:
                assert_silent(response.content.decode(errors="replace"), f"{method} {name}")
    assert_silent(caplog.text, "the log")
    assert_silent(everywhere(), "the database")


def test_what_waits_for_the_password_is_sealed(keyed: Scene) -> None:
    client = keyed.client("olga")
    page = keyed.url("project_add_provider")
    response = client.post(page, FIELDS)
    assert response.headers["Location"].startswith(reverse("account_reauthenticate"))
    assert_silent(everywhere(), "the database")
    assert_silent(str(dict(client.session.items())), "the session")
    client.post(response.headers["Location"], {"password": PASSWORD})
    assert providers.config(Provider.objects.latest("pk")).key == CANARY
    assert_silent(everywhere(), "the database")


def test_the_administration_does_not_hold_it(keyed: Scene) -> None:
    client = keyed.client("staff")
    for model in site._registry:
        stem = f"admin:editor_{model.__name__.lower()}"
        pages = [reverse(f"{stem}_changelist")]
        for row in model._default_manager.all():
            pages += [reverse(f"{stem}_{page}", args=[row.pk]) for page in ("change", "history")]
        for page in pages:
            text = client.get(page).content.decode()
            assert_silent(text, page)
            assert keyed.provider.key_encrypted not in text


def test_a_dump_holds_it_encrypted(keyed: Scene) -> None:
    out = io.StringIO()
    call_command("dumpdata", "editor", stdout=out)
    assert keyed.provider.key_encrypted in out.getvalue()
    assert_silent(out.getvalue(), "the dump")


def crash() -> tuple[Any, Any, TracebackType]:
    """What is being handled, from our own view on: the test's client knows what it sent."""
    kind, error, trace = sys.exc_info()
    while trace is not None and "/editor/" not in trace.tb_frame.f_code.co_filename:
        trace = trace.tb_next
    assert trace is not None
    return kind, error, trace


def locals_of(trace: TracebackType | None) -> str:
    """What a collector of errors would send along: the variables of each frame."""
    found = []
    while trace is not None:
        found.append(repr(trace.tb_frame.f_locals))
        trace = trace.tb_next
    return "\n".join(found)


def test_a_crash_during_the_test_tells_no_key(
    keyed: Scene, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.PROVIDER_PROBE = "tests.scripted_probe.crashing"
    client = keyed.client("olga")
    page = keyed.url("project_provider_probe")
    try:
        client.post(page, FIELDS | {"key": ""})
    except RuntimeError:
        kind, error, trace = crash()
        assert_silent(locals_of(trace), "variables")
        request = RequestFactory().post(page)
        assert_silent(ExceptionReporter(request, kind, error, trace).get_traceback_html(), "page")
    else:
        pytest.fail("the probe was to crash")
    client.raise_request_exception = False
    response = client.post(page, FIELDS)
    assert response.status_code == 500
    assert_silent(response.content.decode(), "the error page")
    assert_silent(caplog.text, "the log")


@pytest.mark.parametrize("name", ["project_add_provider", "project_provider"])
def test_a_crash_while_it_is_saved_reports_no_key(
    keyed: Scene, settings: Any, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Neither what Django would mail to the administrators nor the variables hold it."""
    settings.PROVIDER_RESOLVER = "tests.making.look_up_and_crash"
    client = keyed.client("olga")
    try:
        client.post(keyed.url(name), FIELDS)
    except RuntimeError:
        kind, error, trace = crash()
        assert_silent(locals_of(trace), "variables")
        request = trace.tb_frame.f_locals["request"]
        assert request.POST["key"] == CANARY
        report = ExceptionReporter(request, kind, error, trace)
        assert_silent(report.get_traceback_text() + report.get_traceback_html(), "the report")
    else:
        pytest.fail("looking the name up was to crash")
    assert_silent(caplog.text, "the log")


def test_nothing_that_holds_a_key_prints_it(people: People, settings: Any) -> None:
    row = make_provider(people.project, key=CANARY)
    wanted = providers.Settings("N", "openai", row.base_url, ("m",), CANARY)
    assert_silent(repr([row, providers.config(row), wanted]), "repr")
    client = Client()
    assert client.get("/providers/").status_code == 302
