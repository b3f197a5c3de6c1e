from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image, ImageOps

from editor.imaging.errors import Rejected
from editor.imaging.mask import MaskFacts, divide, normalise
from tests.imaging.make import (
    PNG,
    make_bomb_1_bit,
    make_chunk,
    make_file,
    make_header,
    make_mutation,
    make_picture,
    make_png,
)

if TYPE_CHECKING:
    from pathlib import Path


def make_coverage() -> Image.Image:
    """10 x 8, painted in the box 2, 1, 7, 5: twenty pixels, one of them only a little."""
    coverage = Image.new("L", (10, 8), 0)
    coverage.paste(255, (2, 1, 7, 5))
    coverage.putpixel((2, 1), 1)
    return coverage


def send(folder: Path, mask: Image.Image | bytes, size: tuple[int, int] = (10, 8)) -> MaskFacts:
    source = folder / "mask"
    if isinstance(mask, bytes):
        source.write_bytes(mask)
    else:
        make_file(source, mask)
    return normalise(source=str(source), out=str(folder / "out.png"), width=size[0], height=size[1])


def in_wire_form(coverage: Image.Image, mode: str) -> Image.Image:
    image = make_picture(mode, coverage.size)
    image.putalpha(ImageOps.invert(coverage))
    return image


def as_16_bit(coverage: Image.Image) -> Image.Image:
    return Image.fromarray(np.asarray(coverage).astype(np.uint16) * 257)


@pytest.mark.parametrize(
    ("mask", "polarity"),
    [
        (make_coverage(), "white"),
        (Image.merge("RGB", [make_coverage()] * 3), "white"),
        (make_coverage().convert("RGBA"), "white"),
        (make_coverage().convert("LA"), "white"),
        (make_coverage().convert("P"), "white"),
        (as_16_bit(make_coverage()), "white"),
        (in_wire_form(make_coverage(), "RGBA"), "alpha"),
        (in_wire_form(make_coverage(), "LA"), "alpha"),
    ],
)
def test_every_form_gives_the_same_coverage(
    tmp_path: Path, mask: Image.Image, polarity: str
) -> None:
    facts = send(tmp_path, mask)
    assert facts == {
        "box": [2, 1, 7, 5],
        "painted": 20,
        "protected": 60,
        "full": False,
        "polarity": polarity,
    }
    with Image.open(tmp_path / "out.png") as out:
        assert (out.mode, out.tobytes()) == ("L", make_coverage().crop((2, 1, 7, 5)).tobytes())


def test_one_bit_is_enough(tmp_path: Path) -> None:
    facts = send(tmp_path, make_coverage().point([0] + [255] * 255).convert("1"))
    assert (facts["painted"], facts["polarity"]) == (20, "white")


def test_a_palette_with_transparency_speaks_by_its_alpha(tmp_path: Path) -> None:
    image = Image.new("P", (10, 8), 1)
    image.putpalette([0, 0, 0, 255, 255, 255])
    image.putpixel((4, 4), 0)
    make_file(tmp_path / "p", image, transparency=0)
    facts = send(tmp_path, (tmp_path / "p").read_bytes())
    assert (facts["box"], facts["polarity"]) == ([4, 4, 5, 5], "alpha")


def test_a_whole_mask_is_full(tmp_path: Path) -> None:
    facts = send(tmp_path, Image.new("L", (10, 8), 1))
    assert (facts["full"], facts["painted"], facts["protected"]) == (True, 80, 0)


def parts(folder: Path, *boxes: list[int]) -> list[MaskFacts]:
    """What lies in each box of a mask with two spots, 2 x 2 and 1 x 3."""
    mask = Image.new("L", (10, 8))
    mask.paste(200, (1, 1, 3, 3))
    mask.paste(90, (8, 4, 9, 7))
    make_file(folder / "mask", mask)
    outs = [str(folder / f"{number}.png") for number in range(len(boxes))]
    size = {"width": 10, "height": 8}
    return divide(source=str(folder / "mask"), outs=outs, boxes=list(boxes), **size)["areas"]


