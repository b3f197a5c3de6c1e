"""Files of a form: judged by their bytes, refused by name, never left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from editor.api import parse
from editor.api.arrivals import IN_MEMORY_BYTES
from editor.api.errors import ApiError
from tests.api.asking import (
    BOUNDARY,
    PNG,
    data_url,
    encoded,
    form,
    mask,
    picture,
    post,
    refusal,
)
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from pathlib import Path

    from tests.api.asking import Part

PROMPT = ("prompt", "a sky")
JPEG = as_bytes(make_image(8, 6), "JPEG")
WEBP = as_bytes(make_image(8, 6), "WEBP")
AVIF = as_bytes(make_image(8, 6), "AVIF")
GIF = as_bytes(make_image(8, 6, "L"), "GIF")
# More than stays in memory.
LARGE = IN_MEMORY_BYTES


@pytest.mark.parametrize(
    ("data", "kind"), [(PNG, "png"), (JPEG, "jpeg"), (WEBP, "webp"), (AVIF, "avif")]
)
@pytest.mark.parametrize("name", ["upload", "photo.jpg", "é “q” 漢.png", "../../etc/passwd", ".."])
def test_bytes_say_what_a_file_is(data: bytes, kind: str, name: str) -> None:
    call = parse.edit_call(form(PROMPT, ("image", data, name, "application/octet-stream")))
    [image] = call.images
    assert (image.content_type, image.size, image.read()) == (f"image/{kind}", len(data), data)
    assert "/" not in (image.name or "/")
    call.close()


def test_a_name_is_kept_whole() -> None:
    call = parse.edit_call(form(PROMPT, ("image", PNG, "Übung, 漢字.png")))
    assert call.images[0].name == "Übung, 漢字.png"
    call.close()


@pytest.mark.parametrize("size", [0, 2_000_000, LARGE])
def test_a_name_longer_than_the_disk_takes(size: int) -> None:
    name = "a." + "x" * 700
    call = parse.edit_call(form(PROMPT, ("image", PNG + bytes(size), name)))
    assert call.images[0].size == len(PNG) + size
    call.close()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"just a text", "not a picture"),
        (b"", "empty"),
        (GIF, "GIF"),
        (b"%PDF-1.7", "PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "Video"),
        (PNG[:7], "not a picture"),
    ],
)
@pytest.mark.parametrize("field", ["image", "image[]", "mask"])
def test_what_is_no_picture(field: str, data: bytes, said: str) -> None:
    error = refusal(form(PROMPT, picture(), (field, data, "a.png", "image/png")))
    assert (error.status, error.code) == (400, "invalid_image_file")
    assert error.param == field.removesuffix("[]")
    assert said in error.message


@pytest.mark.parametrize("parts", [[], [("image", "")], [("image[]", "null")]])
def test_without_a_picture(parts: list[Part]) -> None:
    error = refusal(form(PROMPT, *parts))
    assert (error.status, error.param) == (400, "image")
    assert error.code == "missing_required_parameter"


def test_sixteen_and_no_more() -> None:
    many = [picture("image[]", seed) for seed in range(17)]
    call = parse.edit_call(form(PROMPT, *many[:16]))
    assert [image.name for image in call.images] == [f"{seed}.png" for seed in range(16)]
    call.close()
    error = refusal(form(PROMPT, *many))
    assert (error.status, error.param) == (400, "image")
    texts = [("image[]", data_url()) for _ in range(17)]
    assert refusal(form(PROMPT, *texts)).param == "image"


def test_a_text_where_a_file_is_expected() -> None:
    error = refusal(form(PROMPT, ("image", "photo.png")))
    assert (error.status, error.param, error.code) == (400, "image", "invalid_type")
    error = refusal(form(PROMPT, picture(), ("mask", "mask.png")))
    assert (error.param, error.code) == ("mask", "invalid_type")


def test_the_text_of_a_generated_example_is_passed_over() -> None:
    call = parse.edit_call(form(PROMPT, ("image", "<string>"), picture("image.0")))
    assert (len(call.images), call.ignored) == (1, ("image",))
    call.close()


@pytest.mark.parametrize("text", [data_url(), data_url(kind="image/PNG;charset=utf-8"), PNG])
def test_a_picture_in_a_text_part(text: Any) -> None:
    call = parse.edit_call(form(PROMPT, ("image", text), ("mask", data_url(mask()))))
    assert call.images[0].read() == PNG
    assert call.mask is not None
    call.close()


@pytest.mark.parametrize(
    "text",
    [
        *("data:", "data:image/png,abc", "data:image/png;base64,a*b=", "data:x;base64,abc=def="),
        *("data:image/png;base64,é", "data:image/png;base64,abcde"),
    ],
)
def test_a_data_url_that_is_none(text: str) -> None:
    error = refusal(form(PROMPT, ("image", text)))
    assert (error.status, error.param) == (400, "image")


def test_an_address_is_not_fetched_unless_the_operator_says_so() -> None:
    error = refusal(form(PROMPT, ("image", "https://example.org/a.png")))
    assert (error.status, error.param, error.code) == (400, "image", "invalid_image_url")
    assert "PENTIMENTO_API_FETCH_URLS" in error.message


@pytest.mark.parametrize("name", ["mask", "mask[]", "mask[0]"])
@pytest.mark.parametrize(
    "data",
    [
        mask("RGBA"),
        mask("LA"),
        mask("RGBA", "WEBP", lossless=True),
        mask("RGBA", "WEBP"),
        mask("L", transparency=0),
        as_bytes(make_image(8, 6, "L").convert("P"), transparency=3),
    ],
)
def test_masks(name: str, data: bytes) -> None:
    call = parse.edit_call(form(PROMPT, picture(), (name, data, "mask.png")))
    assert call.mask is not None
    assert call.mask.read() == data
    call.close()


@pytest.mark.parametrize(
    "data", [mask("RGB"), mask("L"), mask("RGB", "WEBP"), mask("RGB", "WEBP", lossless=True), JPEG]
)
def test_masks_that_can_mark_nothing(data: bytes) -> None:
    error = refusal(form(PROMPT, picture(), ("mask", data, "mask.png")))
    assert (error.status, error.param, error.code) == (400, "mask", "invalid_image_file")
    assert "alpha" in error.message


@pytest.mark.parametrize("length", range(8, 21, 4))
def test_masks_cut_short(length: int) -> None:
    for data in (mask(), mask("RGB"), mask("RGBA", "WEBP"), mask("RGBA", "WEBP", lossless=True)):
        error = refusal(form(PROMPT, picture(), ("mask", data[:length], "mask.png")))
        assert (error.param, error.code) == ("mask", "invalid_image_file")


def test_two_masks() -> None:
    error = refusal(form(PROMPT, picture(), *[("mask", mask(), "m.png")] * 2))
    assert (error.param, error.code) == ("mask", "duplicate_parameter")


@pytest.mark.parametrize("name", ["markup", "markup[]"])
@pytest.mark.parametrize("with_mask", [False, True])
def test_markup(name: str, with_mask: bool) -> None:
    parts = [("mask", mask(), "m.png")] if with_mask else []
    error = refusal(form(PROMPT, picture(), (name, PNG, "m.png"), *parts))
    assert (error.status, error.param) == (400, "markup")


def test_a_file_nobody_wants() -> None:
    call = parse.edit_call(form(PROMPT, ("control", bytes(LARGE), "c.bin"), picture()))
    assert call.ignored == ("control",)
    call.close()


@pytest.mark.parametrize("spare", [0, 2_000_000, LARGE])
def test_files_that_are_too_large(settings: Any, spare: int) -> None:
    settings.MAX_UPLOAD_BYTES = len(PNG) + 10 + spare
    call = parse.edit_call(form(PROMPT, ("image", PNG + bytes(10 + spare), "a.png")))
    call.close()
    for name in ("image", "image[1]", "mask"):
        error = refusal(form(PROMPT, picture(), (name, PNG + bytes(11 + spare), "a.png")))
        assert (error.status, error.param) == (413, name.partition("[")[0])


def test_texts_that_are_too_large() -> None:
    error = refusal(form(PROMPT, picture(), ("notes", "x" * 3_000_000)))
    assert (error.status, error.code) == (413, "request_too_large")


@pytest.mark.parametrize(
    "parts",
    [
        [(f"field{number}", "x") for number in range(1500)],
        [(f"file{number}", b"x", "x.bin") for number in range(150)],
    ],
)
def test_too_many_parts(parts: list[Part]) -> None:
    assert refusal(form(PROMPT, picture(), *parts)).status == 400


@pytest.mark.parametrize("size", [2_000_000, LARGE])
def test_a_form_that_breaks_off(size: int, data_dir: Path) -> None:
    body = encoded([PROMPT, ("image", PNG + bytes(size), "a.png")])[:-200]
    error = refusal(post(body, f"multipart/form-data; boundary={BOUNDARY}"))
    assert (error.status, error.code) == (400, "invalid_multipart")
    assert list((data_dir / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=é", "multipart/form-data; x=\0"]
)
def test_a_form_without_a_boundary(kind: str) -> None:
    assert refusal(post(encoded([PROMPT]), kind)).status == 400


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "application/x-www-form-urlencoded", "multipart/mixed; boundary=x"]
)
def test_other_bodies(kind: str) -> None:
    assert refusal(post(b"prompt=a", kind)).status == 415


@pytest.mark.parametrize(("size", "files"), [(2_000_000, 0), (LARGE, 2)])
def test_what_was_in_memory_is_not_written_down(size: int, files: int, data_dir: Path) -> None:
    parts = [("image", PNG + bytes(size), "a.png"), ("mask", mask(), "m.png")]
    call = parse.edit_call(form(PROMPT, *parts))
    assert len(list((data_dir / "scratch").iterdir())) == files
    assert [file.read() for file in call.files] == [parts[0][1], parts[1][1]]
    call.close()
    assert list((data_dir / "scratch").iterdir()) == []


def test_nothing_of_the_body_is_held_while_its_call_waits() -> None:
    request = form(PROMPT, picture())
    call = parse.edit_call(request)
    with pytest.raises(ValueError, match="closed"):
        request.read()
    assert call.images[0].read() == picture()[1]
    call.close()


def test_errors_after_large_files_leave_nothing(data_dir: Path) -> None:
    large = [("image[]", PNG + bytes(LARGE), "a.png")] * 3
    error = refusal(form(PROMPT, *large, ("n", "0")))
    assert error.param == "n"
    assert list((data_dir / "scratch").iterdir()) == []


def test_a_full_disk_says_so(settings: Any) -> None:
    settings.MIN_FREE_BYTES = 1 << 60
    error = refusal(form(PROMPT, picture()))
    assert (error.status, error.code) == (507, "disk_full")
    assert error.headers == {"x-should-retry": "false"}


def test_generations_and_variations() -> None:
    made = parse.generation_call(form(PROMPT, ("n", "2"), picture()))
    assert (made.prompt, made.n, made.ignored) == ("a sky", 2, ("image",))
    varied = parse.variation_call(form(("size", "256x256"), picture(), ("mask", mask(), "m.png")))
    assert (varied.image.read(), varied.size) == (picture()[1], (256, 256))
    varied.close()
    for parts in ([], [picture(), picture()]):
        with pytest.raises(ApiError) as caught:
            parse.variation_call(form(*parts))
        assert caught.value.param == "image"
