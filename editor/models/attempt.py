"""An attempt: one possible execution of an edit by its engine, written down before it begins."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from editor.models.ledger import CostBasis


class Execution(models.TextChoices):
    """Whether the engine ran, as far as anyone can know."""

    NO = "no", _("did not run")
    YES = "yes", _("ran")
    UNKNOWN = "unknown", _("may have run")


class Attempt(models.Model):
    """Intent is committed before the first byte leaves, so that no execution is unaccounted for."""

    edit = models.ForeignKey(
        "editor.Edit",
        models.CASCADE,
        related_name="attempts",
        verbose_name=_("edit"),
        db_index=False,  # there is one with the number
    )
    number = models.PositiveSmallIntegerField(_("number"))
    fence = models.PositiveIntegerField(_("fence"))
    client_token = models.UUIDField(default=uuid.uuid4, unique=True)
    execution = models.CharField(
        _("execution"), max_length=8, choices=Execution, default=Execution.UNKNOWN
    )
    intent_at = models.DateTimeField(_("decided at"))
    host = models.CharField(_("sent to"), max_length=255, blank=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    headers_at = models.DateTimeField(_("answer began at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)
    upstream_request_id = models.CharField(_("id at the provider"), max_length=120, blank=True)
    http_status = models.PositiveSmallIntegerField(_("HTTP status"), null=True)
    # What is needed to read the answer again, and the last preview that came before it.
    answer_head = models.JSONField(default=dict, blank=True)
    partial_file = models.CharField(max_length=200, blank=True)
    answer_file = models.CharField(max_length=200, blank=True)
    answer_sha256 = models.CharField(max_length=64, blank=True)
    error_class = models.CharField(_("error"), max_length=60, blank=True)
    # The provider's own words, cut and cleaned.
    message = models.CharField(max_length=300, blank=True)
    usage = models.JSONField(default=dict, blank=True)
    cost_micros = models.BigIntegerField(_("cost in millionths"), null=True)
    cost_basis = models.CharField(_("known by"), max_length=8, choices=CostBasis, blank=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        constraints = [
            models.UniqueConstraint(fields=["edit", "number"], name="attempt_number_once"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of edit {self.edit_id}"
