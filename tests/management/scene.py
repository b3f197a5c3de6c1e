"""Rows with files: a project with an original, a mask, a finished edit and its result."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from editor.models import (
    Activity,
    Attempt,
    Edit,
    Execution,
    LedgerEntry,
    LedgerKind,
    Mask,
    Picture,
    PictureKind,
    Project,
    State,
    User,
)

ORIGINAL = b"bytes as they were uploaded"
MASK = b"coverage"


@dataclass(frozen=True, slots=True)
class Scene:
    """What `make_scene` made."""

    user: User
    project: Project
    original: Picture
    mask: Mask
    edit: Edit
    result: Picture


def make_file(name: str, content: bytes) -> str:
    """Write a file into the picture store; return its SHA-256."""
    path = Path(settings.PICTURES_DIR) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def make_picture(project: Project, folder: str, kind: PictureKind, **fields: object) -> Picture:
    """Make a picture of 8 x 6 pixels with all the files its kind has."""
    names = {"original": ["original.jpg"], "patch": ["pixels.png", "alpha.png"]}[kind.value]
    sums = [make_file(f"{folder}/{n}", ORIGINAL) for n in (*names, "320.webp", "1280.webp")]
    sha256 = sums[0] if kind == PictureKind.ORIGINAL else ""
    extension = "jpg" if kind == PictureKind.ORIGINAL else ""
    values = {"width": 8, "height": 6, "mode": "RGB", "name": folder} | fields
    return Picture.objects.create(
        project=project, folder=folder, kind=kind, sha256=sha256, extension=extension, **values
    )


def make_edit(scene_project: Project, picture: Picture, mask: Mask, state: State) -> Edit:
    """Make an edit that came to `state` on the straight way, with its ledger and record."""
    edit = Edit.objects.create(
        project=scene_project,
        picture=picture,
        mask=mask,
        engine="builtin",
        prompt="remove this",
        idem_key=f"key-{Edit.objects.count()}",
        actor=scene_project.created_by,
        state=state,
        fence=1,
    )
    Activity.objects.create(project=scene_project, edit=edit, kind=f"edit.{state}")
    LedgerEntry.objects.create(project=scene_project, edit=edit, kind=LedgerKind.RESERVE, micros=0)
    return edit


def make_scene() -> Scene:
    """Make the whole scene; `doctor` has nothing to say about it."""
    user = User.objects.create_user("owner@example.com", "a long password")
    project = Project.objects.create(name="Attic", created_by=user)
    original = make_picture(project, "aa/original", PictureKind.ORIGINAL)
    mask = Mask.objects.create(
        project=project,
        width=8,
        height=6,
        left=0,
        top=0,
        right=4,
        bottom=4,
        painted=16,
        folder="bb/mask",
        sha256=make_file("bb/mask/mask.png", MASK),
    )
    edit = make_edit(project, original, mask, State.SUCCEEDED)
    attempt = Attempt.objects.create(
        edit=edit, number=1, fence=1, intent_at=timezone.now(), execution=Execution.YES
    )
    for kind in (LedgerKind.SETTLE, LedgerKind.RELEASE):
        LedgerEntry.objects.create(project=project, edit=edit, attempt=attempt, kind=kind, micros=0)
    result = make_picture(
        project, "cc/result", PictureKind.PATCH, parent=original, root=original, edit=edit
    )
    return Scene(user, project, original, mask, edit, result)
