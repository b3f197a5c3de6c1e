"""The disk fills up while a file is rendered: it is said, and nothing half made is ever sent."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from editor.services import render_cache
from tests.faults.test_disk_full import SIZE, small_disk
from tests.making import as_bytes, make_image, make_picture, read_stream

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import People

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["small_disk"]


def test_a_download_that_finds_no_room_is_refused_and_leaves_nothing(
    people: People, small_disk: Path
) -> None:
    noise = make_image(1500, 1200)
    photo = as_bytes(noise, "JPEG", quality=30)
    picture = make_picture(people.project, people.olga, photo)
    (small_disk / "else").write_bytes(b"x" * (SIZE // 4))
    client = Client()
    client.force_login(people.olga)
    path = reverse("download", args=[people.project.slug, picture.public_id])
    refused = client.get(path)
    assert refused.status_code == 507
    assert b"disk is full" in refused.content
    assert list(render_cache.files()) == []
    small = client.get(path, {"format": "jpeg", "quality": "20"})
    with Image.open(io.BytesIO(read_stream(small))) as image:
        image.load()
        assert image.size == noise.size