def test_areas_become_masks_of_their_own(tmp_path: Path) -> None:
    areas = parts(tmp_path, [0, 0, 5, 8], [5, 0, 10, 8])
    assert [(area["box"], area["painted"], area["protected"]) for area in areas] == [
        ([1, 1, 3, 3], 4, 76),
        ([8, 4, 9, 7], 3, 77),
    ]
    with Image.open(tmp_path / "1.png") as out:
        assert (out.size, out.getextrema()) == ((1, 3), (90, 90))


@pytest.mark.parametrize(
    "boxes",
    [
        ([0, 0, 5, 8], [5, 0, 9, 5]),  # half of a spot
        ([0, 0, 5, 8], [4, 0, 6, 8]),  # nothing in one
        ([0, 0, 9, 8], [1, 1, 3, 3]),  # one spot twice
    ],
)
def test_areas_that_do_not_hold_all_of_it_once_are_refused(
    tmp_path: Path, boxes: tuple[list[int], ...]
) -> None:
    with pytest.raises(Rejected) as caught:
        parts(tmp_path, *boxes)
    assert caught.value.code == "mask_areas"


@pytest.mark.parametrize(
    "mask",
    [Image.new("L", (10, 8), 0), Image.new("RGB", (10, 8)), Image.new("RGBA", (10, 8), "#000f")],
)
def test_an_empty_mask_is_refused(tmp_path: Path, mask: Image.Image) -> None:
    with pytest.raises(Rejected) as caught:
        send(tmp_path, mask)
    assert caught.value.code == "mask_empty"
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize("size", [(8, 10), (11, 8), (10, 7), (1, 1)])
def test_another_size_is_refused_naming_both(tmp_path: Path, size: tuple[int, int]) -> None:
    with pytest.raises(Rejected, match=f"{size[0]} x {size[1]} pixels .* 10 x 8") as caught:
        send(tmp_path, Image.new("L", size, 255))
    assert caught.value.code == "mask_size"


def sized_twice() -> bytes:
    """A second header, far larger, behind the one that was checked."""
    return make_png(make_header(10, 8, 8, 0), b"\0", before=make_header(30_000, 30_000, 8, 0))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "mask_not_png"),
        (b"\xff\xd8\xff\xe0", "mask_not_png"),
        (PNG, "mask_size"),
        (make_bomb_1_bit(30_000), "mask_size"),
        (PNG + make_header(10, 8, 8, 0), "mask_unreadable"),
        (PNG + make_header(10, 8, 8, 0) + make_chunk(b"IEND"), "mask_unreadable"),
        (make_png(make_header(10, 8, 8, 0), b"\0" * 20), "mask_unreadable"),
        (sized_twice(), "mask_unreadable"),
    ],
)
def test_what_is_no_mask_is_refused(tmp_path: Path, data: bytes, code: str) -> None:
    with pytest.raises(Rejected) as caught:
        send(tmp_path, data)
    assert caught.value.code == code


def test_an_animated_mask_is_refused(tmp_path: Path) -> None:
    frames = [make_picture("L", (10, 8), seed) for seed in range(2)]
    make_file(tmp_path / "mask", frames[0], save_all=True, append_images=frames[1:])
    with pytest.raises(Rejected) as caught:
        send(tmp_path, (tmp_path / "mask").read_bytes())
    assert caught.value.code == "mask_unreadable"


def test_hurt_masks_give_facts_or_refusals(tmp_path: Path) -> None:
    make_file(tmp_path / "whole", make_picture("RGBA", (10, 8)))
    whole = (tmp_path / "whole").read_bytes()
    codes: set[str] = set()
    for seed in range(150):
        try:
            codes.add(send(tmp_path, make_mutation(whole, seed))["polarity"])
        except Rejected as refusal:
            codes.add(refusal.code)
    assert codes <= {"alpha", "white", "mask_not_png", "mask_size", "mask_unreadable", "mask_empty"}
    assert "mask_unreadable" in codes


