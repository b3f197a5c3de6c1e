"""Cases 16 to 18: what a mask may be, and that it is obeyed to the pixel."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image

from tests.conformance.asserting import only_inside, pixels, refused
from tests.conformance.registry import case
from tests.conformance.scene import BOX, SIZE, picture
from tests.making import as_bytes, make_image

if TYPE_CHECKING:
    from tests.conformance.clients.calls import Upload
    from tests.conformance.scene import Scene

DRIFT = "[[drift:shift+gamma+noise]]"
ROTATED = 6  # Exif: turn by 90 degrees to look at it


@case(16, "mask: alpha and the picture's size are a must; what marks nothing is refused")
def masks(scene: Scene) -> None:
    photo = scene.photo()
    for mask in (scene.mask(), keyed(scene, "L"), keyed(scene, "P")):
        only_inside(picture(scene.edit(photo, mask=mask)), photo, BOX)
    grey = scene.file(as_bytes(Image.new("L", SIZE, 255)))
    wrong = scene.edit(mask=grey)
    refused(scene, wrong, 400, param="mask", code="invalid_image_file")
    other = scene.edit(mask=scene.mask((SIZE[0], SIZE[1] + 1)))
    refused(scene, other, 400, param="mask", code="invalid_value")
    nothing = scene.edit(mask=scene.mask(box=(0, 0, 0, 0)))
    refused(scene, nothing, 400, param="mask", code="invalid_value")
    broken = scene.edit(mask=scene.file(b"no mask at all"))
    refused(scene, broken, 400, param="mask", code="invalid_image_file")
    large = scene.edit(mask=scene.file(as_bytes(Image.new("RGBA", SIZE)) + bytes(51 << 20)))
    assert large.status in (400, 413)
    refused(scene, large, large.status)


def keyed(scene: Scene, mode: str) -> Upload:
    """A mask without an alpha band, whose darkest value counts as clear (tRNS)."""
    image = Image.new(mode, SIZE, 1)
    image.paste(0, BOX)
    return scene.file(as_bytes(image, transparency=0))


@case(17, "the mask is of the first of several; what it protects is the same to the bit")
def first_of_several(scene: Scene) -> None:
    photo = scene.photo()
    only_inside(picture(scene.edit(photo, mask=scene.mask())), photo, BOX)
    prompt = scene.words(f"a red hat {DRIFT}")
    several = [photo, scene.photo((70, 90)), scene.photo((40, 40))]
    reply = scene.paid(several, mask=scene.mask(), prompt=prompt)
    only_inside(picture(reply), photo, BOX)
    (sent,) = scene.executions(prompt)
    assert len(sent["images"]) == 3
    assert sent["mask"]
    free = scene.paid(photo, mask=scene.mask(), prompt=scene.words(DRIFT), protect="off")
    outside = pixels(picture(free))[: BOX[1]] != pixels(photo)[: BOX[1]]
    assert outside.any(), "the provider does not drift, so nothing was shown"


@case(18, "mask with markup is refused; a mask is laid on the upright picture")
def upright(scene: Scene) -> None:
    both = scene.edit(mask=scene.mask(), markup=scene.mask())
    refused(scene, both, 400)
    turned = make_image(SIZE[1], SIZE[0], seed=scene.seed)
    exif = Image.Exif()
    exif[0x0112] = ROTATED
    photo = scene.file(as_bytes(turned, "JPEG", exif=exif, quality=95), "jpg")
    answer = picture(scene.edit(photo, mask=scene.mask()))
    assert answer.size == SIZE
    with Image.open(io.BytesIO(photo.path.read_bytes())) as opened:
        original = scene.file(as_bytes(opened.convert("RGB").transpose(Image.Transpose.ROTATE_270)))
    only_inside(answer, original, BOX)
