"""Every field of a form: what it may hold, and how what it may not is answered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from editor.api import parse
from editor.api.errors import ApiError
from tests.api.asking import document, form, picture, post, reference


def call(**texts: str) -> Any:
    fields = {"prompt": "a sky", **texts}
    return parse.edit_call(form(*fields.items(), picture()))


def refusal(**texts: str) -> ApiError:
    with pytest.raises(ApiError) as caught:
        call(**texts)
    assert set(caught.value.to_json()["error"]) == {"message", "type", "param", "code"}
    return caught.value


def test_nothing_said_is_the_default() -> None:
    made = call()
    assert (made.model, made.n, made.size, made.stream) == ("", 1, None, False)
    assert (made.quality, made.background, made.output_format, made.user) == (None, None, None, "")
    assert (made.response_format, made.focus, made.protect) == ("b64_json", "auto", "strict")
    assert made.feather is None
    assert made.mask is None
    assert made.ignored == ()


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("n", "1", 1),
        ("n", "10", 10),
        ("n", "", 1),
        ("n", "null", 1),
        ("size", "auto", None),
        ("size", "1024x1024", (1024, 1024)),
        ("size", "1536x864", (1536, 864)),
        ("quality", "auto", None),
        ("quality", "xhigh", "xhigh"),
        ("quality", "hd", "hd"),
        ("background", "transparent", "transparent"),
        ("input_fidelity", "high", "high"),
        ("output_format", "webp", "webp"),
        ("moderation", "low", "low"),
        ("moderation", "auto", None),
        ("stream", "true", True),
        ("stream", "False", False),
        ("stream", "1", True),
        ("partial_images", "0", 0),
        ("response_format", "url", "url"),
        ("response_format", "null", "b64_json"),
        ("user", "u-1", "u-1"),
        ("model", "gpt-image-1", "gpt-image-1"),
        ("focus", "off", "off"),
        ("protect", "off", "off"),
        ("feather", "centred", "centred"),
        ("prompt", "é 漢字 🙂", "é 漢字 🙂"),
        ("prompt", "data: a chart", "data: a chart"),
        ("prompt", "🙂" * 32_000, "🙂" * 32_000),
    ],
)
def test_what_is_taken(name: str, text: str, value: object) -> None:
    assert getattr(call(**{name: text}), name) == value


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("prompt", "", "missing_required_parameter"),
        ("prompt", " \n", "missing_required_parameter"),
        ("prompt", "null", "missing_required_parameter"),
        ("prompt", "🙂" * 32_001, "string_above_max_length"),
        ("prompt", "a\0b", "invalid_value"),
        ("n", "0", "invalid_value"),
        ("n", "11", "invalid_value"),
        ("n", "-1", "invalid_value"),
        ("n", "abc", "invalid_type"),
        ("n", "1.5", "invalid_type"),
        ("n", "9" * 5000, "invalid_type"),
        ("n", "٣", "invalid_type"),
        *(("size", text, "invalid_value") for text in ("1024X1024", "1024x", "x", "0x0", "1x1x1")),
        ("size", "9" * 400, "string_above_max_length"),
        ("quality", "best", "invalid_value"),
        ("background", "blue", "invalid_value"),
        ("input_fidelity", "medium", "invalid_value"),
        ("output_format", "gif", "invalid_value"),
        ("output_compression", "101", "invalid_value"),
        ("output_compression", "50", "invalid_value"),
        ("moderation", "none", "invalid_value"),
        ("stream", "yes", "invalid_type"),
        ("partial_images", "4", "invalid_value"),
        ("partial_images", "1", "invalid_value"),
        ("response_format", "png", "invalid_value"),
        ("user", "u" * 513, "string_above_max_length"),
        ("safety_identifier", "u" * 513, "string_above_max_length"),
        ("model", "m" * 201, "string_above_max_length"),
        ("model", "m\0", "invalid_value"),
        ("focus", "on", "invalid_value"),
        ("protect", "hard", "invalid_value"),
        ("feather", "12", "invalid_value"),
    ],
)
def test_what_is_refused(name: str, text: str, code: str) -> None:
    error = refusal(**{name: text})
    assert (error.status, error.param, error.code) == (400, name, code)


def test_without_a_prompt() -> None:
    with pytest.raises(ApiError) as caught:
        parse.edit_call(form(picture()))
    assert caught.value.param == "prompt"


def test_transparency_needs_a_format_that_has_it() -> None:
    assert refusal(background="transparent", output_format="jpeg").param == "background"
    assert call(background="transparent", output_format="webp").background == "transparent"


@pytest.mark.parametrize("kind", ["jpeg", "webp"])
@pytest.mark.parametrize("level", [0, 100])
def test_compression_of_what_is_compressed(kind: str, level: int) -> None:
    made = call(output_format=kind, output_compression=str(level))
    assert made.output_compression == level


def test_what_png_has_anyway_is_no_wish() -> None:
    assert call(output_compression="100").output_compression is None


def test_previews_come_in_a_stream() -> None:
    made = call(stream="true", partial_images="2")
    assert (made.stream, made.partial_images) == (True, 2)


def test_the_newer_name_of_a_user_wins() -> None:
    assert call(user="old", safety_identifier="new").user == "new"


def test_what_nobody_knows_is_named() -> None:
    fields = {"seed": "3", "svg[reasoning][effort]": "low", "a[b][c]": "1", "x y é": "2"}
    assert call(**fields).ignored == ("a", "seed", "svg", "x?y??")


def test_a_field_given_twice() -> None:
    with pytest.raises(ApiError) as caught:
        parse.edit_call(form(("prompt", "a"), ("prompt", "b"), picture()))
    assert (caught.value.param, caught.value.code) == ("prompt", "duplicate_parameter")


def test_a_file_where_a_text_belongs() -> None:
    with pytest.raises(ApiError) as caught:
        parse.edit_call(form(("prompt", b"a sky", "prompt.txt"), picture()))
    assert (caught.value.param, caught.value.code) == ("prompt", "invalid_type")


def test_text_that_is_not_utf8() -> None:
    with pytest.raises(ApiError) as caught:
        parse.edit_call(form(("prompt", "ciel bleuté".encode("latin-1")), picture()))
    assert (caught.value.status, caught.value.param) == (400, "prompt")


def test_an_unknown_field_given_twice_is_passed_over() -> None:
    call = parse.edit_call(form(("prompt", "a sky"), picture(), ("seed", "1"), ("seed", "2")))
    call.close()
    assert call.ignored == ("seed",)


def test_in_json_a_number_without_a_fraction_is_a_whole_one() -> None:
    call = parse.edit_call(document(images=[reference()], n=2.0))
    call.close()
    assert (call.n, type(call.n)) == (2, int)


@pytest.mark.parametrize("n", [1.5, 1e400, -0.5])
def test_a_fraction_is_none(n: float) -> None:
    text = json.dumps({"prompt": "a sky", "images": [reference()], "n": n})
    request = post(text.replace("Infinity", "1e400").encode(), "application/json")
    with pytest.raises(ApiError) as caught:
        parse.edit_call(request)
    assert (caught.value.status, caught.value.param) == (400, "n")
