"""Recipes of long chains: one query, flat pictures where they help, the same pixels always."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from editor.imaging.recipe import working
from editor.services import render_cache
from editor.services.recipes import FLAT_EVERY, recipe
from tests.layers import make_chain, make_version
from tests.making import make_picture

if TYPE_CHECKING:
    from editor.models import Picture
    from tests.conftest import People


@pytest.fixture
def chain(people: People) -> list[Picture]:
    original = make_picture(people.project, people.olga)
    return [original, *make_chain(original, people.olga, 2 * FLAT_EVERY + 3)]


def pixels(picture: Picture) -> bytes:
    return working(recipe(picture)).tobytes()  # type: ignore[arg-type]


def plain(picture: Picture) -> bytes:
    """The pixels without any flat picture."""
    full: Any = recipe(picture)
    bare = [{key: patch[key] for key in patch if key != "flat"} for patch in full["patches"]]
    return working(full | {"patches": bare}).tobytes()


def flats(settings: Any) -> set[str]:
    return {file.name.partition(".")[0] for file in settings.RENDERS_DIR.glob("*.flat.png")}


def test_a_recipe_is_one_query_however_long_the_chain(chain: list[Picture]) -> None:
    for picture, count in ((chain[0], 0), (chain[1], 1), (chain[-1], 1)):
        with CaptureQueriesContext(
            connection,
        ) as found:
            assert len(recipe(picture)["patches"]) == chain.index(picture)
        assert len(found) == count


def test_every_version_is_the_same_flat_or_not(chain: list[Picture], settings: Any) -> None:
    for picture in chain:
        assert pixels(picture) == plain(picture)
    assert flats(settings) == {chain[n * FLAT_EVERY].public_id for n in (1, 2)}
    # And again, now that the flat ones are there.
    for picture in reversed(chain):
        assert pixels(picture) == plain(picture)


def test_a_deep_version_alone_leaves_the_last_flat_picture_only(
    chain: list[Picture], settings: Any
) -> None:
    pixels(chain[-1])
    assert flats(settings) == {chain[2 * FLAT_EVERY].public_id}
    named = [at for at, patch in enumerate(recipe(chain[-1])["patches"], 1) if "flat" in patch]
    assert named == [2 * FLAT_EVERY]


def test_branches_share_what_lies_below_them(
    people: People, chain: list[Picture], settings: Any
) -> None:
    twin = make_version(chain[FLAT_EVERY], people.olga, 77)
    assert pixels(chain[FLAT_EVERY + 1]) != pixels(twin) == plain(twin)
    assert flats(settings) == {chain[FLAT_EVERY].public_id}


def test_a_flat_picture_lost_between_recipe_and_rendering_costs_time_only(
    chain: list[Picture], settings: Any
) -> None:
    expected = pixels(chain[-1])
    made: Any = recipe(chain[-1])
    render_cache.forget(chain[2 * FLAT_EVERY].public_id)
    assert flats(settings) == set()
    assert working(made).tobytes() == expected
    assert flats(settings) == {chain[2 * FLAT_EVERY].public_id}


def test_on_a_full_disk_nothing_is_flattened(chain: list[Picture], settings: Any) -> None:
    settings.MIN_FREE_BYTES = 2**62
    assert pixels(chain[-1]) == plain(chain[-1])
    assert flats(settings) == set()


def test_what_is_used_is_spared(chain: list[Picture], settings: Any) -> None:
    pixels(chain[-1])
    (flat,) = settings.RENDERS_DIR.glob("*.flat.png")
    before = flat.stat().st_mtime_ns
    recipe(chain[-1])
    assert flat.stat().st_mtime_ns > before
    render_cache.trim(limit=0)
    assert flat.exists()