def send_alpha(
    folder: Path, mask: Image.Image, kind: str = "PNG", *, lossless: bool = True
) -> MaskFacts:
    source = make_file(
        folder / "mask", mask, kind, **({"lossless": lossless} if kind == "WEBP" else {})
    )
    return normalise(
        source=str(source), out=str(folder / "out.png"), width=10, height=8, only_alpha=True
    )


@pytest.mark.parametrize(("mode", "kind"), [("LA", "PNG"), ("RGBA", "PNG"), ("RGBA", "WEBP")])
def test_of_a_program_only_alpha_counts(tmp_path: Path, mode: str, kind: str) -> None:
    facts = send_alpha(tmp_path, in_wire_form(make_coverage(), mode), kind)
    assert (facts["polarity"], facts["box"], facts["painted"]) == ("alpha", [2, 1, 7, 5], 20)
    with Image.open(tmp_path / "out.png") as kept:
        assert kept.tobytes() == make_coverage().crop((2, 1, 7, 5)).tobytes()


def test_an_opaque_mask_of_a_program_marks_nothing_whatever_its_colours(tmp_path: Path) -> None:
    with pytest.raises(Rejected) as refused:
        send_alpha(tmp_path, make_coverage().convert("RGBA"))
    assert refused.value.code == "mask_empty"


@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_a_mask_of_a_program_has_alpha(tmp_path: Path, mode: str) -> None:
    with pytest.raises(Rejected) as refused:
        send_alpha(tmp_path, make_coverage().convert(mode))
    assert refused.value.code == "mask_no_alpha"


def test_a_palette_may_say_what_is_transparent(tmp_path: Path) -> None:
    source = tmp_path / "mask"
    image = make_coverage().point([0, *[1] * 255]).convert("P")
    image.putpalette([0, 0, 0, 9, 9, 9])
    image.save(source, "PNG", transparency=1)
    facts = normalise(
        source=str(source), out=str(tmp_path / "out.png"), width=10, height=8, only_alpha=True
    )
    assert (facts["box"], facts["painted"]) == ([2, 1, 7, 5], 20)


@pytest.mark.parametrize(("kind", "only_alpha"), [("WEBP", False), ("JPEG", False), ("JPEG", True)])
def test_masks_of_another_format(tmp_path: Path, kind: str, *, only_alpha: bool) -> None:
    source = make_file(tmp_path / "mask", make_coverage(), kind)
    with pytest.raises(Rejected) as refused:
        normalise(
            source=str(source),
            out=str(tmp_path / "out.png"),
            width=10,
            height=8,
            only_alpha=only_alpha,
        )
    assert refused.value.code == "mask_not_png"


@pytest.mark.parametrize("lossless", [True, False])
@pytest.mark.parametrize("mode", ["RGBA", "RGB"])
@pytest.mark.parametrize("size", [(11, 8), (10, 7), (300, 1), (16383, 1)])
@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_a_mask_of_a_program_of_another_size(
    tmp_path: Path, kind: str, size: tuple[int, int], mode: str, *, lossless: bool
) -> None:
    """WebP says its size in three ways: lossless, lossy, and lossy with alpha."""
    image = in_wire_form(make_coverage(), "RGBA").resize(size).convert(mode)
    with pytest.raises(Rejected) as refused:
        send_alpha(tmp_path, image, kind, lossless=lossless)
    assert refused.value.code == "mask_size"
    assert refused.value.params["mask_width"] == size[0]
    assert refused.value.params["mask_height"] == size[1]
    assert not (tmp_path / "out.png").exists()


def test_a_webp_that_begins_with_nothing_known(tmp_path: Path) -> None:
    (tmp_path / "mask").write_bytes(b"RIFF\x20\0\0\0WEBPODD " + bytes(24))
    with pytest.raises(Rejected) as refused:
        normalise(
            source=str(tmp_path / "mask"),
            out=str(tmp_path / "out.png"),
            width=10,
            height=8,
            only_alpha=True,
        )
    assert refused.value.code == "mask_unreadable"
