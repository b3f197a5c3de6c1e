"""Times are written as the reader's clock shows them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from editor.models import Picture
from tests.making import make_picture

if TYPE_CHECKING:
    from django.test import Client

    from tests.conftest import People


def page(client: Client, people: People, zone: str | None) -> str:
    picture = make_picture(people.project, people.olga)
    Picture.objects.update(created_at=datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    client.force_login(people.olga)
    if zone is not None:
        client.cookies["timezone"] = zone
    response = client.get(f"/p/{people.project.slug}/v/{picture.public_id}/")
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("zone", "written"),
    [
        (None, "July 1, 2026, 10:30 p.m."),
        ("Europe%2FBerlin", "July 2, 2026, 12:30 a.m."),
        ("Asia/Seoul", "July 2, 2026, 7:30 a.m."),
    ],
)
def test_a_time_is_the_readers(
    client: Client, people: People, zone: str | None, written: str
) -> None:
    assert written in page(client, people, zone)


@pytest.mark.parametrize(
    "zone", ["", "Nowhere", "Europe", "..%2F..%2Fetc%2Fpasswd", "/etc/passwd", "%00", "x" * 4000]
)
def test_a_zone_nobody_knows_is_the_servers(client: Client, people: People, zone: str) -> None:
    assert "July 1, 2026, 10:30 p.m." in page(client, people, zone)
