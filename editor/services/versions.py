"""The family of a picture as the canvas shows it: the original and what came of it."""

from dataclasses import dataclass

from django.urls import reverse

from editor.models import Picture, Project
from editor.services.instructions import in_words
from editor.services.parts import part
from editor.services.proofs import is_doubtful


@dataclass(frozen=True, slots=True)
class Version:
    """A picture with its addresses."""

    pk: int
    public_id: str
    name: str
    prompt: str
    understood: str
    part: str
    doubtful: bool
    parent_id: str
    width: int
    height: int
    canvas_url: str
    version_url: str
    thumb_url: str
    preview_url: str
    full_url: str
    download_url: str


def version(project: Project, picture: Picture) -> Version:
    """Return one picture with its addresses; which part of a result, where `parts` was counted."""
    key = {"slug": project.slug, "picture": picture.public_id}
    return Version(
        pk=picture.pk,
        public_id=picture.public_id,
        name=picture.name,
        prompt=picture.edit.prompt if picture.edit else "",
        understood=in_words(picture.edit.instruction) if picture.edit else "",
        part=part(picture),
        doubtful=is_doubtful(picture),
        parent_id=picture.parent.public_id if picture.parent else "",
        width=picture.width,
        height=picture.height,
        canvas_url=reverse("canvas", kwargs=key),
        version_url=reverse("version", kwargs=key),
        thumb_url=reverse("preview", kwargs=key | {"size": 320}),
        preview_url=reverse("preview", kwargs=key | {"size": 1280}),
        full_url=reverse("full", kwargs=key),
        download_url=reverse("download", kwargs=key),
    )


def glimpse(project: Project, picture: Picture) -> dict[str, str]:
    """Return what a script shows of a picture in little."""
    key = {"slug": project.slug, "picture": picture.public_id, "size": 320}
    return {
        "id": picture.public_id,
        "name": picture.name,
        "thumb": reverse("preview", kwargs=key),
    }


def one(project: Project, picture: Picture) -> Version:
    """Return one picture as `family` returns all of them. One query."""
    rows = Picture.objects.with_parts().select_related("edit", "parent")
    return version(project, rows.get(pk=picture.pk))


def family(project: Project, picture: Picture) -> list[Version]:
    """Return the picture's original and all its results, oldest first, without deleted ones.

    One query.
    """
    rows = Picture.objects.family_of(picture).live().with_parts().select_related("edit", "parent")
    return [version(project, row) for row in rows]
