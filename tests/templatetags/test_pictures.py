"""How pages say figures about pictures."""

from __future__ import annotations

import pytest

from editor.templatetags.pictures import percent


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (0.04, "< 0.1 %"),
        (0.1, "0.1 %"),
        (2.78, "2.8 %"),
        (9.96, "10.0 %"),
        (12.4, "12 %"),
        (99.97, "99 %"),
        (100.0, "100 %"),
    ],
)
def test_a_share_in_percent(share: float, expected: str) -> None:
    assert percent(share) == expected
