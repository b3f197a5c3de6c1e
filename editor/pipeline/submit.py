"""From a member's wish to a queued edit: understood, planned, reserved, durable, once."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.errors import EngineError
from editor.imaging.focus import UNFRAMED, Framing
from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.models import Edit, EditInput, Mask, Picture, Project, Provider, State
from editor.pipeline import intents, ledger, steps
from editor.services import (
    activities,
    bell,
    budget_texts,
    budgets,
    consents,
    engines,
    instructions,
    intake_texts,
    masks,
    media,
    quotes,
)
from editor.services.decoder import decoder
from editor.services.masks import Painted
from editor.services.quotes import Sketch

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door
    from editor.engines.base import Engine, Instruction
    from editor.engines.registry import EngineSource
    from editor.pipeline.intents import ApiCall

PROMPT_LENGTH = 32_000
IDEM_LENGTH = 64


class SubmitRefused(Exception):
    """Nothing was queued; `message` tells the member why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class NotAgreed(consents.ConsentNeeded):
    """The same, with the edit as it would have been: nothing of it is stored."""

    def __init__(self, host: str, edit: Edit, further: int) -> None:
        super().__init__(host)
        self.edit = edit
        self.further = further


@dataclass(frozen=True, slots=True)
class Wish:
    """What the member asked for, checked for form only."""

    picture: Picture
    engine: str
    prompt: str
    # As it came, or checked already and in the store; then it is ours to drop.
    mask: UploadedFile[Any] | Painted | None
    idem_key: str
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Picture, ...] = ()
    framing: Framing = UNFRAMED
    # The host that the member has agreed to send pictures to, on this very form.
    agreed_host: str = ""
    # How a program asked, where it was not a member on a page.
    call: ApiCall | None = None


def submit(*, door: Door, wish: Wish, registry: EngineSource) -> Edit:
    """Queue an edit and return it; the same wish twice (same key) is the same edit.

    Raises SubmitRefused, NotAgreed, media.DiskFull. The files are durable before the row names
    them; row, reservation and activity are one transaction.
    """
    wish = replace(wish, prompt=_prompt(wish.prompt))
    provider = _provider(door.project, wish.engine)
    engine = _engine(registry, wish.engine)
    instruction = _understand(engine, wish.prompt, has_mask=wish.mask is not None)
    painted = _painted(wish)
    fingerprint = _fingerprint(wish, painted)
    if known := _known(door, wish, fingerprint, painted):
        return known
    try:
        edit = _draft(door, wish, engine, provider, instruction, painted)
    except BaseException:
        masks.drop(painted)
        raise
    edit.fingerprint = fingerprint
    return _queue(door, wish, edit, painted)


def _draft(
    door: Door,
    wish: Wish,
    engine: Engine,
    provider: Provider | None,
    instruction: Instruction,
    painted: Painted | None,
) -> Edit:
    """The edit with what will be sent of it, not stored yet. Raises SubmitRefused."""
    box = painted.box if painted else None
    sketch = Sketch(wish.picture, wish.prompt, box, wish.parameters, wish.inputs, wish.framing)
    if words := quotes.obstacle(engine, provider, sketch):
        raise SubmitRefused("cannot_be_sent", words)
    crop, plan = quotes.planned(engine, instruction, sketch)
    return Edit(
        project=door.project,
        actor=door.user,
        api_key=wish.call.key if wish.call else None,
        picture=wish.picture,
        engine=engine.id,
        provider=provider,
        model=engine.id.partition(":")[2],
        prompt=wish.prompt,
        instruction=dict(instruction),
        parameters=dict(wish.parameters),
        plan=plan.to_json(),
        reserved_micros=plan.cost.high or 0,
        focus=crop.to_json(),
        seed=secrets.randbelow(2**31) if wish.seed is None else wish.seed,
        idem_key=wish.idem_key,
    )


def _prompt(prompt: str) -> str:
    text = prompt.strip()
    if not text:
        raise SubmitRefused("prompt_missing", _("Write what should change."))
    if len(text) > PROMPT_LENGTH:
        raise SubmitRefused(
            "prompt_too_long",
            _("The prompt has %(length)d characters; %(limit)d are allowed.")
            % {"length": len(text), "limit": PROMPT_LENGTH},
        )
    return text


def _engine(registry: EngineSource, name: str) -> Engine:
    try:
        return registry.engine(name)
    except EngineError as error:
        raise SubmitRefused(error.code, _("Choose an engine from the list.")) from error


