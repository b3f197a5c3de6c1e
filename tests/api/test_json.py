"""JSON bodies: typed fields, pictures by reference, and texts that are no JSON."""

from __future__ import annotations

import base64
import json
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest

from editor.api import parse
from editor.api.errors import ApiError
from tests.api.asking import PNG, data_url, document, mask, post, reference, refusal

if TYPE_CHECKING:
    from pathlib import Path

LARGE = PNG + bytes(range(256)) * 1200


def test_the_same_as_a_form() -> None:
    call = parse.edit_call(
        document(
            images=[reference(), reference(LARGE)],
            mask=reference(mask()),
            n=2,
            stream=True,
            partial_images=3,
            output_format="jpeg",
            output_compression=80,
            seed=7,
            user=None,
            quality="",
        )
    )
    assert [image.read() for image in call.images] == [PNG, LARGE]
    assert [image.size for image in call.images] == [len(PNG), len(LARGE)]
    assert call.mask is not None
    assert call.mask.read() == mask()
    assert (call.n, call.stream, call.partial_images, call.user) == (2, True, 3, "")
    assert (call.output_format, call.output_compression, call.quality) == ("jpeg", 80, None)
    assert call.ignored == ("seed",)
    call.close()


@pytest.mark.parametrize(
    ("fields", "param", "code"),
    [
        ({}, "images", "missing_required_parameter"),
        ({"images": []}, "images", "missing_required_parameter"),
        ({"images": None}, "images", "missing_required_parameter"),
        ({"image": data_url()}, "images", "missing_required_parameter"),
        ({"images": data_url()}, "images", "invalid_type"),
        ({"images": {"image_url": data_url()}}, "images", "invalid_type"),
        ({"images": [data_url()]}, "images[0]", "invalid_type"),
        ({"images": [data_url(LARGE)]}, "images[0]", "invalid_type"),
        ({"images": [None]}, "images[0]", "invalid_type"),
        ({"images": [reference(), {}]}, "images[1].image_url", "missing_required_parameter"),
        ({"images": [{"image_url": None}]}, "images[0].image_url", "missing_required_parameter"),
        ({"images": [{"image_url": 3}]}, "images[0].image_url", "invalid_type"),
        ({"images": [{"image_url": {"url": data_url()}}]}, "images[0].image_url", "invalid_type"),
        ({"images": [{"image_url": "photo.png"}]}, "images[0].image_url", "invalid_value"),
        ({"images": [{"image_url": "file:///etc/passwd"}]}, "images[0].image_url", "invalid_value"),
        ({"images": [{"image_url": "data:,x"}]}, "images[0].image_url", "invalid_value"),
        (
            {"images": [{"image_url": data_url(b"no picture" * 10)}]},
            "images[0].image_url",
            "invalid_image_file",
        ),
        (
            {"images": [{"image_url": data_url(b"no picture" * 9999)}]},
            "images[0].image_url",
            "invalid_image_file",
        ),
        (
            {"images": [{"image_url": data_url(LARGE) + "*"}]},
            "images[0].image_url",
            "invalid_value",
        ),
        ({"images": [{"file_id": "file-1"}]}, "images[0].file_id", "unsupported_parameter"),
        ({"images": [reference() | {"file_id": "file-1"}]}, "images[0]", "invalid_value"),
        ({"images": [reference() | {"detail": "high"}]}, "images[0].detail", "unknown_parameter"),
        ({"images": [reference()] * 17}, "images", "invalid_value"),
        ({"images": [reference(LARGE)] * 18}, "images", "invalid_value"),
        (
            {"images": [{"image_url": "https://10.0.0.1/a.png"}]},
            "images[0].image_url",
            "invalid_image_url",
        ),
        ({"images": [reference()], "mask": data_url()}, "mask", "invalid_type"),
        ({"images": [reference()], "mask": {"file_id": "f"}}, "mask.file_id", None),
        ({"images": [reference()], "mask": reference()}, "mask", "invalid_image_file"),
        ({"images": [reference()], "markup": reference()}, "markup", "unsupported_parameter"),
    ],
)
def test_references(fields: dict[str, Any], param: str, code: str | None) -> None:
    error = refusal(document(**fields))
    assert (error.status, error.param) == (400, param)
    assert code in {None, error.code}


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("prompt", None, "missing_required_parameter"),
        ("prompt", 3, "invalid_type"),
        ("prompt", ["a sky"], "invalid_type"),
        ("prompt", data_url(LARGE), "invalid_type"),
        ("prompt", "🙂" * 32_001, "string_above_max_length"),
        ("prompt", "half \ud800", "invalid_value"),
        ("prompt", "a\0b", "invalid_value"),
        ("n", "2", "invalid_type"),
        ("n", True, "invalid_type"),
        ("n", 1.5, "invalid_type"),
        ("n", 10**30, "invalid_value"),
        ("n", {}, "invalid_type"),
        ("size", 1024, "invalid_type"),
        ("size", [1024, 1024], "invalid_type"),
        ("quality", 1, "invalid_type"),
        ("quality", [], "invalid_type"),
        ("stream", "true", "invalid_type"),
        ("stream", 1, "invalid_type"),
        ("model", 4, "invalid_type"),
        ("user", {"id": 1}, "invalid_type"),
        ("output_compression", -1, "invalid_value"),
    ],
)
def test_types(name: str, value: object, code: str) -> None:
    error = refusal(document(images=[reference()], **{name: value}))
    assert (error.status, error.param, error.code) == (400, name, code)


