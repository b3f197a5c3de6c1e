"""The way in: which files may be cached for ever, and that every address has a limit."""

from __future__ import annotations

import asyncio
import importlib
from typing import TYPE_CHECKING, Any

import pytest

from editor.api import entrance
from editor.api.waiting import LOOKING_THREADS
from editor.http import ARCHIVE_THREADS
from tests.architecture.source import ROOT

if TYPE_CHECKING:
    from project.body_limit import Event

# Of PostgreSQL's 100, three are kept for its administrator.
POSTGRES_CONNECTIONS = 97
WORKER_CONNECTIONS = 2  # the database's thread and the heartbeat's
# There are no collected static files in a test.
pytestmark = pytest.mark.filterwarnings("ignore:No directory at")


@pytest.fixture
def asgi() -> Any:
    return importlib.import_module("project.asgi")


@pytest.mark.parametrize(
    ("url", "for_ever"),
    [
        ("/static/js/app.0123456789ab.js", True),
        ("/static/js/app.js", False),
        ("/static/django_htmx/htmx.min.js", False),
        ("/static/0123456789ab.css/app.js", False),
    ],
)
def test_only_hashed_names_are_kept_for_ever(asgi: Any, url: str, for_ever: bool) -> None:
    assert asgi._hashed("", url) is for_ever


@pytest.mark.parametrize(("path", "status"), [("/static/app.css", 404), ("/setup/", 413)])
def test_no_address_takes_a_body_without_end(asgi: Any, path: str, status: int) -> None:
    sent: list[Event] = []

    async def receive() -> Event:
        return {"type": "http.request", "body": b"x" * 4_000_000, "more_body": True}

    async def send(event: Event) -> None:
        sent.append(event)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
    }
    asyncio.run(asyncio.wait_for(asgi.application(scope, receive, send), 30))
    assert sent[0]["status"] == status


def test_three_web_processes_leave_postgresql_room_and_the_operator_knows(asgi: Any) -> None:
    pages = asgi.QUICK_THREADS + asgi.SLOW_THREADS + ARCHIVE_THREADS
    calls = entrance.QUICK_THREADS + entrance.PENS + entrance.SLOW_THREADS + LOOKING_THREADS
    each = pages + calls
    assert 3 * each + WORKER_CONNECTIONS <= POSTGRES_CONNECTIONS
    text = " ".join((ROOT / "docs/operations.md").read_text().split())
    assert f"at most {each} connections for each web process" in text
