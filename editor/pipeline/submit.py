"""From a member's wish to a queued edit: understood, planned, reserved, durable, once."""

from __future__ import annotations

import errno
import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from editor.access import fetch
from editor.access.roles import Action
from editor.engines.errors import EngineError
from editor.engines.plans import Wanted
from editor.imaging import focus
from editor.imaging.sandbox.client import JobCrashed, JobRejected
from editor.models import Edit, EditInput, Mask, Picture, Project, Provider, State
from editor.pipeline import ledger, steps
from editor.services import (
    activities,
    budget_texts,
    budgets,
    consents,
    instructions,
    intake_texts,
    media,
    providers,
)
from editor.services.decoder import decoder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from django.core.files.uploadedfile import UploadedFile

    from editor.access.fetch import Door
    from editor.engines.base import Engine
    from editor.engines.registry import EngineSource

PROMPT_LENGTH = 32_000
IDEM_LENGTH = 64


class SubmitRefused(Exception):
    """Nothing was queued; `message` tells the member why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Wish:
    """What the member asked for, checked for form only."""

    picture: Picture
    engine: str
    prompt: str
    mask: UploadedFile[Any] | None
    idem_key: str
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Picture, ...] = ()
    # The host that the member has agreed to send pictures to, on this very form.
    agreed_host: str = ""


@dataclass(frozen=True, slots=True)
class _Painted:
    """A mask that was checked and lies in the store."""

    folder: str
    sha256: str
    box: tuple[int, int, int, int]
    painted: int


def submit(*, door: Door, wish: Wish, registry: EngineSource) -> Edit:
    """Queue an edit and return it; the same wish twice (same key) is the same edit.

    Raises SubmitRefused, consents.ConsentNeeded, media.DiskFull. The files are durable before the row names them; row,
    reservation and activity are one transaction.
    """
    prompt = _prompt(wish.prompt)
    provider = _provider(door.project, wish.engine)
    engine = _engine(registry, wish.engine)
    instruction = _understand(engine, prompt, has_mask=wish.mask is not None)
    painted = _keep_mask(wish.picture, wish.mask) if wish.mask else None
    fingerprint = _fingerprint(wish, prompt, painted)
    if known := _known(door, wish, fingerprint, painted):
        return known
    box = painted.box if painted else None
    crop = focus.plan((wish.picture.width, wish.picture.height), box, engine.rules(instruction))
    plan = engine.plan(_wanted(wish, prompt, crop, has_mask=painted is not None))
    edit = Edit(
        project=door.project,
        actor=door.user,
        picture=wish.picture,
        engine=engine.id,
        provider=provider,
        model=wish.engine.partition(":")[2],
        prompt=prompt,
        instruction=dict(instruction),
        parameters=dict(wish.parameters),
        plan=plan.to_json(),
        reserved_micros=plan.cost.high or 0,
        focus=crop.to_json(),
        seed=secrets.randbelow(2**31) if wish.seed is None else wish.seed,
        idem_key=wish.idem_key,
        fingerprint=fingerprint,
    )
    return _queue(door, wish, edit, painted)


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
    name, colon, model = engine.partition(":")
    if not colon:
        return None
    found = providers.usable(project).filter(public_id=name).first()
    if found is None or model not in found.offered:
        raise SubmitRefused("unknown_engine", _("Choose an engine from the list."))
    return found


def _wanted(wish: Wish, prompt: str, crop: focus.Focus, *, has_mask: bool) -> Wanted:
    return Wanted(
        crop=crop.size,
        has_mask=has_mask,
        prompt=prompt,
        inputs=tuple((picture.width, picture.height) for picture in wish.inputs),
        parameters=wish.parameters,
    )


def _understand(engine: Engine, prompt: str, *, has_mask: bool) -> Any:
    try:
        return engine.understand(prompt, has_mask=has_mask)
    except EngineError as error:
        raise SubmitRefused(error.code, instructions.refusal(error)) from error


def _keep_mask(picture: Picture, file: UploadedFile[Any]) -> _Painted:
    with media.scratch() as folder:
        source = folder / "upload"
        with source.open("wb") as out:
            out.writelines(file.chunks())
        facts = _normalise(picture, source, folder / "mask.png")
        source.unlink()
        sha256 = steps.file_sha256(folder / "mask.png")
        left, top, right, bottom = facts["box"]
        return _Painted(media.keep(folder), sha256, (left, top, right, bottom), facts["painted"])


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
        if crash.errno == errno.ENOSPC:
            raise media.DiskFull from crash
        raise SubmitRefused("mask_unreadable", intake_texts.crash(crash.kind)) from crash


def _fingerprint(wish: Wish, prompt: str, painted: _Painted | None) -> str:
    facts = [
        wish.picture.public_id,
        wish.engine,
        prompt,
        [painted.sha256, *painted.box] if painted else None,
        sorted(wish.parameters.items()),
        [picture.public_id for picture in wish.inputs],
    ]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _known(door: Door, wish: Wish, fingerprint: str, painted: _Painted | None) -> Edit | None:
    """Return the edit this intent made before, and drop the mask that came again."""
    known = Edit.objects.filter(actor=door.user, idem_key=wish.idem_key).first()
    if known is None:
        return None
    _drop(painted)
    if known.fingerprint != fingerprint:
        raise SubmitRefused(
            "idempotency_mismatch",
            _("This was already sent with other contents. Reload the page and send it again."),
        )
    return known


def _queue(door: Door, wish: Wish, edit: Edit, painted: _Painted | None) -> Edit:
    try:
        _write(door, wish, edit, painted)
    except IntegrityError:
        if known := _known(door, wish, edit.fingerprint, painted):
            return known
        _drop(painted)
        raise
    except BaseException:
        _drop(painted)
        raise
    edit.refresh_from_db()
    return edit


def _drop(painted: _Painted | None) -> None:
    if painted:
        media.drop(painted.folder)


@transaction.atomic
def _write(door: Door, wish: Wish, edit: Edit, painted: _Painted | None) -> None:
    # Reading the mask took a while: who was let in may be out, and the project archived or gone.
    fetch.door_again(door, Action.EDIT)
    if edit.provider:
        consents.check(edit.provider, door.user, wish.agreed_host)
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


def _reserve(edit: Edit, door: Door) -> None:
    try:
        ledger.reserve(edit)
    except budgets.Refused as refused:
        text = budget_texts.refusal(refused, door.user)
        raise SubmitRefused(refused.code, text) from refused


def _mask(edit: Edit, painted: _Painted) -> Mask:
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
