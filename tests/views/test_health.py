from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from editor.models import Worker


@pytest.mark.django_db
def test_healthz_needs_nothing() -> None:
    assert Client().get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_is_ready_with_a_living_worker() -> None:
    Worker.objects.create(name="w", slots=1)
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"disk": "ok", "database": "ok", "worker": "ok"}


@pytest.mark.django_db
def test_readyz_says_what_is_wrong(settings: Any) -> None:
    Worker.objects.create(name="w", slots=1, seen_at=timezone.now() - timedelta(seconds=60))
    settings.MIN_FREE_BYTES = 2**60
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"disk": "full", "database": "ok", "worker": "silent"}
