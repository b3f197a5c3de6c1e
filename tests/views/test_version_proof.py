"""The proof of a result on its page: badge, warning, faces, heat map, and who may use the raw answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone

from editor.models import Picture, Project
from editor.services import media
from tests.making import make_mask_row, make_result_row, make_row

if TYPE_CHECKING:
    from bs4 import Tag
    from django.test import Client

    from editor.models import User
    from tests.conftest import People

PROVEN = {
    "resized": False,
    "verdict": "aligned",
    "reliable": True,
    "residual": 0.1,
    "matrix": [1.0, 0.0, 12.0, 0.0, 1.0, 0.0],
    "agreement": 1.0,
    "matched": True,
    "gain": [1.0, 1.0, 1.0],
    "offset": [3.0, 0.0, -3.0],
    "border": 2.0,
    "gradient": False,
    "seam": 1.0,
    "outside_percent": 93.4,
    "outside_mean": 35.9,
}


def get(client: Client, user: User, picture: Picture) -> BeautifulSoup:
    client.force_login(user)
    response = client.get(reverse("version", args=[picture.project.slug, picture.public_id]))
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(part: Tag) -> str:
    return " ".join(part.get_text(" ").split())


@pytest.fixture
def result(people: People) -> Picture:
    parent = make_row(people.project, people.olga, "photo.jpg")
    result = make_result_row(parent, people.olga, "a lantern", protected_pixels=307_100)
    assert result.edit
    result.edit.mask = make_mask_row(people.project, parent)
    result.edit.save()
    return result


def prove(result: Picture, **facts: object) -> None:
    """Give the result an answer of its own, with a heat map."""
    assert result.edit
    result.edit.focus = {"box": [-20, 10, 380, 210]}
    result.edit.save()
    raw = {"file": "raw.png", "format": "png", "width": 400, "height": 200, "bytes": 9000}
    with media.scratch() as folder:
        (folder / "heat.webp").write_bytes(b"")
        (folder / "raw.png").write_bytes(b"")
        result.folder = media.keep(folder)
    result.kind, result.proof = "patch", PROVEN | facts | {"raw": raw}
    result.save()


def test_a_proven_result_shows_all_three_faces_and_where_it_was_sent(
    client: Client, people: People, result: Picture
) -> None:
    prove(result)
    page = get(client, people.vito, result)
    faces = page.select("[data-testid=faces] input")
    assert [face["value"] for face in faces] == ["after", "raw", "before"]
    assert words(page.select("[data-testid=faces] label")[0]) == "Stitched"
    assert [face.has_attr("checked") for face in faces] == [True, False, False]
    key = [people.project.slug, result.public_id]
    (raw,) = page.select("viewer-raw")
    assert (raw["data-src"], raw["data-box"]) == (reverse("raw_answer", args=key), "-20 10 380 210")
    (heat,) = page.select("viewer-heat")
    assert (heat["data-src"], heat["data-box"]) == (reverse("heat_map", args=key), raw["data-box"])
    assert "93 % of the pixels, 36 of 255 levels on average" in words(page)
    assert not page.select("[data-testid=proof-warning], [data-testid=doubtful]")


def test_a_result_without_a_kept_answer_has_no_empty_boxes(
    client: Client, people: People, result: Picture
) -> None:
    page = get(client, people.olga, result)
    assert [face["value"] for face in page.select("[data-testid=faces] input")] == [
        "after",
        "before",
    ]
    names = ("proof-details", "use-raw", "show-heat", "heat-legend", "proof-warning")
    assert not page.select(", ".join(f"[data-testid={name}]" for name in names))
    assert result.parent
    page = get(client, people.olga, result.parent)
    assert not page.select("[data-testid=proof], [data-testid=faces]")


def test_the_raw_answer_of_a_whole_picture_is_a_face_that_is_not_taken(
    client: Client, people: People, result: Picture
) -> None:
    prove(result)
    result.kind, result.proof = "whole", {"resized": True, "raw": result.proof["raw"]}
    result.save()
    page = get(client, people.olga, result)
    labels = [words(label) for label in page.select("[data-testid=faces] label")]
    assert labels == ["After", "Raw", "Before"]
    assert page.select("viewer-raw")
    assert not page.select("[data-testid=use-raw]")


def test_a_doubtful_result_warns_and_is_marked_among_the_versions(
    client: Client, people: People, result: Picture
) -> None:
    prove(result, reliable=False, verdict="unrelated")
    page = get(client, people.emil, result)
    (warning,) = page.select("[data-testid=proof-warning]")
    assert "could not be lined up" in words(warning)
    assert "use the raw answer, or try again" in words(warning)
    assert len(page.select(".tree [data-testid=doubtful]")) == 1
    (warning,) = get(client, people.rita, result).select("[data-testid=proof-warning]")
    assert "raw answer" not in words(warning)


def test_a_doubtful_result_is_marked_in_gallery_and_strip(
    client: Client, people: People, result: Picture
) -> None:
    slug = people.project.slug
    # An answer that was lined up may still lie beside its place.
    states: list[tuple[dict[str, object], int]] = [
        ({}, 0),
        ({"reliable": False}, 1),
        ({"residual": 2.6}, 1),
    ]
    for facts, count in states:
        prove(result, **facts)
        client.force_login(people.vito)
        for url in (
            reverse("gallery", args=[slug]),
            reverse("canvas", args=[slug, result.public_id]),
        ):
            page = BeautifulSoup(client.get(url).content, "html.parser")
            signs = page.select("[data-testid=doubtful]")
            assert [words(sign) for sign in signs] == [
                "Look at its edge: lines may not meet there"
            ] * count


def test_a_raw_answer_that_was_taken_is_named_so(
    client: Client, people: People, result: Picture
) -> None:
    prove(result)
    assert result.parent
    taken = make_result_row(result.parent, people.emil, "a lantern", proof={"raw_of": "other"})
    page = get(client, people.vito, taken)
    assert "The raw answer: nothing was protected" in words(page)
    (row,) = page.select(f".tree a[data-picture-id='{taken.public_id}']")
    assert "Raw answer" in words(row)
    (other,) = page.select(f".tree a[data-picture-id='{result.public_id}']")
    assert "Raw answer" not in words(other)
    assert not page.select("[data-testid=use-raw], viewer-raw")


def test_who_may_edit_is_asked_before_the_raw_answer_is_used(
    client: Client, people: People, result: Picture
) -> None:
    prove(result)
    key = [people.project.slug, result.public_id]
    for user in (people.olga, people.emil):
        page = get(client, user, result)
        (dialog,) = page.select(".proof__raw dialog")
        assert not dialog.has_attr("open")
        assert "outside the mask, too, the picture changes" in words(dialog)
        assert "nothing is charged" in words(dialog)
        (form,) = dialog.select("form")
        assert (form["action"], form["method"]) == (reverse("use_raw", args=key), "post")
        (link,) = page.select("[data-testid=use-raw]")
        assert BeautifulSoup(client.get(str(link["href"])).content, "html.parser").select(
            ".proof__raw dialog[open]"
        )
    for user in (people.rita, people.vito):
        assert not get(client, user, result).select("[data-testid=use-raw]")


def test_in_trash_and_archive_the_raw_answer_is_only_looked_at(
    client: Client, people: People, result: Picture
) -> None:
    prove(result)
    Picture.objects.filter(pk=result.pk).update(trashed_at=timezone.now())
    page = get(client, people.olga, result)
    assert page.select("viewer-raw")
    assert not page.select("[data-testid=use-raw]")
    Picture.objects.filter(pk=result.pk).update(trashed_at=None)
    Project.objects.update(archived_at=timezone.now())
    assert not get(client, people.olga, result).select("[data-testid=use-raw]")
