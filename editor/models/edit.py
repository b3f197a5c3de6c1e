"""An edit: what a member asked for, and how far it has come. Its states change in pipeline only."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editor.models.public_id import new_public_id
from editor.models.search_text import search_text


class State(models.TextChoices):
    """reliability.md 4.2; what may follow what is in editor.pipeline.states."""

    QUEUED = "queued", _("Waiting")
    CLAIMED = "claimed", _("Starting")
    SENDING = "sending", _("Sending")
    AWAITING = "awaiting", _("Editing")
    RECEIVED = "received", _("Saving")
    RETRY_WAIT = "retry_wait", _("Trying again soon")
    UNKNOWN = "unknown", _("Outcome unknown")
    BILLED_UNUSABLE = "billed_unusable", _("Answer unreadable")
    SUCCEEDED = "succeeded", _("Done")
    FAILED = "failed", _("Failed")
    CANCELED = "canceled", _("Cancelled")


TERMINAL_STATES = frozenset({State.SUCCEEDED, State.FAILED, State.CANCELED})
HELD_STATES = frozenset({State.CLAIMED, State.SENDING, State.AWAITING, State.RECEIVED})
WAITING_STATES = frozenset({State.QUEUED, State.RETRY_WAIT})
OPEN_STATES = HELD_STATES | WAITING_STATES
# Somebody has to decide what becomes of it.
UNDECIDED_STATES = frozenset({State.UNKNOWN, State.BILLED_UNUSABLE})
TROUBLED_STATES = UNDECIDED_STATES | {State.FAILED}


class EditQuerySet(models.QuerySet["Edit"]):
    """Which edits, in the words of the house."""

    def open(self) -> Self:
        """Those on their way: waiting, or held by a worker."""
        return self.filter(is_over=False, state__in=OPEN_STATES)

    def troubled(self) -> Self:
        """Those that ended badly, or wait for somebody's decision."""
        return self.filter(is_over=False, state__in=TROUBLED_STATES)

    def held(self) -> Self:
        """Those a worker holds a lease on."""
        return self.filter(state__in=HELD_STATES)

    def line_of(self, first: "Edit") -> list["Edit"]:
        """An edit and those of the areas after it, in their order. A query for each."""
        line = [first]
        while found := self.filter(after=line[-1]).first():
            line.append(found)
        return line

    def waiting_for(self, edit_id: int) -> Self:
        """The one of the next area, that begins when this edit is done."""
        return self.filter(after=edit_id, state=State.QUEUED, next_run_at=None)


