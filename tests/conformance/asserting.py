"""What cases say of replies and of pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conformance.clients.calls import Reply, Upload
    from tests.conformance.scene import Box, Scene

KEYS = {"message", "type", "param", "code"}


def refused(
    scene: Scene, reply: Reply, status: int, *, code: str | None = None, param: str | None = None
) -> Mapping[str, Any]:
    """Assert that the answer is this refusal, and that the client understood it; return the error."""
    assert reply.status == status, (reply.status, reply.envelope, reply.failure)
    assert isinstance(reply.envelope, dict), reply.envelope
    assert set(reply.envelope) == {"error"}, reply.envelope
    error: dict[str, Any] = reply.envelope["error"]
    assert set(error) >= KEYS, error
    assert isinstance(error["message"], str)
    assert error["message"]
    assert error["type"]
    assert code is None or error["code"] == code, error
    assert param is None or error["param"] == param, error
    assert reply.header("content-type").split(";")[0] == "application/json"
    assert reply.header("x-request-id")
    assert "location" not in reply.headers
    understood(scene, reply, error)
    return error


def understood(scene: Scene, reply: Reply, error: Mapping[str, Any]) -> None:
    """Assert that an SDK raised the right class with all that the envelope holds."""
    kind = scene.client.raises(reply.status)
    if not kind:
        return
    assert reply.failure
    assert reply.failure.kind == kind
    assert (reply.failure.code, reply.failure.param) == (error["code"], error["param"])
    assert reply.failure.request_id == reply.header("x-request-id")
    assert error["message"] in reply.failure.message


def pixels(image: Image.Image | Upload, mode: str = "RGB") -> np.ndarray[Any, np.dtype[np.uint8]]:
    """The pixels of a picture or of a file that was sent."""
    if isinstance(image, Image.Image):
        return np.asarray(image.convert(mode))
    with Image.open(image.path) as opened:
        return np.asarray(opened.convert(mode))


def same_pixels(one: Image.Image | Upload, other: Image.Image | Upload) -> bool:
    return bool(np.array_equal(pixels(one), pixels(other)))


def changed(one: Image.Image | Upload, other: Image.Image | Upload) -> Box | None:
    """The box that holds every pixel in which two pictures differ, if any does."""
    differs = (pixels(one) != pixels(other)).any(axis=2)
    if not differs.any():
        return None
    rows, columns = differs.any(axis=1).nonzero()[0], differs.any(axis=0).nonzero()[0]
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def only_inside(answer: Image.Image, original: Upload, box: Box) -> None:
    """Assert that something changed, and not one pixel outside the box."""
    found = changed(answer, original)
    assert found, "nothing changed"
    left, top, right, bottom = found
    assert left >= box[0], (found, box)
    assert top >= box[1], (found, box)
    assert right <= box[2], (found, box)
    assert bottom <= box[3], (found, box)
