"""Base64 as it comes: what has one meaning is read, the rest refused (reliability.md R8)."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editor.engines.openai.base64text import decoded

DATA = b"\xfb\xff\xfe picture"
PLAIN = base64.b64encode(DATA).decode()


@pytest.mark.parametrize(
    "text",
    [
        PLAIN,
        PLAIN.rstrip("="),
        base64.urlsafe_b64encode(DATA).decode(),
        base64.urlsafe_b64encode(DATA).decode().rstrip("="),
        f"data:image/png;base64,{PLAIN}",
        f"DATA:image/png;charset=x;BASE64,{PLAIN}",
        f"data:;base64,{PLAIN}",
        f" {PLAIN[:4]}\r\n{PLAIN[4:]}\n",
    ],
)
def test_what_has_one_meaning_is_read(text: str) -> None:
    assert decoded(text) == DATA


@pytest.mark.parametrize(
    "text",
    [
        PLAIN[:5] + "*" + PLAIN[6:],
        "é" + PLAIN,
        PLAIN + "=",
        PLAIN + "====",
        PLAIN[:4] + "=" + PLAIN[4:],
        "A",
        "AAAAA",
        "+-AA",
        "/_==",
        "data:image/png,AAAA",
        "data:image/png;base64",
        "https://example.com/a.png",
    ],
)
def test_what_has_none_is_refused(text: str) -> None:
    assert decoded(text) is None


@given(st.binary(max_size=200))
def test_all_that_is_written_can_be_read(data: bytes) -> None:
    assert decoded(base64.b64encode(data).decode()) == data
    assert decoded(base64.urlsafe_b64encode(data).decode().rstrip("=")) == data


@given(st.text(max_size=60))
def test_nothing_breaks_it(text: str) -> None:
    assert isinstance(decoded(text), bytes | None)
