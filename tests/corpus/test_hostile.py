"""Hundreds of hostile files through the upload: a picture or a clear sentence, never a 5xx."""

from __future__ import annotations

from pathlib import Path

from django.urls import reverse

from editor.models import Picture
from tests.corpus import hostile
from tests.corpus.offering import REFUSED, TAKEN, Offering
from tests.making import read_stream


def of(ends: dict[str, int], statuses: set[int]) -> set[str]:
    return {name for name, status in ends.items() if status in statuses}


def test_bombs(offering: Offering) -> None:
    ends = offering.send_all(hostile.bombs())
    legal = {"text-100000-chunks.png", "legal-39-megapixels.png", "two-pictures.jpg"}
    assert of(ends, TAKEN) == legal


def test_strangers_under_our_names(offering: Offering) -> None:
    ends = offering.send_all(hostile.strangers())
    assert len(ends) > 110
    assert of(ends, TAKEN) == set()
    assert not Picture.objects.exists()


def test_polyglots_leave_only_pixels(offering: Offering) -> None:
    ends = offering.send_all(hostile.polyglots())
    assert of(ends, REFUSED) == {"html-png.html", "gif-png.gif"}
    for picture in Picture.objects.all():
        for name, kwargs in [("preview", {"size": 1280}), ("full", {}), ("download", {})]:
            where = {"slug": picture.project.slug, "picture": picture.public_id, **kwargs}
            answer = offering.client.get(reverse(name, kwargs=where))
            assert b"canary" not in read_stream(answer), (picture.name, name)


def test_cut_files(offering: Offering) -> None:
    ends = offering.send_all(hostile.cut())
    assert len(ends) == 38
    assert of(ends, TAKEN) <= {"cut-byte.jpg"}


def test_mutations(offering: Offering) -> None:
    ends = offering.send_all(hostile.mutations(range(30)))
    assert len(ends) == 120
    assert len(of(ends, REFUSED)) > 60


def test_pngsuite(offering: Offering) -> None:
    """Legal PNG files of every kind are taken, broken ones refused."""
    ends = offering.send_all(hostile.pngsuite())
    assert len(ends) == 175
    assert of(ends, REFUSED) == {name for name in ends if name.startswith("x")}


def test_names_are_words_and_nothing_else(offering: Offering, data_dir: Path) -> None:
    before = set(Path.cwd().iterdir())
    ends = offering.send_all(hostile.named())
    nameless = {"", ".", "..", "a/b/"}
    assert of(ends, REFUSED) <= nameless
    pictures = list(Picture.objects.all())
    assert len(pictures) == len(of(ends, TAKEN)) > 20
    for picture in pictures:
        assert picture.name.isprintable()
        assert not set(picture.name) & set("/\\")
        assert (data_dir / "pictures" / picture.folder / "original.png").is_file()
    assert len(list(data_dir.rglob("original.png"))) == len(pictures)
    assert set(Path.cwd().iterdir()) == before
