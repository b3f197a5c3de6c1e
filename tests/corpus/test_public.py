"""`make corpus`: public collections and thousands of mutations of them, through the upload."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from tests.corpus import public
from tests.corpus.hostile import Hostile
from tests.imaging.make import make_mutation

if TYPE_CHECKING:
    from tests.corpus.offering import Offering

pytestmark = pytest.mark.corpus
MUTATED_FILES = 200
MUTATIONS_OF_EACH = 15
# Larger ones would only take longer to send.
LARGEST_MUTATED = 200_000


def say(text: str) -> None:
    print(f"\n{'*' * 20} {text}")  # noqa: T201


@pytest.mark.parametrize("collection", public.COLLECTIONS, ids=str)
def test_a_collection(offering: Offering, collection: public.Collection) -> None:
    try:
        offering.send_all(collection.files())
    except public.Unreachable as error:
        say(f"NOT FETCHED: {collection}: {error}")


def test_some_collection_was_there() -> None:
    assert [c for c in public.COLLECTIONS if (public.CACHE / str(c) / "done").exists()]


def test_mutations_of_the_collections(offering: Offering) -> None:
    """200 files, each changed, cut and moved in 15 ways, always the same ones."""
    there = [c for c in public.COLLECTIONS if (public.CACHE / str(c) / "done").exists()]
    small = [f for c in there for f in c.files() if f.data and len(f.data) < LARGEST_MUTATED]
    starts = (b"\x89PNG", b"\xff\xd8\xff", b"RIFF", b"\0\0\0")
    ours = [file for file in small if file.data.startswith(starts)]
    chosen = random.Random(7).sample(ours, min(MUTATED_FILES, len(ours)))
    for number, file in enumerate(chosen):
        for turn in range(MUTATIONS_OF_EACH):
            seed = number * MUTATIONS_OF_EACH + turn
            offering.send(Hostile(f"{seed} {file.name}", make_mutation(file.data, seed)))
