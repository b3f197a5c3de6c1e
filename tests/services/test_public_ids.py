"""Ids in addresses: nobody guesses one from another."""

from __future__ import annotations

import string
from collections import Counter

from editor.models.public_id import is_public_id, new_public_id, new_suffix

LETTERS = set(string.ascii_lowercase + string.digits)


def test_ids_are_letters_and_digits_each_as_likely_as_any() -> None:
    ids = [new_public_id() for _number in range(4000)]
    assert ({len(one) for one in ids}, len(set(ids))) == ({26}, 4000)
    assert all(map(is_public_id, ids))
    counts = Counter("".join(ids))
    mean = 4000 * 26 / len(LETTERS)
    assert counts.keys() == LETTERS
    # Five times what chance makes of it; one byte too many for a letter would be an eighth more.
    assert all(0.9 * mean < count < 1.1 * mean for count in counts.values())


def test_suffixes_are_short() -> None:
    suffixes = {new_suffix() for _number in range(100)}
    assert {len(one) for one in suffixes} == {8}
    assert set("".join(suffixes)) <= LETTERS
