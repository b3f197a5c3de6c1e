"""Backgrounds around things whose true outline is known, because the tests put them there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from editor.engines.builtin.background import Changed, change_background
from editor.engines.builtin.subject import find_subject
from editor.imaging.errors import Rejected
from tests.engines.builtin.textures import make_gradient, make_grass, make_stripes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.engines.builtin.holes import Mask
    from editor.engines.builtin.steps import Step
    from editor.engines.builtin.synthesis import Pixels

SIZE = 320
GROUNDS = {"grass": make_grass, "sky": make_gradient, "fence": make_stripes}
MASKS = ("box", "painting", "scribble", "outline")
CUT: list[Step] = [{"do": "cut_out", "region": "background"}]
WHITE: list[Step] = [{"do": "backdrop", "colour": "#ffffff", "region": "background"}]


def make_shape() -> NDArray[np.float32]:
    """How much of each pixel a thing with a head and a body covers; its edge is soft."""
    fine = np.zeros((SIZE * 4, SIZE * 4), dtype=np.uint8)
    cv2.circle(fine, (SIZE * 2, int(SIZE * 1.4)), int(SIZE * 0.45), 255, cv2.FILLED)
    centre, axes = (SIZE * 2, int(SIZE * 2.5)), (int(SIZE * 0.55), int(SIZE * 0.9))
    cv2.ellipse(fine, centre, axes, 15, 0, 360, 255, cv2.FILLED)
    shape = cv2.resize(fine, (SIZE, SIZE), interpolation=cv2.INTER_AREA)
    return (cv2.GaussianBlur(shape, (0, 0), 0.8) / 255).astype(np.float32)


def make_thing() -> Pixels:
    """Red with shading and grain."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    levels = np.stack([190 + 50 * x, 40 + 30 * y, 45 + 20 * x], axis=2)
    return np.clip(levels + np.random.default_rng(3).normal(0, 5, levels.shape), 0, 255).astype(
        np.uint8
    )


def make_scene(ground: str) -> tuple[Pixels, NDArray[np.float32], Pixels]:
    """The picture, the true share of the thing, and the background without it."""
    share, back = make_shape(), GROUNDS[ground](SIZE)
    mixed = make_thing() * share[..., None] + back * (1 - share[..., None])
    return np.rint(mixed).astype(np.uint8), share, back


