"""What is made beside the running studio: projects with many pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.browser.conftest import EMAIL

if TYPE_CHECKING:
    from pathlib import Path

    from tests.browser.conftest import Studio

FILL = """
from editor.models import User
from tests.making import as_bytes, make_door, make_image, make_project, make_upload
from editor.services import pictures
user = User.objects.get(email={email!r})
project = make_project(user, {name!r})
door = make_door(project, user)
for number in range({count}):
    image = make_image(48 + number * 7 % 60, 48 + number * 5 % 40, seed={seed} + number)
    pictures.upload(door=door, file=make_upload(as_bytes(image), f"photo {{number}}.png"))
print(project.slug)
"""
KEEP = """
from pathlib import Path
from editor.models import Project, User
from editor.services import pictures
from tests.making import make_door, make_upload
photo = Path({photo!r})
door = make_door(Project.objects.get(slug={slug!r}), User.objects.get(email={email!r}))
file = make_upload(photo.read_bytes(), photo.name)
print(pictures.upload(door=door, file=file).picture.public_id)
"""


def run_in(studio: Studio, program: str) -> str:
    """Run a program beside the studio, on its data; return the last line it printed."""
    return studio.beside.run(program).strip().rpartition("\n")[2]


def make_room(studio: Studio, name: str, count: int, seed: int) -> str:
    """Make a project of that many small pictures, "photo 0.png" the oldest; return its slug."""
    return run_in(studio, FILL.format(email=EMAIL, name=name, count=count, seed=seed))


def keep(studio: Studio, photo: Path) -> str:
    """Put one photo in the first project, where how it came there matters not; return its id."""
    return run_in(studio, KEEP.format(photo=str(photo), slug=studio.slug, email=EMAIL))
