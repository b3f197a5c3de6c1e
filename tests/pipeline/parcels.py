"""Edits as a call has them ready: files in the store, rows not written yet."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

from PIL import Image

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.base import EditRequest
from editor.imaging.focus import Framing
from editor.models import Attempt, Edit, Project, Provider, User
from editor.pipeline import carry, spool, submit
from editor.pipeline.carry import Parcel
from editor.pipeline.intents import ApiCall
from editor.pipeline.wishes import Understood, Wish
from editor.services import lodging
from editor.services.masks import Painted
from tests.making import agree, as_bytes, make_image, make_provider_row, make_upload
from tests.pipeline.paid_engine import HOST

if TYPE_CHECKING:
    from editor.models import ApiKey
    from tests.pipeline.paid_engine import PaidEngine

BOX = (20, 10, 40, 30)
OWNER, LEASE = "the web server", 30.0
_numbers = itertools.count(1)


def clear_mask(box: tuple[int, int, int, int] = BOX) -> bytes:
    alpha = Image.new("L", (80, 60), 255)
    alpha.paste(0, box)
    mask = Image.new("RGBA", (80, 60))
    mask.putalpha(alpha)
    return as_bytes(mask)


def make_agreed(project: Project, user: User, **fields: Any) -> Provider:
    values = {"offered": ["brush-1"], "concurrency": 100, "base_url": f"https://{HOST}/v1"}
    provider = make_provider_row(project, **values | fields)
    agree(provider, user)
    return provider


def make_parcel(
    project: Project,
    user: User,
    engine: PaidEngine,
    provider: Provider,
    **how: Any,
) -> Parcel:
    """One of a picture that is no other, unless `seed` says which."""
    seed: int | None = how.get("seed")
    api_key: ApiKey | None = how.get("api_key")
    number = next(_numbers)
    engine.id = f"{provider.public_id}:brush-1"
    door = fetch.door(user, project.slug, Action.EDIT)
    image = make_upload(as_bytes(make_image(80, 60, seed=number if seed is None else seed)))
    lodged = lodging.lodge(
        door, image, make_upload(clear_mask()) if how.get("mask", True) else None
    )
    assert lodged
    area = lodged.mask
    painted = Painted(area.folder, area.sha256, area.box, 0) if area else None
    wish = Wish(
        lodged.picture,
        engine.id,
        "make it flat",
        painted,
        how.get("idem_key") or f"key-{number}",
        framing=Framing(protect=False),
        call=ApiCall(api_key, "") if api_key else None,
    )
    box = area.box if area else None
    edit = submit.draft(door, Understood(wish, engine, provider, {}), box)
    edit.idem_key, edit.fingerprint = wish.idem_key, submit.fingerprint_of(wish)
    return Parcel(door, edit, lodged, engine, provider)


def request_of(parcel: Parcel) -> EditRequest:
    """What is sent of it, beside where the answer will lie."""
    folder = spool.open_folder(parcel.edit, carry.FENCE)
    image, mask = folder / "as-it-came.png", folder / "as-it-came-mask.png"
    parcel.lodged.write(image, mask)
    marked = mask if parcel.lodged.mask else None
    return EditRequest(image, marked, parcel.edit.prompt, {}, 0, folder)


def begin(*parcels: Parcel) -> list[Attempt | None]:
    begun: list[Attempt | None] = []
    for told in carry.begin_each(parcels, owner=OWNER, lease_seconds=LEASE):
        if isinstance(told, Exception):
            raise told
        begun.append(told)
    return begun


def states() -> list[str]:
    return list(Edit.objects.order_by("pk").values_list("state", flat=True))
