"""How long pages take in the server, with 10 and with 100,000 pictures in the project."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from editor.models import Picture, PictureKind
from tests.bench.stopwatch import report
from tests.making import make_project, make_user

pytestmark = [pytest.mark.bench, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("count", [10, 1_000, 100_000])
def test_pages(count: int) -> None:
    user = make_user()
    project = make_project(user)
    Picture.objects.bulk_create(
        (
            Picture(
                project=project,
                kind=PictureKind.ORIGINAL,
                name=f"picture {number}.jpg",
                created_by=user,
                width=4000,
                height=3000,
                mode="RGB",
                folder="xx/none",
                extension="jpg",
                sha256=f"{number:064d}",
            )
            for number in range(count)
        ),
        batch_size=2000,
    )
    client = Client()
    client.force_login(user)
    gallery = reverse("gallery", args=[project.slug])
    quiet = reverse("pulse", args=[project.slug]) + "?view=gallery&since=0.0"
    older = f"{gallery}?before={Picture.objects.order_by('pk')[count // 2].public_id}"
    for name, path in [("gallery", gallery), ("older pictures", older), ("projects", "/")]:
        report(f"{count} pictures: {name}", lambda path=path: client.get(path))  # type: ignore[misc]
    assert client.get(quiet).status_code == 204
    report(f"{count} pictures: a pulse with nothing new", lambda: client.get(quiet), runs=50)
