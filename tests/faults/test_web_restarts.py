"""The web process is ended while edits run and pages ask for news: nobody but it notices."""

from __future__ import annotations

import os
import signal
import threading
import time
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse

from editor.models import Edit
from tests.faults import paying
from tests.faults.fake import NO_TLS
from tests.faults.processes import environment, until
from tests.faults.test_kills import rests
from tests.faults.test_paid_kills import Ending, ending
from tests.making import make_mask, make_project, make_user
from tests.management.test_studio_process import Studio

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from editor.models import Picture, Project, Provider, User
    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]

# Long enough for the web to go and come back while a service works.
DELAY_SECONDS = 4.0
PAUSE_SECONDS = 0.2
# Its command line; the web's knows the word, too.
WORKER = "\0worker\0"


class Visitor:
    """A member's browser. Whatever the web cannot answer is asked again, as pages do."""

    def __init__(self, studio: Studio, user: User, stack: ExitStack) -> None:
        signed_in = Client()
        signed_in.force_login(user)
        cookies = {
            settings.SESSION_COOKIE_NAME: signed_in.cookies[settings.SESSION_COOKIE_NAME].value
        }
        client = httpx.Client(
            base_url=f"http://127.0.0.1:{studio.port}",
            cookies=cookies,
            verify=NO_TLS,
            trust_env=False,
            timeout=20,
        )
        self._http = stack.enter_context(client)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Return the answer, however often it takes. Fails on an error of the server's."""
        while True:
            try:
                answer = self._http.request(method, path, **more)
            except httpx.TransportError:
                time.sleep(PAUSE_SECONDS)
                continue
            assert answer.status_code < HTTPStatus.INTERNAL_SERVER_ERROR, answer.text
            return answer

    def soup(self, path: str) -> BeautifulSoup:
        return BeautifulSoup(self.ask("GET", path).text, "html.parser")

    def click(self, project: Project, picture: Picture, provider: Provider, key: str) -> None:
        """Send an edit from the canvas."""
        path = reverse("canvas", args=[project.slug, picture.public_id])
        token = self.soup(path).select_one("[name=csrfmiddlewaretoken]")
        assert token
        form = {
            "csrfmiddlewaretoken": str(token["value"]),
            "prompt": f"a red hat [[delay:{DELAY_SECONDS}]]",
            "engine": f"{provider.public_id}:{paying.MODEL}",
            "agreed_host": "127.0.0.1",
            "idem": key,
        }
        mask = make_mask((picture.width, picture.height), paying.BOX).read()
        answer = self.ask("POST", path, data=form, files={"mask": ("mask.png", mask)})
        assert answer.status_code == HTTPStatus.CREATED


class Page(threading.Thread):
    """An open gallery; what it was told of each edit, in the order it was told."""

    def __init__(self, visitor: Visitor, project: Project) -> None:
        super().__init__()
        self.told: dict[str, str] = {}
        self.left = threading.Event()
        self._visitor = visitor
        poller = visitor.soup(reverse("gallery", args=[project.slug])).select_one("pulse-poller")
        assert poller
        self._url, self._since = str(poller["url"]), str(poller["since"])

    def run(self) -> None:
        while not self.left.wait(PAUSE_SECONDS):
            path = str(httpx.URL(self._url).copy_set_param("since", self._since))
            answer = self._visitor.ask("GET", path, headers={"HX-Request": "true"})
            if answer.status_code == HTTPStatus.OK:
                self._since = answer.headers["X-Pulse"]
                for card in BeautifulSoup(answer.text, "html.parser").select("[data-edit-id]"):
                    self.told[str(card["data-edit-id"])] = str(card["data-state"])


@pytest.fixture
def studio(data_dir: Path) -> Iterator[Studio]:
    """One whose web and worker use the test's database and keys."""
    running = Studio(data_dir, **environment(), PENTIMENTO_SECRET_KEY=settings.SECRET_KEY)
    try:
        until(lambda: running.is_well("readyz"), "the studio is up")
        yield running
    finally:
        running.process.terminate()
        running.process.wait()


@contextmanager
def opened(pages: Sequence[Page]) -> Iterator[None]:
    for page in pages:
        page.start()
    try:
        yield
    finally:
        for page in pages:
            page.left.set()
        for page in pages:
            page.join()


def end_the_web(studio: Studio, how: signal.Signals) -> None:
    old = studio.child("gunicorn")
    os.kill(old, how)
    until(lambda: studio.child("gunicorn") not in {0, old}, "the web is started again")
    until(lambda: studio.is_well("healthz"), "the web answers again")


def restart_the_web(hows: Sequence[signal.Signals], pages: int, studio: Studio, fake: Fake) -> None:
    """Each time an edit is under way, and another is clicked while the web goes."""
    user = make_user("olga")
    project, provider = make_project(user), paying.add_provider(fake.base_url)
    pictures = [paying.new_picture(project, user, number) for number in range(2 * len(hows))]
    worker = studio.child(WORKER)
    with ExitStack() as stack:
        visitor = Visitor(studio, user, stack)
        open_pages = [Page(Visitor(studio, user, stack), project) for _page in range(pages)]
        stack.enter_context(opened(open_pages))
        for how in hows:
            executed = len(fake.executions())
            visitor.click(project, pictures.pop(), provider, f"before {len(pictures)}")
            until(lambda: len(fake.executions()) > executed, "it runs")  # noqa: B023  waits here
            arguments = (project, pictures.pop(), provider, f"amid {len(pictures)}")
            click = threading.Thread(target=visitor.click, args=arguments)
            click.start()
            end_the_web(studio, how)
            click.join()
        edits = list(Edit.objects.all())
        until(lambda: rests(edits), "all edits rest")
        ended = {edit.public_id: "succeeded" for edit in edits}
        until(lambda: all(page.told == ended for page in open_pages), "every page has all the news")
    assert len(edits) == 2 * len(hows)
    assert studio.child(WORKER) == worker
    for edit in edits:
        edit.refresh_from_db()
        assert ending(edit, fake) == Ending("succeeded", 1, 1)
        assert edit.attempts.count() == 1
    assert paying.breaches(fake) == []


def test_edits_and_pages_outlast_the_web(studio: Studio, fake: Fake) -> None:
    restart_the_web([signal.SIGKILL, signal.SIGTERM], 3, studio, fake)


@pytest.mark.faults
def test_edits_and_pages_outlast_the_web_in_full(studio: Studio, fake: Fake) -> None:
    restart_the_web([signal.SIGKILL, signal.SIGTERM] * 5, 20, studio, fake)
