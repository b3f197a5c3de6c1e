"""Browsers in words."""

from __future__ import annotations

import pytest

from editor.services.user_agents import describe, is_handheld

MOZILLA = "Mozilla/5.0"
KHTML = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("agent", "words", "handheld"),
    [
        (
            f"{MOZILLA} (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Linux",
            False,
        ),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/140.0 Safari/537.36",
            "Chrome on Windows",
            False,
        ),
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64) {KHTML} Chrome/140.0 Safari/537.36 Edg/140.0",
            "Edge on Windows",
            False,
        ),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 10_15_7) {KHTML} Version/18.5 Safari/605.1.15",
            "Safari on macOS",
            False,
        ),
        (
            f"{MOZILLA} (iPhone; CPU iPhone OS 18_5 like Mac OS X) {KHTML} CriOS/140 Safari/604.1",
            "Chrome on iPhone",
            True,
        ),
        (
            f"{MOZILLA} (Linux; Android 15; Pixel 9) {KHTML} Chrome/140.0 Mobile Safari/537.36",
            "Chrome on Android",
            True,
        ),
        ("curl/8.5.0", "curl", False),
        ("something of my own", "An unknown browser", False),
        ("", "An unknown browser", False),
    ],
)
def test_what_people_call_it(agent: str, words: str, handheld: bool) -> None:
    assert describe(agent) == words
    assert is_handheld(agent) is handheld
