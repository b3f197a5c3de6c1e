"""Answers that are handed on as they came: read quickly, and as strictly as if they were slow."""

from __future__ import annotations

import base64
import io
import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from editor.api import passed
from tests.imaging.make import make_mutation

PICTURES = [base64.b64encode(bytes([number]) * 300).decode() for number in (1, 2)]
PLAIN = {
    "created": 1,
    "data": [{"b64_json": PICTURES[0]}],
    "size": "1536x1024",
    "quality": "high",
    "usage": {"input_tokens": 4},
}
NESTED = '{"b64_json":' * 20_000 + '""' + "}" * 20_000


def document(**changes: Any) -> bytes:
    return json.dumps({**PLAIN, **changes}).encode()


def entries(*values: Any) -> bytes:
    return document(data=[{"b64_json": value} for value in values])


def of(text: bytes) -> passed.Passed | None:
    try:
        return passed.found_in(text)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def slowly(text: bytes) -> tuple[Any, ...] | None:
    """What an answer says, by its definition: all of it is read as JSON."""
    try:
        found = json.loads(text)
        pictures = [str(entry["b64_json"]) for entry in found["data"] if entry["b64_json"]]
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    letters = set(passed.ALPHABET.decode())
    if not pictures or not all(set(one) <= letters for one in pictures):
        return None
    facts = {
        name: value
        for name in passed.SAID
        if isinstance(value := found.get(name), str) and value != "auto" and len(value) <= 60
    }
    usage = found.get("usage")
    return pictures, facts, usage if isinstance(usage, dict) else {}


def quickly(text: bytes) -> tuple[Any, ...] | None:
    found = of(text)
    if found is None:
        return None
    return [one.decode() for one in found.pictures], found.facts, found.usage


FOUND: dict[str, bytes] = {
    "one": entries(PICTURES[0]),
    "several": entries(*PICTURES),
    "the same twice": entries(PICTURES[0], PICTURES[0]),
    "spread over lines": json.dumps(PLAIN, indent="\t").encode().replace(b": ", b" \r\n: "),
    "between spaces": b" \n" + document(),
    "UTF-16": document().decode().encode("utf-16"),
    "UTF-16 without a mark": document().decode().encode("utf-16-le"),
    "UTF-8 with a mark": b"\xef\xbb\xbf" + document(),
    "escaped slashes": document().replace(b"AQEB", b"AQ\\/B"),
    "an escaped key": document().replace(b'"b64_json"', b'"b64\\u005fjson"'),
    "an escaped word": document(quality='"b64_json":"x'),
    "an empty one between": entries(PICTURES[0], "", PICTURES[1]),
    "null between": entries(PICTURES[0], None),
    "numbers": entries(10, 0, 1),
    "a number for a picture": entries("0"),
    "the numbers of others": entries("1", "0"),
    "not a text": entries(PICTURES[0], True),
    "keys given twice": b'{"data":[{"b64_json":"QUJD","b64_json":"REVG"}]}',
    "lists given twice": b'{"data":[{"b64_json":"QUJD"}],"data":[{"b64_json":"REVG"}]}',
    "one more in what was counted": document(usage={"b64_json": "QUJD"}),
    "one more beside": document(b64_json="QUJD"),
    "the key as a word": document(quality="b64_json"),
    "words beyond ASCII": document(quality="größe"),
}
REFUSED: dict[str, bytes] = {
    "nothing": b"",
    "no document": b"[]",
    "one byte": b"{",
    "none": entries(),
    "no list": document(data=None),
    "a text for a list": document(data="abc"),
    "an entry without": document(data=[{"b64_json": PICTURES[0]}, {}]),
    "by address": document(data=[{"url": "https://example.com"}]),
    "keys given twice, the last empty": b'{"data":[{"b64_json":"QUJD","b64_json":""}]}',
    "quoted": entries('QUJD"'),
    "with a space": entries("QU JD"),
    "beyond ASCII": entries("QUJÖ"),
    "a line end": entries("QUJD\n"),
    "a raw line end": entries("QUJD").replace(b"QUJD", b"QU\nJD"),
    "a zero byte": entries("QUJD").replace(b"QUJD", b"QU\0JD"),
    "no UTF-8": entries("QUJD").replace(b"QUJD", b"QU\xffJD"),
    "no UTF-8 beside": document().replace(b"high", b"h\xffgh"),
    "half": document()[:200],
    "without its last quote": b'{"data":[{"b64_json":"QUJD',
    "more behind": document() + b"}",
    "a key that is no key": b'{"data":[{"a":"b64_json":"QUJD"}]}',
    "between texts": b'{"data":["x"b64_json":"QUJD"}]}',
    "a list of texts": entries(["QUJD"]),
    "nested": NESTED.encode(),
    "a hidden one that is none": document(usage={"b64_json": "no\x1fne"}).replace(
        b"\\u001f", b"\x1f"
    ),
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
def test_what_is_quick_finds_what_is_slow(text: bytes) -> None:
    found = slowly(text)
    assert found
    assert quickly(text) == found


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_anything_else_is_no_answer(text: bytes) -> None:
    assert slowly(text) is None
    assert quickly(text) is None


VALUES: st.SearchStrategy[Any] = st.sampled_from(
    ["", "QUJD", "0", "1", "a b", "ö", '"', "\\", None, 0, 5, True, [], {}]
)
ODD = st.recursive(
    VALUES,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["b64_json", "data", "size", "usage"]), inner, max_size=3)
    ),
    max_leaves=12,
)
LISTS = st.lists(st.fixed_dictionaries({"b64_json": VALUES}, optional={"more": ODD}), max_size=3)
DOCUMENTS = st.fixed_dictionaries(
    {"data": LISTS | ODD}, optional={"size": ODD, "usage": ODD, "b64_json": ODD, "quality": VALUES}
)
PIECES = st.sampled_from(
    [
        b'"b64_json"',
        b'"',
        b":",
        b",",
        b"{",
        b"}",
        b"[",
        b"]",
        b'"data"',
        b"QUJD",
        b"\\",
        b" ",
        b"\0",
    ]
)


@given(
    found=DOCUMENTS,
    indent=st.sampled_from([None, 1]),
    is_ascii=st.booleans(),
    kind=st.sampled_from(["utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32-be"]),
)
def test_whatever_a_document_says_it_says_both_ways(
    found: Any, indent: int | None, *, is_ascii: bool, kind: str
) -> None:
    text = json.dumps(found, indent=indent, ensure_ascii=is_ascii).encode(kind)
    assert quickly(text) == slowly(text)


@given(st.lists(PIECES, max_size=30).map(b"".join))
@example(b'{"data":[{"b64_json":"QUJD"}]}')
def test_whatever_looks_like_one_is_read_alike(text: bytes) -> None:
    for one in (text, b'{"data":[{"b64_json":"' + text, b'{"data":[{"b64_json":"QUJD"}],' + text):
        assert quickly(one) == slowly(one)


@given(st.integers(min_value=0))
def test_whatever_a_line_does_to_one_is_read_alike(seed: int) -> None:
    text = make_mutation(entries(*PICTURES), seed)
    assert quickly(text) == slowly(text)


def test_an_answer_is_read_whole() -> None:
    head = {"content_type": "application/json"}
    assert passed.read(io.BytesIO(document()), head) == of(document())


@pytest.mark.parametrize(
    "head",
    [{"content_encoding": "br"}, {"content_type": "text/event-stream"}],
    ids=["br", "events"],
)
def test_what_is_no_document_is_not_read(head: dict[str, str]) -> None:
    assert passed.read(io.BytesIO(document()), head) is None
