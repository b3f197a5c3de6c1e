"""Whatever comes back, through a real worker: what was not painted is the parent's, to the pixel."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from editor.management.checkup import CHECKS
from editor.models import Edit, Picture
from editor.services import pictures
from tests.faults import paying, real_client
from tests.faults.fake_provider import drifts
from tests.faults.processes import until, worker
from tests.making import make_picture, make_project, make_user

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from editor.models import User
    from tests.faults.fake import Fake

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("shared_keys")]
PHOTO = Path(__file__).parents[1] / "imaging/photos/picos.jpg"
BOX = (200, 130, 420, 290)
COMBINED = ("shift+scale+gamma+tint+noise+jpeg", "repaint+wrong-size", "shift+transparent")
ALL = (*drifts.DRIFTS, *drifts.OF_THE_MASK, *COMBINED)
# What is sent reaches further than what was painted, and all of that is left alone.
AS_IT_WAS = {"mask-inverted"}
# Nothing in these shows where the picture's things lie.
UNRELATED = {"mask-ignored", "mask-inverted", "repaint", "repaint+wrong-size"}


def run(fake: Fake, user: User, names: Sequence[str]) -> dict[str, Picture]:
    """One edit for each drift, all drawn by one worker; their results by drift."""
    provider = paying.add_provider(fake.base_url)
    photo = make_picture(user.memberships.get().project, user, PHOTO.read_bytes())
    for name in names:
        paying.queue(provider, photo, user, name, box=BOX, prompt=f"a hat [[drift:{name}]]")
    with worker(engines=real_client.REGISTRY):
        until(lambda: not Edit.objects.open().exists(), "all edits are over")
    edits = {edit.idem_key: edit for edit in Edit.objects.all()}
    assert {name: edits[name].state for name in names} == dict.fromkeys(names, "succeeded")
    return {name: edits[name].results.get() for name in names}


def pixels(picture: Picture, folder: Path) -> NDArray[np.uint8]:
    pictures.render(picture, folder / "out.png", image_format="png")
    with Image.open(folder / "out.png") as image:
        return np.asarray(image)


def test_no_protected_pixel_changes_however_an_answer_drifts(fake: Fake, tmp_path: Path) -> None:
    user = make_user("olga")
    make_project(user)
    results = run(fake, user, ALL)
    parent = pixels(next(iter(results.values())).parent or Picture(), tmp_path)
    free = np.ones(parent.shape[:2], np.bool_)
    free[BOX[1] : BOX[3], BOX[0] : BOX[2]] = False
    for name, result in results.items():
        after = pixels(result, tmp_path)
        assert np.array_equal(after[free], parent[free]), name
        assert np.array_equal(after, parent) == (name in AS_IT_WAS), name
        counted = result.protected_pixels, result.changed_protected_pixels
        assert counted == (int(free.sum()), 0), name
        assert result.proof["raw"]["bytes"] > 0, name
    assert {name for name in ALL if not results[name].proof["reliable"]} == UNRELATED
    assert not [line for check in CHECKS.values() for line in check()]


def test_what_drifted_can_be_used_as_it_came(fake: Fake, tmp_path: Path) -> None:
    user = make_user("olga")
    make_project(user)
    (result,) = run(fake, user, ["repaint"]).values()
    client = Client()
    client.force_login(user)
    client.post(reverse("use_raw", args=[result.project.slug, result.public_id]))
    made = Picture.objects.get(proof__raw_of=result.public_id)
    before, after = (pixels(one, tmp_path) for one in (made.parent or made, made))
    assert result.edit
    x0, y0, x1, y1 = result.edit.focus["box"]
    inside = np.zeros(before.shape[:2], np.bool_)
    inside[max(0, y0) : y1, max(0, x0) : x1] = True
    assert np.array_equal(before[~inside], after[~inside])
    assert (before[inside] != after[inside]).any(axis=1).mean() > 0.9
    assert not [line for check in CHECKS.values() for line in check()]
