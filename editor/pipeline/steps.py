"""The database's side of a good run: each function is one short transaction."""

import copy
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch
from django.db.models.functions import Now

from editor.engines.base import Answer, EditResult, Engine
from editor.engines.errors import EngineError, ErrorClass
from editor.engines.plans import Plan
from editor.engines.registry import EngineSource
from editor.models import Attempt, Edit, EditInput, Picture, State
from editor.models.written import after
from editor.pipeline import attempts, replan, spool
from editor.pipeline.states import Hold, LostLease, lock_projects, move, move_each, show_change
from editor.services import budgets, consents, media, pictures
from editor.services.hasty import hasty
from editor.services.recipes import Recipe, recipe


class CancelAsked(Exception):
    """The edit's member no longer wants it, and it has not been sent yet."""


class Withheld(EngineError):
    """The edit may not be sent as things are now; `error_class` says whose turn it is."""

    error_class = ErrorClass.INPUT


class HostChanged(Withheld):
    """The provider has another address than the one that the edit's member agreed to."""

    def __init__(self) -> None:
        super().__init__("The provider has another address by now.", code="host_changed")


class TooDear(Withheld):
    """What its service takes of the edit may cost more than the budget allows."""

    error_class = ErrorClass.BUDGET


@dataclass(frozen=True, slots=True)
class Job:
    """Everything a run needs to know, read once. An input that was purged has no recipe."""

    edit: Edit
    engine: Engine
    plan: Plan
    parent: Recipe
    inputs: tuple[Recipe | None, ...]
    mask_file: str | None
    mask_box: list[int] | None
    crop_box: list[int]

    @property
    def protects(self) -> bool:
        """As the edit's; an engine that only changes what is painted has nothing else to protect."""
        return self.edit.protects or not self.engine.redraws

    @property
    def is_handed_on(self) -> bool:
        """Whether nobody waits for what is made of the answer."""
        return not self.protects and self.edit.is_handed_on


@dataclass(frozen=True, slots=True)
class Receipt:
    """An answer of a paid engine that lies on disk, whole."""

    hold: Hold
    attempt: Attempt
    answer: Answer
    sha256: str
    head: dict[str, Any]


def _let_go() -> dict[str, Any]:
    """Whoever asked has the answer already; there is a moment for the next call."""
    rest = timedelta(seconds=settings.REST_SECONDS)
    return {"lease_owner": "", "lease_until": None, "next_run_at": after(rest)}


def rows_of(holds: Iterable[Hold]) -> dict[int, Edit]:
    """Read the held edits with all that a run asks them for, by their key. Two queries."""
    inputs = Prefetch("inputs", EditInput.objects.select_related("picture").order_by("number"))
    rows = Edit.objects.select_related("project", "picture", "mask", "provider", "actor")
    return rows.prefetch_related(inputs).in_bulk([hold.edit_id for hold in holds])


def load(hold: Hold, registry: EngineSource, row: Edit | None = None) -> Job:
    """Return the held edit with its engine, pictures and mask; `row` if it was just read.

    Raises HostChanged, TooDear, and what the registry raises.
    """
    # A copy: a transaction of this step that fails leaves its marks on the row it was given.
    edit = copy.copy(row) if row else rows_of([hold])[hold.edit_id]
    engine = _engine(hold, edit, registry)
    mask = edit.mask
    return Job(
        edit=edit,
        engine=engine,
        plan=Plan.from_json(edit.plan),
        parent=recipe(edit.picture),
        inputs=_inputs(edit),
        mask_file=str(media.path(mask.file)) if mask else None,
        mask_box=list(mask.box) if mask else None,
        crop_box=list(edit.focus["box"]),
    )


def _engine(hold: Hold, edit: Edit, registry: EngineSource) -> Engine:
    """The engine to be asked, else one that only reads: that sends nothing, so needs no consent."""
    if hold.state == State.RECEIVED:
        return registry.reader(edit.engine)
    engine = registry.engine(edit.engine, edit.provider)
    if edit.provider and not consents.covers(edit.provider, edit.actor_id, engine.host):
        raise HostChanged
    try:
        replan.catch_up(hold, edit, engine)
    except budgets.Refused as refused:
        raise TooDear("The budget does not allow it.", code=refused.code) from refused
    return engine


def _inputs(edit: Edit) -> tuple[Recipe | None, ...]:
    return tuple(recipe(row.picture) if row.picture else None for row in edit.inputs.all())


def intend(hold: Hold, engine: Engine) -> tuple[Hold, Attempt]:
    """Write the intent before anything is sent: no execution is ever unaccounted for.

    Raises CancelAsked; then nothing is written, and nothing may be sent.
    """
    nothing_wrong: dict[str, Any] = dict.fromkeys(
        ("error_code", "error_message", "error_class"), ""
    )
    try:
        with transaction.atomic():
            moved = move(hold, State.SENDING, unless_canceled=True, **nothing_wrong)
            return moved, attempts.begin(hold, engine)
    except LostLease:
        if _is_unwanted(hold):
            raise CancelAsked from None
        if written := _intent_of(hold):
            return written
        raise


def _intent_of(hold: Hold) -> tuple[Hold, Attempt] | None:
    """Return the intent if it was written though nobody could tell us so.

    The connection was lost with the commit in doubt, and this is the second try: a fence is one
    run's, so nobody else can have moved the edit under it, and nothing has been sent.
    """
    mine = Attempt.objects.filter(edit_id=hold.edit_id, fence=hold.fence, finished_at=None)
    attempt = mine.filter(edit__state=State.SENDING, edit__fence=hold.fence).first()
    sending = Hold(hold.edit_id, hold.project_id, State.SENDING, hold.fence)
    return (sending, attempt) if attempt else None


