"""Somebody who offers files to the upload."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tests.corpus.offering import Offering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import People


@pytest.fixture
def offering(people: People, request: pytest.FixtureRequest) -> Iterator[Offering]:
    client = Client()
    client.force_login(people.olga)
    offering = Offering(client, reverse("upload", args=[people.project.slug]))
    yield offering
    offering.report(request.node.name)
    assert not list(settings.SCRATCH_DIR.iterdir())
