"""How long pages take in the server, with 10 to 100,000 pictures and edits in the project."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from editor.models import Edit, Favourite, Picture, PictureKind, Project, State, User
from tests.bench.stopwatch import report
from tests.making import make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]
BATCH = 2000
PROMPT = "remove the cable behind the lamp and darken the wall a little"


def picture(project: Project, user: User, number: int, **fields: object) -> Picture:
    values = {"kind": PictureKind.ORIGINAL, "sha256": f"{number:064d}", "extension": "jpg"}
    row = Picture(
        project=project,
        name=f"DSC_{number * 7919 % 100_000:05d} seaside holiday.jpg",
        created_by=user,
        width=4000 + number % 13,
        height=3000,
        mode="RGB",
        folder="xx/none",
        **values | fields,
    )
    row.note_texts()
    return row


def edit(project: Project, user: User, parent: Picture, number: int) -> Edit:
    state = State.FAILED if number % 50 == 0 else State.SUCCEEDED
    return Edit(
        project=project,
        actor=user,
        picture=parent,
        engine="builtin",
        prompt=f"{PROMPT} {number}",
        search=f"{parent.search}\n{PROMPT} {number}",
        idem_key=f"k{number}",
        fingerprint="f",
        state=state,
    )


def result(parent: Picture, made: Edit, user: User, number: int) -> Picture:
    links = {"parent": parent, "root": parent, "edit": made, "kind": PictureKind.PATCH}
    return picture(made.project, user, number, sha256="", extension="", **links)


def fill(project: Project, user: User, count: int) -> None:
    """Half originals, half results; each original was edited once, a star on every tenth."""
    for start in range(0, count // 2, BATCH):
        numbers = range(start, min(start + BATCH, count // 2))
        parents = Picture.objects.bulk_create(picture(project, user, n) for n in numbers)
        pairs = list(zip(parents, numbers, strict=True))
        edits = Edit.objects.bulk_create(edit(project, user, p, n) for p, n in pairs)
        Picture.objects.bulk_create(
            result(p, e, user, n) for (p, n), e in zip(pairs, edits, strict=True)
        )
        Favourite.objects.bulk_create(Favourite(user=user, picture=p) for p in parents[::10])


def addresses(project: Project, count: int) -> Iterator[tuple[str, str]]:
    gallery = reverse("gallery", args=[project.slug])
    middle = Picture.objects.order_by("pk")[count // 2].public_id
    yield "gallery", gallery
    yield "page in the middle", f"{gallery}?after={middle}"
    shows = ("originals", "results", "favourites", "mine", "running", "failed", "trash")
    yield from ((f"show {show}", f"{gallery}?show={show}") for show in shows)
    for sort in ("oldest", "name", "largest"):
        yield f"sort by {sort}", f"{gallery}?sort={sort}"
        yield f"sort by {sort}, in the middle", f"{gallery}?sort={sort}&after={middle}"
    yield "search that finds all", f"{gallery}?q=holiday+seaside"
    yield "search that finds few", f"{gallery}?q=dsc_00042+lamp"
    yield "search that finds nothing", f"{gallery}?q=aardvark"
    yield "search that finds nothing, by name", f"{gallery}?q=aardvark&sort=name"
    yield "projects", "/"


@pytest.mark.parametrize("count", [10, 1_000, 10_000, 100_000])
def test_pages(count: int) -> None:
    user = make_user()
    project = make_project(user)
    fill(project, user, count)
    # A colleague without pictures and stars: the filters that find nothing read the most.
    client = Client()
    client.force_login(user)
    for name, path in addresses(project, count):
        assert client.get(path).status_code == 200
        report(f"{count} pictures: {name}", lambda path=path: client.get(path))  # type: ignore[misc]
    quiet = reverse("pulse", args=[project.slug]) + "?view=gallery&since=0.0"
    assert client.get(quiet).status_code == 204
    report(f"{count} pictures: a pulse with nothing new", lambda: client.get(quiet), runs=50)