def _is_unwanted(hold: Hold) -> bool:
    """Whether it is ours still, and asked to be cancelled."""
    mine = Edit.objects.filter(pk=hold.edit_id, state=hold.state, fence=hold.fence)
    return mine.exclude(cancel_requested_at=None).exists()


@transaction.atomic
def sent(departures: Sequence[tuple[Hold, Attempt]]) -> dict[int, Hold]:
    """Their engines have the whole requests; return the new holds by edit, without those lost.

    What is written already was written by us, though nobody could tell: a fence is one run's.
    """
    holds = {hold.edit_id: hold for hold, _ in departures}
    moved = move_each(list(holds.values()), State.AWAITING)
    there = Edit.objects.filter(pk__in=holds.keys() - moved.keys(), state=State.AWAITING)
    for pk, fence in there.values_list("pk", "fence"):
        if fence == holds[pk].fence:
            moved[pk] = replace(holds[pk], state=State.AWAITING)
    attempts_sent = [attempt.pk for hold, attempt in departures if hold.edit_id in moved]
    Attempt.objects.filter(pk__in=attempts_sent).update(sent_at=Now())
    return moved


def headed(attempt: Attempt, **head: Any) -> None:
    """The answer has begun."""
    Attempt.objects.filter(pk=attempt.pk, fence=attempt.fence).update(**head)


@transaction.atomic
def previewed(hold: Hold, attempt: Attempt, name: str, **head: Any) -> None:
    """A preview lies in the spool under that name. Raises LostLease."""
    show_change(hold)
    Attempt.objects.filter(pk=attempt.pk).update(partial_file=name, **head)


@transaction.atomic
def received(
    hold: Hold,
    attempt: Attempt,
    *,
    answer: Answer,
    sha256: str,
    paid: bool,
    let_go: bool = False,
    **head: Any,
) -> Hold:
    """The answer lies on disk, whole; only now may anything parse it.

    From here on rescues of a paid edit count how often it broke off while being finished. With
    `let_go` somebody finishes it when there is time: whoever asked has the answer already.
    """
    more: dict[str, Any] = {"rescues": 0} if paid else {}
    if let_go:
        more |= _let_go()
    moved = move(hold, State.RECEIVED, progress=95, **more)
    attempts.answered(attempt, answer=answer, sha256=sha256, **head)
    return moved


def received_each(receipts: Sequence[Receipt]) -> list[Hold | Exception]:
    """The same for answers that were handed on already: somebody finishes them when there is time.

    Returns the new holds in their order, LostLease where somebody else decided meanwhile. Should a
    power cut take it back, the answers are found on disk as after any crash.
    """
    with hasty():
        return _received_each(receipts)


@transaction.atomic(savepoint=False)
def _received_each(receipts: Sequence[Receipt]) -> list[Hold | Exception]:
    told: dict[int, Hold] = {}
    lock_projects({receipt.hold.project_id for receipt in receipts})
    for state in {receipt.hold.state for receipt in receipts}:
        mine = [one for one in receipts if one.hold.state == state]
        holds = [one.hold for one in mine]
        moved = move_each(holds, State.RECEIVED, progress=95, rescues=0, **_let_go())
        for one in mine:
            if one.hold.edit_id in moved:
                attempts.answered(one.attempt, answer=one.answer, sha256=one.sha256, **one.head)
        told |= moved
    return [
        told.get(one.hold.edit_id) or LostLease(f"edit {one.hold.edit_id} was taken away")
        for one in receipts
    ]


def answer_of(edit: Edit) -> tuple[Attempt, Answer] | None:
    """Return the newest attempt with an answer on disk, and that answer."""
    found = edit.attempts.exclude(answer_file="").order_by("-number").first()
    return (found, stored_answer(found)) if found else None


def stored_answer(attempt: Attempt) -> Answer:
    """Return the answer that an attempt's row names."""
    return Answer(spool.path_of(attempt.answer_file), attempt.answer_head)


def new_result(job: Job, attempt: Attempt, *, number: int, facts: dict[str, Any]) -> Picture:
    """Return the unsaved row of a result; `facts` are what the stitch counted and placed."""
    edit, parent = job.edit, job.edit.picture
    return Picture(
        project=edit.project,
        kind=facts["kind"],
        name=parent.name,
        created_by=edit.actor,
        width=parent.width,
        height=parent.height,
        mode=facts.get("mode", parent.mode),
        has_icc=facts.get("has_icc", parent.has_icc),
        parent=parent,
        root_id=parent.root_id or parent.pk,
        edit=edit,
        attempt=attempt,
        number=number,
        patch_x=facts.get("x", 0),
        patch_y=facts.get("y", 0),
        protected_pixels=facts.get("protected", 0),
        changed_protected_pixels=facts.get("changed", 0),
        proof=facts.get("proof", {}),
        size_bytes=facts["size_bytes"],
        sha256=facts["sha256"],
        folder=facts["folder"],
    )


@transaction.atomic
def succeed(
    hold: Hold, attempt: Attempt, job: Job, results: Sequence[Picture], drawn: EditResult
) -> None:
    """Results, settlement and state are one: a result without its edit cannot exist."""
    for result in results:
        pictures.insert(result)
    edit = Edit.objects.get(pk=hold.edit_id)
    attempts.settle(edit, attempt, job.engine.cost(job.plan, drawn), drawn.usage)
    move(
        hold,
        State.SUCCEEDED,
        actual=dict(drawn.actual),
        lease_until=None,
        finished_at=Now(),
        progress=100,
        error_code="",
        error_message="",
        error_class="",
    )


def file_sha256(path: Path) -> str:
    """Return the sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