def make_mask(kind: str, share: NDArray[np.float32]) -> Mask:
    """A person's mark: never along the true edge."""
    thing: Any = (share > 0.5).astype(np.uint8)
    mark: Any = np.zeros_like(thing)
    rows, columns = np.nonzero(thing)
    if kind == "box":
        mark[rows.min() - 6 : rows.max() + 7, columns.min() - 6 : columns.max() + 7] = 1
    elif kind == "painting":
        mark = cv2.morphologyEx(
            cv2.dilate(thing, np.ones((9, 9))), cv2.MORPH_CLOSE, np.ones((25, 25))
        )
    elif kind == "outline":
        grown = cv2.dilate(thing, np.ones((15, 15)))
        mark = grown - cv2.erode(grown, np.ones((7, 7)))
    else:
        cv2.line(mark, (SIZE // 2, SIZE // 3), (SIZE // 2 + 4, SIZE * 3 // 4), 1, 7)
    marked: Mask = mark.astype(np.bool_)
    return marked


def overlap(one: Mask, other: Mask) -> float:
    return float((one & other).sum() / (one | other).sum())


def change(ground: str, kind: str, steps: list[Step]) -> tuple[Changed, Pixels, Any, Pixels]:
    picture, share, back = make_scene(ground)
    return change_background(picture, make_mask(kind, share), steps), picture, share, back


@pytest.mark.parametrize("kind", MASKS)
@pytest.mark.parametrize("ground", GROUNDS)
def test_the_thing_is_found_from_any_kind_of_mask(ground: str, kind: str) -> None:
    changed, _, share, _ = change(ground, kind, CUT)
    alpha = changed.picture[..., 3]
    assert not changed.by_mask
    assert overlap(alpha > 127, share > 0.5) >= 0.93
    assert np.abs(alpha / 255 - share).mean() < 0.01


@pytest.mark.parametrize("ground", ["grass", "sky"])
def test_a_cut_out_keeps_no_halo_of_the_old_background(ground: str) -> None:
    """Where thing and background were mixed, the thing's own red comes back."""
    changed, picture, share, _ = change(ground, "painting", CUT)
    alpha = changed.picture[..., 3]
    mixed = (alpha > 40) & (share > 0.1) & (share < 0.9)
    assert mixed.sum() > 100
    truth = make_thing().astype(float)
    off = np.abs(changed.picture[..., :3].astype(float) - truth)[mixed].mean()
    raw = np.abs(picture.astype(float) - truth)[mixed].mean()
    assert off < raw * 0.6
    assert (changed.picture[alpha == 0] == 0).all()


@pytest.mark.parametrize(
    "steps",
    [
        CUT,
        WHITE,
        [{"do": "blur", "amount": 0.5, "region": "background"}],
        [{"do": "pixelate", "amount": 0.5, "region": "background"}],
        [{"do": "black_and_white", "amount": 1.0, "region": "background"}],
        [{"do": "brightness", "amount": -0.5, "region": "background"}],
        [
            {"do": "recolour", "amount": 1.0, "colour": "#008080", "region": "background"},
            {"do": "sharpen", "amount": 0.5, "region": "background"},
        ],
    ],
    ids=lambda steps: "+".join(step["do"] for step in steps),
)
def test_not_a_pixel_of_the_thing_changes_and_the_rest_does(steps: list[Step]) -> None:
    changed, picture, share, _ = change("grass", "painting", steps)
    kept = changed.coverage == 0
    assert overlap(kept, share > 0.95) > 0.93
    assert (changed.picture[..., :3][kept] == picture[kept]).all()
    background = changed.coverage == 255
    assert (changed.picture[background] != changed.picture[kept][0]).any()
    if steps is not CUT:
        assert (changed.picture[background] != picture[background]).any(axis=1).mean() > 0.9


def test_the_thing_does_not_bleed_into_a_blurred_background() -> None:
    changed, _, share, back = change(
        "sky", "painting", [{"do": "blur", "amount": 1.0, "region": "background"}]
    )
    near = cv2.dilate((share > 0).astype(np.uint8), np.ones((9, 9))).astype(bool) & (share == 0)
    red = changed.picture[..., 0].astype(int)
    assert np.abs(red - back[..., 0])[near].mean() < 8


@pytest.mark.parametrize("bands", [1, 2, 3, 4])
def test_every_working_mode_gets_a_white_background(bands: int) -> None:
    picture, share, _ = make_scene("sky")
    grey: Any = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
    opaque = np.full((SIZE, SIZE, 1), 255, dtype=np.uint8)
    colours: Any = grey if bands < 3 else picture
    image = colours if bands in {1, 3} else np.concatenate([colours, opaque], axis=2)
    changed = change_background(image, make_mask("painting", share), WHITE)
    assert changed.picture.shape == image.shape
    assert (changed.picture[5, 5] == 255).all()
    kept = changed.coverage == 0
    assert (changed.picture[kept] == image[kept]).all()


def test_a_grey_picture_gets_a_coloured_backdrop_and_a_cut_gets_alpha() -> None:
    picture, share, _ = make_scene("sky")
    grey: Any = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)[..., None]
    mask = make_mask("painting", share)
    red = change_background(grey, mask, [{"do": "backdrop", "colour": "#ff0000"}])
    assert red.picture.shape[2] == 3
    assert red.picture[5, 5].tolist() == [255, 0, 0]
    assert change_background(grey, mask, CUT).picture.shape[2] == 2


def test_what_was_cut_out_before_gets_a_backdrop() -> None:
    """The pixels that were clear show the new colour, whatever lay hidden in them."""
    first, picture, share, _ = change("grass", "painting", CUT)
    second = change_background(first.picture, make_mask("painting", share), WHITE)
    assert second.picture.shape[2] == 4
    assert (second.picture[..., 3] == 255).all()
    assert (second.picture[5, 5] == 255).all()
    kept = second.coverage == 0
    assert kept.mean() > 0.1
    assert (second.picture[kept][:, :3] == picture[kept]).all()


def test_the_same_picture_gives_the_same_cut() -> None:
    picture, share, _ = make_scene("fence")
    mask = make_mask("box", share)
    cuts = [change_background(picture, mask, CUT).picture for _ in range(2)]
    assert (cuts[0] == cuts[1]).all()


def test_a_mask_over_everything_leaves_no_background() -> None:
    picture, _, _ = make_scene("sky")
    with pytest.raises(Rejected) as caught:
        change_background(picture, np.ones((SIZE, SIZE), dtype=np.bool_), CUT)
    assert caught.value.code == "no_background"


def test_a_scribble_on_nothing_is_refused() -> None:
    flat = np.full((200, 200, 3), 128, dtype=np.uint8)
    mask = np.zeros((200, 200), dtype=np.bool_)
    mask[100:103, 60:140] = True
    with pytest.raises(Rejected) as caught:
        change_background(flat, mask, CUT)
    assert caught.value.code == "subject_not_found"


@pytest.mark.parametrize(
    "place", [(0, 0, 1, 1), (0, 0, 3, 200), (199, 199, 200, 200), (0, 0, 200, 199)]
)
def test_odd_masks_are_cut_or_refused(place: tuple[int, int, int, int]) -> None:
    top, left, bottom, right = place
    mask = np.zeros((200, 200), dtype=np.bool_)
    mask[top:bottom, left:right] = True
    codes = set()
    try:
        assert change_background(make_grass(200), mask, CUT).picture.shape == (200, 200, 4)
    except Rejected as refusal:
        codes.add(refusal.code)
    assert codes <= {"subject_not_found"}


def test_the_search_keeps_to_a_small_grid_around_the_mask() -> None:
    picture, share, _ = make_scene("grass")
    large: Any = cv2.resize(picture, (SIZE * 8, SIZE * 8), interpolation=cv2.INTER_CUBIC)
    mask = cv2.resize(make_mask("painting", share).astype(np.uint8), (SIZE * 8, SIZE * 8)) > 0
    found = find_subject(large, mask)
    assert found.solid.size <= 250_000 * 1.02
    assert found.width < SIZE * 8
