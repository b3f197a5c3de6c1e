"""The shared cache, in which the limits count."""

from __future__ import annotations

import pytest
from django.core.cache import caches
from django.test import override_settings

from project.settings import base


@pytest.mark.django_db
def test_a_crowd_of_attempts_does_not_push_out_the_first() -> None:
    """Django's own limit is 300 entries."""
    with override_settings(CACHES=base.CACHES):
        cache = caches["default"]
        cache.clear()
        for number in range(700):
            cache.set(f"attempt-{number}", [number])
        assert cache.get_many(f"attempt-{number}" for number in range(700)).keys() == {
            f"attempt-{number}" for number in range(700)
        }
