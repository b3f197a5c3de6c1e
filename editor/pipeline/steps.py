"""The database's side of a run: each function is one short transaction."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now

from editor.engines.base import Answer, Engine
from editor.engines.costs import NO_COST
from editor.engines.registry import EngineSource
from editor.models import Attempt, Edit, Execution, Picture, PictureKind, State
from editor.pipeline import ledger
from editor.pipeline.rescue import after_loss, give_back
from editor.pipeline.states import Hold, move
from editor.services import media, pictures
from editor.services.recipes import Recipe, recipe

STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a run needs to know, read once."""

    edit: Edit
    engine: Engine
    parent: Recipe
    mask_file: str | None
    mask_box: list[int] | None
    crop_box: list[int]


def load(hold: Hold, registry: EngineSource) -> Job:
    """Read the held edit with its engine, picture and mask."""
    rows = Edit.objects.select_related("project", "picture", "mask", "actor")
    edit = rows.get(pk=hold.edit_id)
    mask = edit.mask
    return Job(
        edit=edit,
        engine=registry.engine(edit.engine),
        parent=recipe(edit.picture),
        mask_file=str(media.path(mask.file)) if mask else None,
        mask_box=list(mask.box) if mask else None,
        crop_box=list(edit.focus["box"]),
    )


@transaction.atomic
def intend(hold: Hold) -> tuple[Hold, Attempt]:
    """Write the intent before anything is sent: no execution is ever unaccounted for."""
    moved = move(hold, State.SENDING)
    attempt = Attempt.objects.create(
        edit_id=hold.edit_id,
        number=Attempt.objects.filter(edit_id=hold.edit_id).count() + 1,
        fence=hold.fence,
        intent_at=Now(),
    )
    return moved, attempt


@transaction.atomic
def sent(hold: Hold, attempt: Attempt) -> Hold:
    """The engine has the whole request."""
    moved = move(hold, State.AWAITING)
    Attempt.objects.filter(pk=attempt.pk).update(sent_at=Now())
    return moved


@transaction.atomic
def received(hold: Hold, attempt: Attempt, *, answer: Answer, sha256: str) -> Hold:
    """The answer lies on disk, whole; only now may anything parse it."""
    moved = move(hold, State.RECEIVED, progress=95)
    Attempt.objects.filter(pk=attempt.pk).update(
        answer_file=str(answer.file.relative_to(settings.SPOOL_DIR)),
        answer_head=dict(answer.head),
        answer_sha256=sha256,
        execution=Execution.YES,
        finished_at=Now(),
        cost_micros=0,
    )
    return moved


def new_result(edit: Edit, *, kind: PictureKind, facts: dict[str, Any]) -> Picture:
    """Return the unsaved row of a result; `facts` are what the stitch counted and placed."""
    parent = edit.picture
    return Picture(
        project=edit.project,
        kind=kind,
        name=parent.name,
        created_by=edit.actor,
        width=parent.width,
        height=parent.height,
        mode=facts.get("mode", parent.mode),
        has_icc=facts.get("has_icc", parent.has_icc),
        parent=parent,
        root_id=parent.root_id or parent.pk,
        edit=edit,
        patch_x=facts.get("x", 0),
        patch_y=facts.get("y", 0),
        protected_pixels=facts.get("protected", 0),
        changed_protected_pixels=facts.get("changed", 0),
        size_bytes=facts["size_bytes"],
        sha256=facts["sha256"],
    )


@transaction.atomic
def succeed(hold: Hold, attempt: Attempt, result: Picture, actual: Any) -> None:
    """Result, settlement and state are one: a result without its edit cannot exist."""
    pictures.insert(result)
    edit = Edit.objects.get(pk=hold.edit_id)
    ledger.settle(edit, attempt, NO_COST)
    move(
        hold,
        State.SUCCEEDED,
        actual=actual,
        lease_until=None,
        finished_at=Now(),
        progress=100,
    )


@transaction.atomic
def fail(hold: Hold, attempt: Attempt | None, *, code: str, message: str) -> None:
    """End the edit with the reason its owner will read. Nothing was charged."""
    move(
        hold,
        State.FAILED,
        lease_until=None,
        finished_at=Now(),
        error_code=code[:60],
        error_message=message[:500],
    )
    close_attempt(attempt, Execution.NO, code)
    ledger.release(Edit.objects.get(pk=hold.edit_id))


@transaction.atomic
def stop(hold: Hold, attempt: Attempt | None) -> None:
    """End a free edit that its owner no longer wants."""
    move(hold, State.CANCELED, lease_until=None, finished_at=Now())
    close_attempt(attempt, Execution.NO, "canceled")
    ledger.release(Edit.objects.get(pk=hold.edit_id))


@transaction.atomic
def lose(hold: Hold, attempt: Attempt | None, engine: Engine, *, code: str) -> None:
    """The run broke under us: decide as if the worker had died.

    A worker that was told to stop is nobody's fault, and not counted against the edit.
    """
    edit = Edit.objects.get(pk=hold.edit_id)
    to = after_loss(
        hold.state,
        replay_safe=engine.replay_safe,
        rescues=0 if code == STOPPING else edit.rescues,
        canceled=edit.cancel_requested_at is not None,
    )
    close_attempt(attempt, Execution.NO if engine.free else Execution.UNKNOWN, code)
    give_back(edit, hold, to, counted=code != STOPPING)


def close_attempt(attempt: Attempt | None, execution: Execution, code: str) -> None:
    """Write how an attempt without an answer ended."""
    if attempt is not None:
        Attempt.objects.filter(pk=attempt.pk, finished_at=None).update(
            execution=execution, error_class=code[:60], finished_at=Now()
        )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
