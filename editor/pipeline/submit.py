"""From a member's wish to a queued edit: understood, planned, reserved, durable, once."""

from __future__ import annotations

import hashlib
import json
import secrets
from contextlib import ExitStack
from functools import partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.plans import Plan
from editor.models import Edit, EditInput, Picture, Project, Provider, State
from editor.pipeline import intents, ledger, painted, wishes
from editor.pipeline.painted import MaskRefused
from editor.pipeline.wishes import IDEM_LENGTH, SubmitRefused, Wish
from editor.services import activities, bell, budget_texts, budgets, consents, quotes
from editor.services.masks import Painted
from editor.services.quotes import Sketch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from editor.access.fetch import Door
    from editor.engines.registry import EngineSource
    from editor.imaging.focus import Box
    from editor.pipeline.wishes import Understood

# With what it takes and what it raises.
__all__ = ["NotAgreed", "SubmitRefused", "Wish", "submit"]


class NotAgreed(consents.ConsentNeeded):
    """Not agreed to yet; with the edits as they would have been: nothing of them is stored."""

    def __init__(self, host: str, edits: Sequence[Edit], further: int) -> None:
        super().__init__(host)
        self.edit = edits[0]
        self.areas = len(edits)
        self.further = further


def submit(*, door: Door, wish: Wish, registry: EngineSource) -> Edit:
    """Queue an edit and return it; the same wish twice (same key) is the same edit.

    Of areas that are edited apart it is the first: the others wait, each for the one before.
    Raises SubmitRefused, NotAgreed, media.DiskFull. The files are durable before the rows name
    them; rows, reservations and activities are one transaction.
    """
    masks = [wish.mask] if isinstance(wish.mask, Painted) else []
    with ExitStack() as unnamed:
        # Whatever happens: masks that no row names are dropped.
        unnamed.callback(painted.drop, masks)
        understood = wishes.understand(door.project, wish, registry)
        masks += [] if masks else _kept(understood.wish)
        fingerprint = fingerprint_of(understood.wish, masks)
        if known := _known(door, wish, fingerprint):
            return known
        edits = _drafts(door, understood, masks)
        for edit in edits:
            edit.fingerprint = fingerprint
        try:
            _write(door, wish, edits, masks)
        except IntegrityError:
            if known := _known(door, wish, fingerprint):
                return known
            raise
        unnamed.pop_all()
    return edits[0]


def _kept(wish: Wish) -> list[Painted]:
    """The mask as one, or by its areas; empty without one. Raises SubmitRefused."""
    if wish.mask is None or isinstance(wish.mask, Painted):
        return []
    try:
        return painted.keep(wish.picture, wish.mask, wish.apart)
    except MaskRefused as refused:
        raise SubmitRefused(refused.code, refused.message) from refused


def _drafts(door: Door, understood: Understood, masks: Sequence[Painted]) -> list[Edit]:
    """The edit, or one for each area, not stored yet. Raises SubmitRefused."""
    boxes: list[Box | None] = [mask.box for mask in masks] or [None]
    edits = [draft(door, understood, box) for box in boxes]
    for number, edit in enumerate(edits, start=1):
        edit.area, edit.areas = number, len(edits)
        edit.idem_key = _key(understood.wish.idem_key, number)
    if len(edits) > 1 and any(Plan.from_json(edit.plan).count > 1 for edit in edits):
        raise SubmitRefused(
            "areas_of_many",
            _("Areas can be edited one by one for one result only. Ask for one, or send one crop."),
        )
    return edits


def _key(key: str, area: int) -> str:
    """The key of an area's edit: the first has the intent's own."""
    if area == 1:
        return key
    return hashlib.sha256(f"{key} area {area}".encode()).hexdigest()[:IDEM_LENGTH]


def draft(door: Door, understood: Understood, box: Box | None) -> Edit:
    """The edit with what will be sent of it, not stored yet. Raises SubmitRefused."""
    wish, engine = understood.wish, understood.engine
    sketch = Sketch(wish.picture, wish.prompt, box, wish.parameters, wish.inputs, wish.framing)
    if words := quotes.obstacle(engine, understood.provider, sketch):
        raise SubmitRefused("cannot_be_sent", words)
    crop, plan = quotes.planned(engine, understood.instruction, sketch)
    return Edit(
        project=door.project,
        actor=door.user,
        api_key=wish.call.key if wish.call else None,
        picture=wish.picture,
        engine=engine.id,
        provider=understood.provider,
        model=engine.id.partition(":")[2],
        prompt=wish.prompt,
        instruction=dict(understood.instruction),
        parameters=dict(wish.parameters),
        plan=plan.to_json(),
        reserved_micros=plan.cost.high or 0,
        focus=crop.to_json(),
        seed=secrets.randbelow(2**31) if wish.seed is None else wish.seed,
    )


def fingerprint_of(wish: Wish, masks: Sequence[Painted] = ()) -> str:
    """Return what tells a wish from any other of its member, without its key.

    A program sends its files again: they are told by their bytes, the mask's among `extra`.
    """
    pictures = [wish.picture, *wish.inputs]
    facts: list[object] = [wish.engine, wish.prompt, sorted(wish.parameters.items())]
    facts.append(wish.framing.chosen)
    if wish.call:
        facts += [wish.call.extra, *(picture.sha256 for picture in pictures)]
    else:
        facts += [[mask.sha256, *mask.box] for mask in masks]
        facts += [picture.public_id for picture in pictures]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _known(door: Door, wish: Wish, fingerprint: str) -> Edit | None:
    """Return the edit this intent made before. Raises SubmitRefused."""
    try:
        return intents.known(door.user.pk, wish.idem_key, fingerprint, wish.call)
    except intents.Mismatch as mismatch:
        raise SubmitRefused(
            "idempotency_mismatch",
            _("This was already sent with other contents. Reload the page and send it again."),
        ) from mismatch


@transaction.atomic
def _write(door: Door, wish: Wish, edits: Sequence[Edit], masks: Sequence[Painted]) -> None:
    # Reading the mask took a while: who was let in may be out, and the project archived or gone.
    fetch.door_again(door, Action.EDIT)
    if edits[0].provider:
        _agree(door, edits, wish, edits[0].provider)
    pulse = Project.objects.bump(door.project.pk)
    before: Edit | None = None
    for edit, mask in zip_longest(edits, masks):
        edit.pulse = pulse
        edit.mask = painted.save(edit, mask) if mask else None
        edit.state = State.QUEUED
        edit.after = before
        # Whoever ends the one before says when the next begins.
        edit.next_run_at = Now() if before is None else None
        _insert(edit, wish.inputs)
        _reserve(edit, door)
        activities.record("edit.queued", edit.project, actor=edit.actor, edit=edit)
        before = edit
    transaction.on_commit(partial(bell.ring, bell.Rope.WORK))


def _insert(edit: Edit, inputs: Sequence[Picture]) -> None:
    edit.save(force_insert=True)
    EditInput.objects.bulk_create(
        EditInput(edit=edit, picture=picture, number=number)
        for number, picture in enumerate(inputs, start=2)
    )


def _reserve(edit: Edit, door: Door) -> None:
    try:
        ledger.reserve(edit)
    except budgets.Refused as refused:
        text = budget_texts.refusal(refused, door.user)
        raise SubmitRefused(refused.code, text) from refused


def _agree(door: Door, edits: Sequence[Edit], wish: Wish, provider: Provider) -> None:
    try:
        consents.check(provider, door.user, wish.agreed_host)
    except consents.ConsentNeeded as needed:
        raise NotAgreed(needed.host, edits, len(wish.inputs)) from needed
