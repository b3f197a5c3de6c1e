"""Whatever is sent is read or refused: nothing else ever comes of a body."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from editor.api import parse
from editor.api.errors import ApiError
from tests.api.asking import BOUNDARY, PNG, data_url, encoded, mask, post

if TYPE_CHECKING:
    from django.core.handlers.asgi import ASGIRequest

    from editor.api.call import EditCall

UNHURRIED = settings(
    deadline=None,
    max_examples=300,
    # The data folder is the same for all examples, and empty after each.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
FIELDS = [
    *("prompt", "model", "n", "size", "quality", "background", "input_fidelity", "moderation"),
    *("output_format", "output_compression", "partial_images", "stream", "response_format"),
    *("user", "safety_identifier", "focus", "protect", "feather", "image", "image[]", "images"),
    *("images[0]", "image.1.items", "mask", "mask[]", "markup", "seed", "a[b][c]"),
]
NAMES = st.sampled_from(FIELDS) | st.text(max_size=12).map(
    lambda text: text.replace('"', "").replace("\r", "").replace("\n", "")
)
TEXTS = st.sampled_from(
    [
        *("", "null", "auto", "1", "3", "true", "1024x1024", "low", "png", "jpeg", "url", "off"),
        *("transparent", "a sky", data_url(), data_url()[:40], "https://x.example/a.png"),
    ]
)
BYTES = st.sampled_from([PNG, PNG[:20], mask(), b"", b"text"]) | st.binary(max_size=60)
KINDS = st.sampled_from(["", "image/png", "application/octet-stream", "é", "text/plain; charset=x"])
PARTS = st.tuples(NAMES, TEXTS.map(str.encode) | BYTES) | st.tuples(
    NAMES, BYTES, st.sampled_from(["a.png", "é.png", "..", ""]), KINDS
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.sampled_from(["image_url", "file_id"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def told(error: ApiError) -> ApiError:
    assert 400 <= error.status < 500
    json.dumps(error.to_json()).encode("ascii")
    return error


def outcome(request: ASGIRequest) -> EditCall | ApiError:
    """What comes of a request, told in a way that can be sent."""
    try:
        call = parse.edit_call(request)
    except ApiError as error:
        return told(error)
    assert 1 <= len(call.images) <= 16
    assert call.prompt.strip()
    (call.prompt + call.model + call.user).encode()
    "".join(call.ignored).encode("ascii")
    call.close()
    return call


@UNHURRIED
@given(parts=st.lists(PARTS, max_size=8), complete=st.booleans())
def test_any_form(parts: list[Any], complete: bool) -> None:
    needed: list[Any] = [("prompt", "a sky"), ("image", PNG, "a.png")] if complete else []
    body = encoded([*needed, *parts])
    outcome(post(body, f"multipart/form-data; boundary={BOUNDARY}"))


@UNHURRIED
@given(
    fields=st.dictionaries(NAMES, VALUES, max_size=6),
    images=st.lists(st.just({"image_url": data_url()}) | VALUES, max_size=3),
)
def test_any_document(fields: dict[str, Any], images: list[Any]) -> None:
    document = {"prompt": "a sky", "images": images, **fields}
    outcome(post(json.dumps(document).encode(), "application/json"))


@UNHURRIED
@given(
    body=st.binary(max_size=300),
    kind=st.sampled_from(
        [
            "application/json",
            "application/json; charset=utf-16",
            f"multipart/form-data; boundary={BOUNDARY}",
            f"multipart/form-data; charset=utf-16; boundary={BOUNDARY}",
        ]
    ),
)
def test_any_bytes(body: bytes, kind: str) -> None:
    outcome(post(body, kind))


@UNHURRIED
@given(
    cuts=st.lists(st.tuples(st.integers(0, 600), st.binary(max_size=4)), max_size=5),
    end=st.integers(0, 900),
)
def test_a_form_with_damage(cuts: list[tuple[int, bytes]], end: int) -> None:
    body = encoded(
        [("prompt", "a sky"), ("image", PNG, "a.png", "image/png"), ("mask", mask(), "m.png")]
    )
    for at, bytes_ in cuts:
        body = body[:at] + bytes_ + body[at + len(bytes_) :]
    outcome(post(body[: len(body) - end % 200], f"multipart/form-data; boundary={BOUNDARY}"))
