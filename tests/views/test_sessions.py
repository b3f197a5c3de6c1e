"""Where one is signed in."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.making import PASSWORD, make_project, make_user

if TYPE_CHECKING:
    from editor.models import User

pytestmark = pytest.mark.django_db

PATH = "/accounts/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def sign_in(agent: str = FIREFOX, address: str = "127.0.0.1") -> Client:
    client = Client(headers={"User-Agent": agent}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": "olga@example.test", "password": PASSWORD})
    return client


@pytest.fixture
def olga() -> User:
    return make_user("olga")


def an_hour_passes() -> None:
    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(hours=1))
    caches["process"].clear()


def seen_at(client: Client) -> float:
    row = UserSession.objects.get(session_key=client.session.session_key)
    return float(row.last_seen_at.timestamp())


def test_sessions_are_told_in_words(olga: User) -> None:
    here = sign_in()
    sign_in(IPHONE, "192.168.1.5")
    sign_in("", "9.9.9.9")
    page = here.get(PATH).content.decode()
    assert page.index("Firefox on Windows") < page.index("This device") < page.index("Safari on")
    for words in ("Safari on iPhone", "in the local network, 192.168.1.5", "from 9.9.9.9"):
        assert words in page
    assert "An unknown browser" in page


def test_one_other_session_is_ended(olga: User) -> None:
    here, there = sign_in(), sign_in(IPHONE)
    row = UserSession.objects.get(session_key=there.session.session_key)
    assert here.post(f"{PATH}{row.pk}/end/").headers["Location"] == PATH
    assert there.get("/").status_code == 302
    assert here.get("/").status_code == 200
    assert "Safari" not in here.get(PATH).content.decode()


def test_all_other_sessions_are_ended(olga: User) -> None:
    here, *others = [sign_in() for _ in range(3)]
    here.post(PATH)
    assert [other.get("/").status_code for other in others] == [302, 302]
    assert "2 sessions are ended." in here.get(PATH).content.decode()


def test_neither_ones_own_session_nor_a_strangers_is_found(olga: User) -> None:
    here = sign_in()
    own = UserSession.objects.get()
    foreign = UserSession.objects.create(
        user=make_user("emil"), ip="127.0.0.1", session_key="emils"
    )
    for row in (own, foreign):
        assert here.post(f"{PATH}{row.pk}/end/").status_code == 404
    assert UserSession.objects.count() == 2


def test_sessions_that_are_over_are_not_listed(olga: User) -> None:
    """Signed out, expired, or of a password that was changed at the terminal."""
    out, expired, old = sign_in(), sign_in(), sign_in()
    out.post("/accounts/logout/")
    session = expired.session
    session.set_expiry(timezone.now() - timedelta(seconds=1))
    session.save()
    olga.set_password("a new phrase entirely")
    olga.save()
    here = Client()
    here.post(
        "/accounts/login/", {"login": "olga@example.test", "password": "a new phrase entirely"}
    )
    page = here.get(PATH).content.decode()
    assert page.count('data-testid="session"') == 1
    assert old.get("/").status_code == 302


def test_the_list_asks_as_much_for_sixty_as_for_ten(olga: User) -> None:
    here = sign_in()
    counts = []
    for _ in range(2):
        for _ in range(10):
            sign_in()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            here.get(PATH)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_last_seen_is_written_once_in_five_minutes(olga: User) -> None:
    here = sign_in()
    an_hour_passes()
    with CaptureQueriesContext(connection) as first:
        here.get("/")
    with CaptureQueriesContext(connection) as second:
        here.get("/")
    assert timezone.now().timestamp() - seen_at(here) < 60
    assert len(writes(first)) == 1
    assert writes(second) == []


def test_another_process_does_not_write_again(olga: User) -> None:
    here = sign_in()
    an_hour_passes()
    here.get("/")
    before = seen_at(here)
    caches["process"].clear()
    here.get("/")
    assert seen_at(here) == before


def test_the_quiet_poll_is_not_being_here(olga: User) -> None:
    here = sign_in()
    slug = make_project(olga).slug
    an_hour_passes()
    before = seen_at(here)
    with CaptureQueriesContext(connection) as queries:
        assert here.get(f"/p/{slug}/pulse?since=0.0&view=gallery").status_code == 204
    assert writes(queries) == []
    assert seen_at(here) == before


def test_a_session_from_before_this_list_is_taken_up(olga: User) -> None:
    here = sign_in()
    UserSession.objects.all().delete()
    caches["process"].clear()
    here.get("/")
    assert UserSession.objects.get().session_key == here.session.session_key


def writes(queries: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]


def test_a_server_that_knows_no_addresses_still_shows_its_pages(olga: User) -> None:
    """Behind a Unix socket without a proxy that is trusted."""
    client = Client(REMOTE_ADDR="")
    client.force_login(olga)
    caches["process"].clear()
    assert client.get("/").status_code == 200
    assert client.get(PATH).status_code == 200
    assert not UserSession.objects.exists()