class Edit(models.Model):
    """One request: picture, mask, prompt, engine; one row from submit to its end."""

    public_id = models.CharField(
        _("id"), max_length=32, unique=True, default=new_public_id, editable=False
    )
    project = models.ForeignKey(
        "editor.Project",
        models.CASCADE,
        related_name="edits",
        verbose_name=_("project"),
        db_index=False,  # the gallery's begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person"),
        db_index=False,  # there is one with the intent
    )
    # The key of the program that asked; empty for what was asked on a page.
    api_key = models.ForeignKey(
        "editor.ApiKey",
        models.SET_NULL,
        null=True,
        related_name="edits",
        verbose_name=_("API key"),
        db_index=False,
    )
    picture = models.ForeignKey("editor.Picture", models.PROTECT, related_name="edits")
    mask = models.ForeignKey("editor.Mask", models.PROTECT, null=True, related_name="edits")
    # Areas of one mask that are edited one by one: the edit before, on whose result this one goes
    # on. Until then `picture` is the one that the first began with, and `next_run_at` is empty.
    after = models.OneToOneField(
        "self", models.SET_NULL, null=True, related_name="next_area", verbose_name=_("after")
    )
    area = models.PositiveSmallIntegerField(_("area"), default=1)
    areas = models.PositiveSmallIntegerField(_("areas"), default=1)
    engine = models.CharField(_("engine"), max_length=200)
    # Empty for the built-in engine; `engine` holds both, in a form that outlives the provider.
    provider = models.ForeignKey(
        "editor.Provider",
        models.SET_NULL,
        null=True,
        related_name="edits",
        verbose_name=_("provider"),
        db_index=False,  # there is one with the state
    )
    model = models.CharField(_("model"), max_length=120, blank=True)
    # Parameters as the member chose them, and the plan: what is sent of them, what it may cost.
    parameters = models.JSONField(default=dict, blank=True)
    plan = models.JSONField(default=dict, blank=True)
    prompt = models.TextField()
    search = models.TextField(blank=True, default="", editable=False)
    instruction = models.JSONField(default=dict)
    focus = models.JSONField(default=dict)
    seed = models.PositiveIntegerField(default=0)
    actual = models.JSONField(default=dict)
    idem_key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)

    state = models.CharField(_("state"), max_length=16, choices=State, default=State.QUEUED)
    # Nothing more to see or do: most edits by far, so lists of the others begin here.
    is_over = models.GeneratedField(
        expression=models.ExpressionWrapper(
            models.Q(state__in=[State.SUCCEEDED, State.CANCELED]),
            output_field=models.BooleanField(),
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    fence = models.PositiveIntegerField(_("fence"), default=0)
    lease_owner = models.CharField(_("worker"), max_length=64, blank=True)
    lease_until = models.DateTimeField(_("lease until"), null=True)
    next_run_at = models.DateTimeField(_("next run"), null=True)
    rescues = models.PositiveSmallIntegerField(_("rescues"), default=0)
    # Automatic tries in a row that were proven not to run; decisions of a member to pay again.
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    confirmations = models.PositiveSmallIntegerField(_("sent again by decision"), default=0)
    cancel_requested_at = models.DateTimeField(_("cancel requested"), null=True)
    progress = models.PositiveSmallIntegerField(_("progress"), default=0)
    error_code = models.CharField(_("error"), max_length=60, blank=True)
    error_message = models.CharField(max_length=500, blank=True)
    error_class = models.CharField(_("whose turn"), max_length=10, blank=True)
    reserved_micros = models.BigIntegerField(_("reserved millionths"), default=0)

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    started_at = models.DateTimeField(_("started at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    pulse = models.BigIntegerField(default=0)

    objects = EditQuerySet.as_manager()

    class Meta:
        verbose_name = _("edit")
        verbose_name_plural = _("edits")
        constraints = [
            models.UniqueConstraint(fields=["actor", "idem_key"], name="edit_once_per_intent"),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="edit_state"),
        ]
        indexes = [
            # Whole, not partial: SQLite uses a partial index only where the query spells out its
            # condition, and ours are bound as parameters.
            models.Index(fields=["state", "next_run_at", "id"], name="edit_due"),
            models.Index(
                fields=["lease_until"],
                condition=models.Q(state__in=["claimed", "sending", "awaiting", "received"]),
                name="edit_leased",
            ),
            models.Index(fields=["project", "pulse"], name="edit_pulse"),
            models.Index(fields=["provider", "state"], name="edit_by_provider"),
            models.Index(
                fields=["project", "is_over", "-created_at", "-id", "state"], name="edit_gallery"
            ),
            # A program that asks again is joined to what it asked for before.
            models.Index(fields=["api_key", "fingerprint", "-id"], name="edit_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.state}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Note a new edit's texts for search."""
        if self._state.adding:
            self.note_texts()
        super().save(*args, **kwargs)

    def note_texts(self) -> None:
        """Fill what the edit is found by: the prompt, and its picture's name as it is now."""
        self.search = search_text(self.picture.name, self.prompt)

    @property
    def is_open(self) -> bool:
        """Whether it is still on its way."""
        return self.state in OPEN_STATES

    @property
    def waits_for_area(self) -> bool:
        """Whether the edit of another area has to be done before it."""
        return self.state == State.QUEUED and self.after_id is not None and self.next_run_at is None

    @property
    def protects(self) -> bool:
        """Whether what was not painted stays; else the answer is taken, and handed on, as it comes."""
        return bool(self.focus.get("chosen", {}).get("protect", True))

    @property
    def is_handed_on(self) -> bool:
        """Whether whoever asked has what it wants from the moment the answer is here."""
        return not self.protects and not self.focus.get("chosen", {}).get("awaited", False)

    @property
    def can_cancel(self) -> bool:
        """Whether a click on cancel can still do something."""
        return self.is_open and self.cancel_requested_at is None