def test_a_prompt_of_nothing_but_escapes_is_taken() -> None:
    call = parse.edit_call(document(prompt="🙂" * 32_000, images=[reference()]))
    assert len(call.prompt) == 32_000
    call.close()


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b'"x"', b"null", b"3", b"{'prompt': 1}", b'{"a": 1,}', b'{"a": 1} x'),
        *(b'{"n": NaN}', b'{"n": -Infinity}', b'{"n": ' + b"9" * 5000 + b"}", b'{"a": "\xff"}'),
        *(b'{"a": "unfinished', b'{"a": "\\', b'{"a": ' + b"[" * 200_000, b"\0", b'{"a": "\n"}'),
        b'{"images": [{"image_url": "data:image/png;base64,' + b"A" * 9000,
        '{"a": 1}'.encode("utf-16"),
        b"{" + b'"a":' * 100_000,
    ],
)
def test_texts_that_are_no_json(body: bytes) -> None:
    error = refusal(post(body, "application/json"))
    assert (error.status, error.param, error.code) == (400, None, "invalid_json")


def test_a_byte_order_mark_is_passed_over() -> None:
    body = b"\xef\xbb\xbf" + json.dumps({"prompt": "a", "images": [reference()]}).encode()
    parse.edit_call(post(body, "application/json; charset=utf-8")).close()


def test_a_name_given_twice() -> None:
    body = json.dumps({"prompt": "a", "images": [reference(LARGE)]})[:-1] + ', "prompt": "b"}'
    error = refusal(post(body.encode(), "application/json"))
    assert (error.param, error.code) == ("prompt", "duplicate_parameter")


@pytest.mark.parametrize(
    ("twice", "param"),
    [
        ('"images": [{"image_url": "data:,x"}], "images": []', "images"),
        ('"mask": null, "images": [], "mask": null', "mask"),
        ('"images": [{"image_url": "data:,x", "image_url": "data:,y"}]', "images[0].image_url"),
    ],
)
def test_a_picture_given_twice(twice: str, param: str) -> None:
    error = refusal(post(f'{{"prompt": "a", {twice}}}'.encode(), "application/json"))
    assert (error.param, error.code) == (param, "duplicate_parameter")


def test_an_unknown_name_given_twice_is_passed_over() -> None:
    body = json.dumps({"prompt": "a", "images": [reference()]})[:-1]
    body += ', "seed": 1, "seed": 2, "extra": {"a": 1, "a": 2}}'
    call = parse.edit_call(post(body.encode(), "application/json"))
    call.close()
    assert call.ignored == ("extra", "seed")


@pytest.mark.parametrize("filler", [" ", '"x",', "1,", "[],"])
def test_too_much_that_is_no_picture(filler: str) -> None:
    body = '{"prompt": "a", "x": [' + filler * 1_200_000
    error = refusal(post(body.encode(), "application/json"))
    assert (error.status, error.code) == (413, "request_too_large")


@pytest.mark.parametrize("data", [PNG, LARGE])
@pytest.mark.parametrize(
    "written",
    [
        lambda text: text.replace("/", "\\/"),
        lambda text: text.replace("+", "\\u002B").replace("=", "\\u003d"),
        lambda text: text.replace("+", "-").replace("/", "_").rstrip("="),
        lambda text: "\\n".join(text[at : at + 76] for at in range(0, len(text), 76)),
        lambda text: "\\r\\n".join(text[at : at + 76] for at in range(0, len(text), 76)),
    ],
    ids=["php", "dotnet", "for-urls", "lines", "windows-lines"],
)
def test_how_base64_is_written(data: bytes, written: Any) -> None:
    text = written(base64.b64encode(data).decode())
    body = f'{{"prompt": "a", "images": [{{"image_url": "data:image\\/png;base64,{text}"}}]}}'
    call = parse.edit_call(post(body.encode(), "application/json"))
    assert call.images[0].read() == data
    call.close()


@pytest.mark.parametrize("extra", [LARGE, PNG])
def test_pictures_too_large(settings: Any, extra: bytes) -> None:
    settings.MAX_UPLOAD_BYTES = len(extra) - 1
    error = refusal(document(images=[reference(extra)]))
    assert (error.status, error.param) == (413, "images[0].image_url")


def test_pictures_that_nobody_asked_for_are_let_go(data_dir: Path) -> None:
    call = parse.edit_call(document(images=[reference()], control=data_url(LARGE)))
    assert call.ignored == ("control",)
    call.close()
    made = parse.generation_call(document(images=[reference(LARGE)], style="vivid"))
    assert made.ignored == ("images", "style")
    assert list((data_dir / "scratch").iterdir()) == []


def test_a_sign_cannot_be_forged() -> None:
    """What stands for a lifted picture is known to nobody outside."""
    with pytest.raises(ApiError) as caught:
        parse.edit_call(document(images=[{"image_url": "0" * 32 + "-0"}], x=data_url(LARGE)))
    assert caught.value.param == "images[0].image_url"


def test_pictures_never_come_into_memory() -> None:
    data = PNG + bytes(6_000_000)
    body = json.dumps({"prompt": "a", "images": [reference(data)]}).encode()
    request = post(body, "application/json")
    tracemalloc.start()
    try:
        call = parse.edit_call(request)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert call.images[0].size == len(data)
    assert peak < 1_500_000
    call.close()
