"""Edits at a provider that is the fake one: what a test queues, and what both books say of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from editor.management.checkup import CHECKS
from editor.models import Attempt, Edit, Provider, ProviderSource
from editor.pipeline.submit import Wish, submit
from editor.services import vault
from editor.services.engines import Engines, planning_registry
from tests.making import as_bytes, make_door, make_image, make_mask, make_picture

if TYPE_CHECKING:
    from editor.models import Picture, User
    from tests.faults.fake import Fake

KEY = "sk-canary-7Qm2xV9"
MODEL = "quick-image"
BOX = (20, 10, 40, 30)
ANSWER_SECONDS = 0.5
# What the model is said to take and to cost.
ABILITIES = {
    "qualities": ["low", "medium", "high"],
    "partial_images_max": 3,
    "price": {"text_in": 5.0, "image_in": 8.0, "image_out": 30.0},
    "tokens": {"rule": "area", "quality": {"low": 16, "medium": 48, "high": 96}},
}


def add_provider(base_url: str, name: str = "Fake", **fields: Any) -> Provider:
    """A provider of everybody's at this address; many may be asked at once."""
    values: dict[str, Any] = {"preset": "generic", "offered": [MODEL], "concurrency": 100}
    return Provider.objects.create(
        source=ProviderSource.STAFF,
        name=name,
        base_url=base_url,
        key_encrypted=vault.seal(KEY),
        overrides={MODEL: ABILITIES},
        **values | fields,
    )


def let_answers_take_time(fake: Fake) -> None:
    """That a request has left is written in the background: let it be there before the answer.

    Else whoever is met waiting may have its answer already, and who is stopped when the answer
    comes may be amid that transaction.
    """
    fake.script(delay=ANSWER_SECONDS)


def queue(
    provider: Provider,
    picture: Picture,
    user: User,
    key: str,
    *,
    registry: Engines | None = None,
    **wish: Any,
) -> Edit:
    """Submit one edit as the page does."""
    host = provider.base_url.split("/")[2].split(":")[0]
    values: dict[str, Any] = {"prompt": "a red hat", "seed": 1}
    box = wish.pop("box", BOX)
    wanted = Wish(
        picture=picture,
        engine=f"{provider.public_id}:{MODEL}",
        mask=make_mask((picture.width, picture.height), box),
        idem_key=key,
        agreed_host=host,
        **values | wish,
    )
    door = make_door(picture.project, user)
    return submit(door=door, wish=wanted, registry=registry or planning_registry())


def new_picture(project: Any, user: User, seed: int = 0) -> Picture:
    """A small picture that is no other."""
    return make_picture(project, user, as_bytes(make_image(80, 60, seed=seed)))


def executions(edit: Edit, fake: Fake) -> int:
    """How often the service ran, and would charge for, this edit, by its own ledger."""
    tokens = {str(token) for token in edit.attempts.values_list("client_token", flat=True)}
    return sum(line["token"] in tokens for line in fake.executions())


def breaches(fake: Fake) -> list[str]:
    """What `doctor` finds, and what the service ran that our books do not know (invariant 7)."""
    known = {str(token) for token in Attempt.objects.values_list("client_token", flat=True)}
    unknown = {line["token"] for line in fake.ledger()} - known
    found = [line for check in CHECKS.values() for line in check()]
    return found + [f"nobody here knows the token {token}" for token in unknown]
