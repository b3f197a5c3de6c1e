"""A JSON text read in pieces says the same wherever it is cut."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from editor.api.lifting import LONG, Lifter
from tests.api.asking import data_url

if TYPE_CHECKING:
    from hypothesis.strategies import DataObject

# As long as hypothesis is given to think: a busy machine is not a slow function.
UNHURRIED = settings(deadline=None, max_examples=150)
LETTERS = st.text(alphabet='"\\/abé🙂\n{}[]:, \ud800', max_size=20)
LARGE = bytes(range(256)) * 20


def lifted(text: bytes, cuts: list[int]) -> Any:
    """The document, with the bytes of what was lifted in its place."""
    lifter = Lifter()
    ends = sorted({min(cut, len(text)) for cut in cuts} | {len(text)})
    start = 0
    for end in ends:
        lifter.feed(text[start:end])
        start = end

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        return {
            name: lifter.lifted[value].file("x").read()
            if isinstance(value, str) and value in lifter.lifted
            else value
            for name, value in pairs
        }

    try:
        return json.loads(lifter.text, object_pairs_hook=members)
    finally:
        for one in lifter.lifted.values():
            one.file("x").close()


@UNHURRIED
@given(
    document=st.recursive(
        st.none() | st.booleans() | st.integers() | LETTERS,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(LETTERS, inner, max_size=4),
        max_leaves=12,
    ),
    ascii_only=st.booleans(),
    cuts=st.lists(st.integers(0, 400), max_size=8),
)
def test_what_holds_no_picture_stays_as_it_is(
    document: Any, ascii_only: bool, cuts: list[int]
) -> None:
    text = json.dumps(document, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    lifter = Lifter()
    for start, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(text)], strict=True):
        lifter.feed(text[start:end])
    assert bytes(lifter.text) == text
    assert lifter.lifted == {}


@UNHURRIED
@given(
    before=LETTERS,
    after=LETTERS,
    cuts=st.lists(st.integers(0, 12_000), max_size=12),
    size=st.integers(LONG, len(LARGE)),
    escaped=st.booleans(),
)
def test_a_picture_is_lifted_wherever_the_text_is_cut(
    before: str, after: str, cuts: list[int], size: int, escaped: bool
) -> None:
    text = json.dumps({"a" + before: before, "url": data_url(LARGE[:size]), "b": [after]})
    if escaped:
        text = text.replace("/", "\\/").replace("+", "\\u002b")
    found = lifted(text.encode(), cuts)
    assert found == {"a" + before: before, "url": LARGE[:size], "b": [after]}


@UNHURRIED
@given(data=st.data())
def test_any_bytes_in_any_pieces(data: DataObject) -> None:
    size = data.draw(st.integers(1, 5000))
    head = b'{"a":"data:image/png;base64,' + base64.b64encode(LARGE)
    body = head + data.draw(st.binary(max_size=200)) + b'"' + data.draw(st.binary(max_size=50))
    lifter = Lifter()
    for at in range(0, len(body), size):
        lifter.feed(body[at : at + size])
    lifter.close()
    assert len(lifter.lifted) == 1
