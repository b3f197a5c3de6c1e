"""Pictures by address: from the public net alone, at every step of the way (reliability.md S1, S2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from editor.api import parse
from editor.api.errors import ApiError
from editor.api.links import Links
from tests.api import web as elsewhere
from tests.api.asking import PNG, document, form, mask, refusal
from tests.api.web import HOME, moved, served
from tests.engines.openai.test_dial import CLOSED, DISGUISED, PRIVATE

if TYPE_CHECKING:
    from tests.api.web import Web

HERE = "https://pictures.example/a.png"
PARAM = "images[0].image_url"


@pytest.fixture
def web(settings: Any) -> Web:
    settings.API_FETCH_URLS = True
    settings.API_FETCH_LINE = "tests.api.web.line"
    elsewhere.web.clear()
    return elsewhere.web


def asked(url: str = HERE) -> ApiError:
    return refusal(document(images=[{"image_url": url}]))


@pytest.mark.parametrize("kind", ["image/png", "application/octet-stream", "binary/x"])
def test_a_picture_is_fetched(web: Web, kind: str) -> None:
    large = PNG + bytes(300_000)
    web.answers = [served(large, kind), served(mask())]
    call = parse.edit_call(
        document(images=[{"image_url": HERE}], mask={"image_url": "https://m.example/m.png"})
    )
    assert call.images[0].read() == large
    assert call.images[0].size == len(large)
    assert web.dialled == [HOME, HOME]
    call.close()


def test_a_form_may_name_one_too(web: Web) -> None:
    web.answers = [served()]
    call = parse.edit_call(form(("prompt", "a"), ("image[]", HERE)))
    assert call.images[0].read() == PNG
    call.close()


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed(web: Web, status: int) -> None:
    web.answers = [moved("/b.png", status), moved("https://other.example/", status), served()]
    call = parse.edit_call(document(images=[{"image_url": HERE}]))
    assert call.images[0].read() == PNG
    call.close()


def test_not_for_ever(web: Web) -> None:
    web.answers = [moved("/again")] * 6
    error = asked()
    assert (error.status, error.param, error.code) == (400, PARAM, "invalid_image_url")
    assert len(web.dialled) == 4


@pytest.mark.parametrize("address", PRIVATE + CLOSED)
def test_nothing_inside_is_dialled(web: Web, address: str) -> None:
    web.hosts["pictures.example"] = [[address]]
    error = asked()
    assert (error.status, error.param, error.code) == (400, PARAM, "invalid_image_url")
    assert web.dialled == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.1", "::1"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_nothing_inside_is_dialled_by_a_redirect(web: Web, address: str, status: int) -> None:
    web.hosts["inner.example"] = [[address]]
    web.answers = [moved("https://inner.example/latest/meta-data", status)]
    assert asked().code == "invalid_image_url"
    assert web.dialled == [HOME]


def test_a_name_that_leads_elsewhere_by_then(web: Web) -> None:
    web.hosts["pictures.example"] = [[HOME], ["127.0.0.1"]]
    web.answers = [moved("/b.png")]
    assert asked().code == "invalid_image_url"
    assert web.dialled == [HOME]


@pytest.mark.parametrize(
    "where",
    [
        *(
            "http://pictures.example/",
            "file:///etc/passwd",
            "gopher://127.0.0.1/",
            "ftp://x.example",
        ),
        *("https://a:b@x.example/", "https://x.example:99999/"),
    ],
)
def test_where_a_redirect_may_not_lead(web: Web, where: str) -> None:
    web.answers = [moved(where)]
    assert asked().code == "invalid_image_url"
    assert web.dialled == [HOME]


@pytest.mark.parametrize("host", DISGUISED)
def test_disguised_addresses_never_reach_inside(settings: Any, host: str) -> None:
    """With the line of the studio itself, and the system's resolver."""
    settings.API_FETCH_URLS = True
    assert asked(f"https://{host}/a.png").code == "invalid_image_url"


@pytest.mark.parametrize(
    "url",
    [
        *("http://pictures.example/a.png", "https://", "https:///a.png", "https://u:p@x.example/"),
        *("https://x.example:99999/", "https://" + "x" * 9000, "https://a b/", "https://[::1"),
        *("HTTP://X.example", "https://x.example\r\nHost: y/", "https://\ud800.example/"),
    ],
)
def test_what_is_no_address(web: Web, url: str) -> None:
    error = asked(url)
    assert (error.status, error.param) == (400, PARAM)
    assert web.dialled == []


@pytest.mark.parametrize(
    "given",
    [
        served(b"<html>", "text/html; charset=utf-8"),
        served(b"{}", "application/json"),
        served(status="404 Not Found"),
        served(status="500 Oh"),
        served(status="206 Partial Content"),
        b"HTTP/1.1 300 Choices\r\nContent-Length: 0\r\n\r\n",
        b"this is no HTTP\r\n\r\n",
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\nshort",
    ],
)
def test_answers_that_are_no_picture(web: Web, given: bytes) -> None:
    web.answers = [given]
    error = asked()
    assert (error.status, error.param, error.code) == (400, PARAM, "invalid_image_url")


def test_bytes_that_are_no_picture(web: Web) -> None:
    web.answers = [served(b"not really")]
    assert asked().code == "invalid_image_file"


def test_more_than_is_taken(web: Web, settings: Any) -> None:
    settings.MAX_UPLOAD_BYTES = 100_000
    web.answers = [served(PNG + bytes(400_000))]
    error = asked()
    assert (error.status, error.param) == (413, PARAM)


def test_all_together_have_the_room_of_one_body(web: Web, settings: Any) -> None:
    settings.MAX_BODY_BYTES = 250_000
    web.answers = [served(PNG + bytes(100_000))] * 3
    error = refusal(document(images=[{"image_url": HERE}] * 3))
    assert (error.status, error.param) == (413, "images[2].image_url")


def test_nobody_is_waited_for_for_long(web: Web) -> None:
    with pytest.raises(ApiError) as caught:
        Links(seconds=0.05).fetched(HERE, PARAM)
    assert caught.value.code == "invalid_image_url"
    assert web.dialled == [HOME]


def test_an_address_is_never_fetched_unless_it_is_allowed(web: Web, settings: Any) -> None:
    settings.API_FETCH_URLS = False
    error = asked()
    assert (error.status, error.param, error.code) == (400, PARAM, "invalid_image_url")
    assert "data URL" in error.message
    assert web.dialled == []