def _provider(project: Project, engine: str) -> Provider | None:
    """The provider of an engine; one that the project may not use does not exist for it."""
    try:
        return engines.provider_of(project, engine)
    except EngineError as error:
        raise SubmitRefused(error.code, _("Choose an engine from the list.")) from error


def _understand(engine: Engine, prompt: str, *, has_mask: bool) -> Instruction:
    try:
        return engine.understand(prompt, has_mask=has_mask)
    except EngineError as error:
        raise SubmitRefused(error.code, instructions.refusal(error)) from error


def _painted(wish: Wish) -> Painted | None:
    if wish.mask is None or isinstance(wish.mask, Painted):
        return wish.mask
    with media.scratch() as folder:
        source = folder / "upload"
        with source.open("wb") as out:
            out.writelines(wish.mask.chunks())
        facts = _normalise(wish.picture, source, folder / masks.FILE)
        source.unlink()
        return masks.keep(folder, facts, steps.file_sha256(folder / masks.FILE))


def _normalise(picture: Picture, source: Path, out: Path) -> dict[str, Any]:
    try:
        return decoder().call(
            "editor.imaging.mask:normalise",
            source=str(source),
            out=str(out),
            width=picture.width,
            height=picture.height,
        )
    except JobRejected as refusal:
        message = intake_texts.refusal(refusal.code, refusal.params, refusal.message)
        raise SubmitRefused(refusal.code, message) from refusal
    except JobCrashed as crash:
        if crash.found_no_room:
            raise media.DiskFull from crash
        raise SubmitRefused("mask_unreadable", intake_texts.crash(crash.kind)) from crash


def _fingerprint(wish: Wish, painted: Painted | None) -> str:
    facts = [
        wish.picture.public_id,
        wish.engine,
        wish.prompt,
        [painted.sha256, *painted.box] if painted else None,
        sorted(wish.parameters.items()),
        [picture.public_id for picture in wish.inputs],
        wish.framing.chosen,
        *([wish.call.extra] if wish.call else []),
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _known(door: Door, wish: Wish, fingerprint: str, painted: Painted | None) -> Edit | None:
    """Return the edit this intent made before, and drop the mask that came again."""
    try:
        known = intents.known(door.user.pk, wish.idem_key, fingerprint, wish.call)
    except intents.Mismatch as mismatch:
        masks.drop(painted)
        raise SubmitRefused(
            "idempotency_mismatch",
            _("This was already sent with other contents. Reload the page and send it again."),
        ) from mismatch
    if known:
        masks.drop(painted)
    return known


def _queue(door: Door, wish: Wish, edit: Edit, painted: Painted | None) -> Edit:
    try:
        _write(door, wish, edit, painted)
    except IntegrityError:
        if known := _known(door, wish, edit.fingerprint, painted):
            return known
        masks.drop(painted)
        raise
    except BaseException:
        masks.drop(painted)
        raise
    edit.refresh_from_db()
    return edit


@transaction.atomic
def _write(door: Door, wish: Wish, edit: Edit, painted: Painted | None) -> None:
    # Reading the mask took a while: who was let in may be out, and the project archived or gone.
    fetch.door_again(door, Action.EDIT)
    if edit.provider:
        _agree(door, edit, wish, edit.provider)
    edit.pulse = Project.objects.bump(edit.project_id)
    if painted:
        edit.mask = _mask(edit, painted)
    edit.state = State.QUEUED
    edit.next_run_at = Now()
    edit.save(force_insert=True)
    EditInput.objects.bulk_create(
        EditInput(edit=edit, picture=picture, number=number)
        for number, picture in enumerate(wish.inputs, start=2)
    )
    _reserve(edit, door)
    activities.record("edit.queued", edit.project, actor=edit.actor, edit=edit)
    transaction.on_commit(partial(bell.ring, bell.Rope.WORK))


def _reserve(edit: Edit, door: Door) -> None:
    try:
        ledger.reserve(edit)
    except budgets.Refused as refused:
        text = budget_texts.refusal(refused, door.user)
        raise SubmitRefused(refused.code, text) from refused


def _agree(door: Door, edit: Edit, wish: Wish, provider: Provider) -> None:
    try:
        consents.check(provider, door.user, wish.agreed_host)
    except consents.ConsentNeeded as needed:
        raise NotAgreed(needed.host, edit, len(wish.inputs)) from needed


def _mask(edit: Edit, painted: Painted) -> Mask:
    left, top, right, bottom = painted.box
    return Mask.objects.create(
        project=edit.project,
        width=edit.picture.width,
        height=edit.picture.height,
        left=left,
        top=top,
        right=right,
        bottom=bottom,
        painted=painted.painted,
        sha256=painted.sha256,
        folder=painted.folder,
    )
