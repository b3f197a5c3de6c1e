"""In a made-up language every word on every page is between ⟦ and ⟧, or it is somebody's data."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from bs4 import BeautifulSoup
from bs4.element import Comment, Doctype, NavigableString
from django.conf import settings as django_settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editor.models import Edit, Picture, User, Worker
from tests.making import make_edit, make_edit_row, make_picture, make_project, make_user
from tests.project import pseudo_locale

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.conftest import People

SPOKEN_ATTRIBUTES = ("title", "placeholder", "alt", "aria-label", "label")
SILENT = {"script", "style", "svg", "code", "option"}
# Between the brackets, innermost first, so that a sentence within a sentence goes as well.
TRANSLATED = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
SAME_EVERYWHERE = re.compile(
    r"\b(?:PNG|JPEG|JPG|WebP|AVIF|HEIC|UTC|px|Ctrl|Shift|Alt|Enter|Esc)\b|\w+@example\.test"
)


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every sentence we have, read and translated once for all tests."""
    folder = tmp_path_factory.mktemp("locale")
    pseudo_locale.write(folder)
    return folder


@pytest.fixture
def pseudo(catalogue: Path, settings: Any) -> Iterator[None]:
    """The made-up language is the only one this instance speaks."""
    settings.LOCALE_PATHS = [catalogue]
    settings.LANGUAGES = [(pseudo_locale.CODE, "⟦…⟧")]
    settings.LANGUAGE_CODE = pseudo_locale.CODE
    yield
    assert django_settings.LANGUAGE_CODE == pseudo_locale.CODE


@pytest.fixture
def olga(people: People, pseudo: None) -> Client:
    """Olga with everything a project can hold; names of things have no letters."""
    User.objects.update(name="1")
    people.project.name = "4711"
    people.project.save()
    picture = make_picture(people.project, people.olga)
    Picture.objects.update(name="0815")
    edit = make_edit(people.project, people.olga, picture)
    for state in ("queued", "awaiting", "failed", "unknown", "canceled", "succeeded"):
        facts = {"finished_at": timezone.now()} if state == "failed" else {}
        code = "worker_lost" if state == "failed" else ""
        make_edit_row(people.project, people.olga, picture, state=state, error_code=code, **facts)
    Edit.objects.update(prompt="1")
    assert edit.public_id
    client = Client()
    client.force_login(people.olga)
    return client


def unwrapped(html: str) -> list[str]:
    """Words on the page that did not come from the catalogue."""
    page = BeautifulSoup(html, "html.parser")
    # Suggestions are written in the language they suggest.
    for suggestion in page.select("[role=option]"):
        suggestion.decompose()
    texts = [str(t) for t in page.find_all(string=True) if is_spoken(t)]
    tags = [tag for tag in page.find_all() if tag.name not in SILENT]
    texts += [str(tag[name]) for tag in tags for name in SPOKEN_ATTRIBUTES if tag.get(name)]
    return [text.strip() for text in texts if WORD.search(rest_of(text))]


def is_spoken(text: NavigableString) -> bool:
    if isinstance(text, Comment | Doctype):
        return False
    return not any(parent.name in SILENT for parent in text.parents)


def rest_of(text: str) -> str:
    """The text without what was translated and what is the same in every language."""
    before = ""
    while text != before:
        before, text = text, TRANSLATED.sub("", text)
    return SAME_EVERYWHERE.sub("", text)


def where(people: People, name: str) -> str:
    picture = Picture.objects.get()
    values = {"slug": people.project.slug, "picture": picture.public_id}
    wanted = {"projects": (), "gallery": ("slug",), "canvas": ("slug", "picture")}
    keys = wanted.get(name, ("slug", "picture") if name == "version" else ())
    return reverse(name, kwargs={key: values[key] for key in keys})


@pytest.mark.parametrize(
    "name",
    ["projects", "gallery", "canvas", "version", "account_logout", "account_reauthenticate"],
)
def test_pages_of_members(olga: Client, people: People, name: str) -> None:
    html = olga.get(where(people, name)).content.decode()
    assert "⟦" in html
    assert unwrapped(html) == []


def test_an_empty_project_and_no_project(olga: Client, people: People) -> None:
    empty = make_project(people.olga, "4712")
    assert unwrapped(olga.get(reverse("gallery", args=[empty.slug])).content.decode()) == []
    sam = Client()
    sam.force_login(people.sam)
    assert unwrapped(sam.get("/").content.decode()) == []


@pytest.mark.parametrize("path", ["/accounts/login/", "/accounts/signup/"])
def test_pages_of_visitors(olga: Client, path: str) -> None:
    visitor = Client()
    assert unwrapped(visitor.get(path).content.decode()) == []
    wrong = visitor.post(path, {"login": "nobody@example.test", "password": "1"})
    assert unwrapped(wrong.content.decode()) == []


def test_the_first_page_of_all(db: None, pseudo: None) -> None:
    visitor = Client()
    assert unwrapped(visitor.get("/setup/").content.decode()) == []
    values = {"email": "1", "password1": "1", "password2": "2"}
    assert unwrapped(visitor.post("/setup/", values).content.decode()) == []
    values = {"email": "a@example.test", "password1": "1", "password2": "1"}
    assert unwrapped(visitor.post("/setup/", values).content.decode()) == []


def test_what_is_refused(olga: Client, people: People) -> None:
    rita = Client()
    rita.force_login(people.rita)
    canvas = where(people, "canvas")
    answers = [
        olga.get("/p/nothing-here/"),
        rita.post(canvas, {}),
        olga.get(canvas, headers={"Content-Type": "multipart/form-data; charset=utf-16"}),
        olga.post(canvas, {}),
        olga.post(canvas, {"prompt": "make it nice", "engine": "builtin", "idem": "1"}),
        olga.post(canvas, {"prompt": "blur", "engine": "nobody", "idem": "2"}),
        olga.post(canvas, {"prompt": "brightness 900 %", "engine": "builtin", "idem": "3"}),
        olga.post(reverse("upload", args=[people.project.slug]), {}),
    ]
    for answer in answers:
        assert unwrapped(answer.content.decode()) == []


def test_pages_of_staff(olga: Client, people: People, settings: Any) -> None:
    staff = Client()
    staff.force_login(make_user("1", is_staff=True))
    assert unwrapped(staff.get(reverse("status")).content.decode()) == []
    Worker.objects.create(name="1", slots=2)
    settings.MIN_FREE_BYTES = 2**62
    assert unwrapped(staff.get(reverse("status")).content.decode()) == []


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>⟦Hello⟧ there</p>", ["⟦Hello⟧ there"]),
        ("<p>⟦Hello ⟦Olga⟧ there⟧</p>", []),
        ('<p title="Hello">12 MB</p>', ["12 MB", "Hello"]),
        ("<script>let hello;</script><!-- hello -->", []),
    ],
)
def test_the_rule_bites(html: str, found: list[str]) -> None:
    assert unwrapped(html) == found
