"""The fake provider draws what was asked for, counts it, and streams it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from PIL import Image, ImageChops

from tests.faults.asking import (
    BOX,
    JPEG,
    MASK,
    PROMPT,
    SIZE,
    ask,
    events,
    mean_difference,
    picture,
    quick,
)
from tests.faults.fake_provider.drifts import DRIFTS, OF_THE_MASK
from tests.faults.fake_provider.models import MODELS
from tests.faults.fake_provider.painting import colour_of

if TYPE_CHECKING:
    import httpx

    from tests.faults.fake import Fake

# What it draws


def test_an_edit_changes_the_painted_area_and_nothing_else(
    fake: Fake, client: httpx.Client
) -> None:
    body = ask(fake.base_url, client).json()
    result = picture(body["data"][0]["b64_json"])
    sent = Image.open(io.BytesIO(JPEG[1]))
    assert ImageChops.difference(result.convert("RGB"), sent).getbbox() == BOX
    assert result.getpixel(BOX[:2]) == pytest.approx(colour_of(PROMPT), abs=80)
    assert body["size"], body["quality"] == ("1024x1024", "low")


def test_the_same_prompt_paints_the_same(fake: Fake, client: httpx.Client) -> None:
    one, two = (quick(fake.base_url, client).json()["data"] for _turn in range(2))
    assert one == two


@pytest.mark.parametrize("name", [*DRIFTS, *OF_THE_MASK])
def test_a_drift_touches_what_nobody_painted(fake: Fake, client: httpx.Client, name: str) -> None:
    prompt = f"{PROMPT} [[drift:{name}]]"
    result = picture(ask(fake.base_url, client, prompt=prompt).json()["data"][0]["b64_json"])
    sent = Image.open(io.BytesIO(JPEG[1]))
    corner = (0, 0, 200, 200)
    if name == "wrong-size":
        assert result.size == (512, 682)
    elif name == "transparent":
        assert result.getchannel("A").getextrema() == (0, 255)
    else:
        assert mean_difference(result.crop(corner), sent.crop(corner)) > 1


@pytest.mark.parametrize(
    ("output_format", "compression"), [("png", None), ("jpeg", "60"), ("webp", "80")]
)
def test_the_format_is_the_one_asked_for(
    fake: Fake, client: httpx.Client, output_format: str, compression: str | None
) -> None:
    body = ask(
        fake.base_url, client, output_format=output_format, output_compression=compression
    ).json()
    found = picture(body["data"][0]["b64_json"])
    assert (found.format, found.size) == (output_format.upper(), SIZE)


def test_several_pictures_in_and_out(fake: Fake, client: httpx.Client) -> None:
    files = [("image[]", JPEG), ("image[]", JPEG), ("mask", MASK)]
    body = ask(fake.base_url, client, files=files, n="3").json()
    assert len({item["b64_json"] for item in body["data"]}) == 3
    assert body["usage"]["input_tokens_details"]["image_tokens"] == 2 * 1225


def test_transparency_is_given_where_it_was_asked(fake: Fake, client: httpx.Client) -> None:
    body = ask(fake.base_url, client, background="transparent").json()
    assert picture(body["data"][0]["b64_json"]).getchannel("A").getextrema() == (0, 255)
    assert body["background"] == "transparent"


# What it counts


@pytest.mark.parametrize(
    ("model", "quality", "size", "tokens"),
    [
        ("gpt-image-2", "low", SIZE, 196),
        ("gpt-image-2", "medium", SIZE, 1756),
        ("gpt-image-2", "high", SIZE, 7024),
        ("gpt-image-2.5-flare", "medium", SIZE, 439),
        ("gpt-image-2.5-flare", "xhigh", SIZE, 3122),
        ("gpt-image-2.5-flare", "max", SIZE, 7024),
        ("gpt-image-1.5", "high", (1024, 1536), 6240),
        ("gpt-image-1-mini", "low", (1536, 1024), 400),
    ],
)
def test_tokens_follow_the_published_counts(
    model: str, quality: str, size: tuple[int, int], tokens: int
) -> None:
    assert MODELS[model].output_tokens(size, quality) == tokens


def test_usage_adds_up(fake: Fake, client: httpx.Client) -> None:
    usage = ask(fake.base_url, client, n="2").json()["usage"]
    assert usage["output_tokens"] == 2 * 196
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    assert usage["input_tokens"] == sum(usage["input_tokens_details"].values())


# Streams


def test_a_stream_brings_previews_and_the_picture(fake: Fake, client: httpx.Client) -> None:
    response = ask(fake.base_url, client, stream="true", partial_images="2")
    assert response.headers["content-type"].startswith("text/event-stream")
    found = events(response)
    assert [e["type"].removeprefix("image_edit.") for e in found] == [
        *("partial_image", "partial_image", "completed")
    ]
    assert [e.get("partial_image_index") for e in found] == [0, 1, None]
    assert found[-1]["usage"]["output_tokens"] == 196 + 200
    assert picture(found[-1]["b64_json"]).size == SIZE


def test_a_stream_of_several(fake: Fake, client: httpx.Client) -> None:
    found = events(quick(fake.base_url, client, stream="true", n="3"))
    assert [e["type"] for e in found] == ["image_edit.completed"] * 3
    (line,) = fake.ledger()
    for kind in ("input_tokens", "output_tokens", "total_tokens"):
        assert sum(e["usage"][kind] for e in found) == line["usage"][kind]
    assert found[0]["usage"]["output_tokens"] == found[2]["usage"]["output_tokens"]


def test_a_stream_that_is_refused_is_plain(fake: Fake, client: httpx.Client) -> None:
    response = ask(fake.base_url, client, stream="true", n="11")
    assert (response.status_code, response.headers["content-type"]) == (400, "application/json")
