"""The synthetic edit of a probe: paints what is sent, measures what comes back. Runs in a child."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
from PIL import Image

from editor.imaging import container, pixels
from editor.imaging.errors import Rejected

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from editor.imaging.sandbox.wire import JSON

# Not square, so that a size of the provider's own choosing is noticed.
WIDTH, HEIGHT = 768, 512
# Blobs of every scale: something to hold on to however much the answer was blurred.
SCALES: Final = (2.0, 6.0, 18.0, 50.0)
# A pixel has changed when its surroundings differ by so much of 255.
CHANGE, SMOOTH = 25.0, 6.0
# Left alone around the frame and on both sides of the seam.
MARGIN: Final = 24
MOSTLY, HARDLY = 0.5, 0.25
MAX_PIXELS: Final = 64_000_000

type Floats = NDArray[np.float32]


def paint(*, image: str, mask: str) -> dict[str, JSON]:
    """Write a picture full of texture, and a mask over its right half."""
    noise = np.random.default_rng(7)
    texture = np.zeros((HEIGHT, WIDTH, 3), np.float32)
    for scale in SCALES:
        layer = noise.standard_normal((HEIGHT, WIDTH, 3)).astype(np.float32)
        layer = np.asarray(cv2.GaussianBlur(layer, (0, 0), scale), np.float32)
        texture += layer / layer.std()
    low, high = texture.min(), texture.max()
    Image.fromarray(((texture - low) / (high - low) * 255).astype(np.uint8)).save(image)
    area = np.zeros((HEIGHT, WIDTH), np.uint8)
    area[:, WIDTH // 2 :] = 255
    Image.fromarray(area).save(mask)
    return {"width": WIDTH, "height": HEIGHT}


def measure(*, image: str, answer: str) -> dict[str, JSON]:
    """Compare an answer with what was sent: size, shift, and where it changed.

    Raises Rejected answer_unreadable.
    """
    sent = np.asarray(Image.open(image).convert("RGB"), np.float32)
    drawn = _opened(Path(answer))
    size = drawn.size
    came = np.asarray(drawn.resize((WIDTH, HEIGHT), Image.Resampling.BOX), np.float32)
    shift = _shift(sent, came)
    outside, inside = _changed(sent, _moved(came, shift))
    return {
        "size": list(size),
        "shift": round(float(np.hypot(*shift)), 1),
        "inside": round(inside, 3),
        "outside": round(outside, 3),
        "mask": verdict(inside=inside, outside=outside),
    }


def verdict(*, inside: float, outside: float) -> str:
    """What the shares that changed inside and outside the mask say about it."""
    if inside >= MOSTLY and outside <= HARDLY:
        return "obeyed"
    if outside >= MOSTLY and inside <= HARDLY:
        return "inverted"
    return "ignored" if inside >= MOSTLY and outside >= MOSTLY else "unclear"


def _opened(path: Path) -> Image.Image:
    try:
        return pixels.load(path, container.examine(path), MAX_PIXELS).convert("RGB")
    except Rejected as refusal:
        raise Rejected("answer_unreadable") from refusal


def _shift(sent: Floats, came: Floats) -> tuple[float, float]:
    """How far the half that was left alone has moved, whichever half that is."""
    found = [_correlated(sent[:, half], came[:, half]) for half in _halves()]
    return max(found, key=lambda one: one[1])[0]


def _correlated(sent: Floats, came: Floats) -> tuple[tuple[float, float], float]:
    """Shift and certainty by phase correlation."""
    grey = [np.ascontiguousarray(part.mean(axis=2)) for part in (sent, came)]
    window = cv2.createHanningWindow((grey[0].shape[1], grey[0].shape[0]), cv2.CV_32F)
    (x, y), certainty = cv2.phaseCorrelate(grey[0], grey[1], window)
    return (float(x), float(y)), float(certainty)


def _moved(came: Floats, shift: tuple[float, float]) -> Floats:
    """The answer, moved back."""
    matrix = np.array([[1, 0, -shift[0]], [0, 1, -shift[1]]], np.float32)
    back: Any = cv2.warpAffine(came, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(back, np.float32)


def _changed(sent: Floats, came: Floats) -> tuple[float, float]:
    """The share of changed pixels in the left half and in the right one."""
    smooth = [np.asarray(cv2.GaussianBlur(one, (0, 0), SMOOTH)) for one in (sent, came)]
    differs = np.abs(smooth[0] - smooth[1]).max(axis=2) > CHANGE
    left, right = (
        float(differs[MARGIN:-MARGIN, half.start + MARGIN : half.stop - MARGIN].mean())
        for half in _halves()
    )
    return left, right


def _halves() -> tuple[slice, slice]:
    return slice(0, WIDTH // 2), slice(WIDTH // 2, WIDTH)
