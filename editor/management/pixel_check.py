"""The slow check of `doctor --deep`: parent and result are rendered in full and compared."""

from collections.abc import Iterator

from editor.imaging.sandbox.errors import SandboxError
from editor.models import Picture, PictureKind
from editor.services import media
from editor.services.decoder import renderer
from editor.services.raw_answers import RAW_OF
from editor.services.recipes import recipe


def pixels_are_protected() -> Iterator[str]:
    """No pixel outside the mask of a result differs from its parent's, anywhere in the picture.

    A worker counts in the patch alone (editor.imaging.proof says why). An answer that was used as
    it came protects nothing.
    """
    results = Picture.objects.filter(kind=PictureKind.PATCH, edit__mask__isnull=False)
    rows = results.select_related("parent", "edit__mask").order_by("pk")
    for picture in rows.iterator():
        if RAW_OF not in picture.proof and (fault := _fault(picture)):
            yield f"picture {picture.public_id}: {fault}"


def _fault(picture: Picture) -> str:
    mask = picture.edit.mask if picture.edit else None
    if mask is None or picture.parent is None:
        return ""
    try:
        found = renderer().call(
            "editor.imaging.proof:everywhere",
            parent=recipe(picture.parent),
            recipe=recipe(picture),
            mask=str(media.path(mask.file)),
            mask_box=list(mask.box),
        )
    except SandboxError as error:
        return f"cannot be rendered: {error}"
    changed = found["changed"]
    return f"{changed} protected pixels differ from its parent's" if changed else ""
