"""The money ledger: rows are added, never changed."""

from datetime import date
from typing import Any, Never

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class LedgerKind(models.TextChoices):
    """What the row does to the budget."""

    RESERVE = "reserve", _("reserved")
    SETTLE = "settle", _("settled")
    RELEASE = "release", _("released")
    HOLD = "hold", _("held")
    REVERSE = "reverse", _("taken back")


class CostBasis(models.TextChoices):
    """How an amount is known. An unknown one is written as 0 and never shown as a price."""

    FREE = "free", _("free")
    USAGE = "usage", _("the provider's count")
    ESTIMATE = "estimate", _("an estimate")
    UNKNOWN = "unknown", _("unknown")


def today() -> date:
    """Return the day it is in UTC, by which money is counted everywhere."""
    return timezone.now().date()


class LedgerEntry(models.Model):
    """One movement, in millionths of a US dollar. A free engine's rows carry 0.

    Amounts are positive; releases and reversals count against. A release with an attempt gives back
    what was held for that attempt, without one what was reserved for the edit. A reversal takes back
    an attempt's settlement, in whose place a better known one is written (editor.services.books).

    The row stays when the edit or the project it was for is purged: what was spent was spent.
    """

    project = models.ForeignKey(
        "editor.Project",
        models.SET_NULL,
        null=True,
        related_name="ledger",
        verbose_name=_("project"),
        # As for provider and key: the index by day begins with it. By person it is asked for only
        # when an account goes.
        db_index=False,
    )
    edit = models.ForeignKey(
        "editor.Edit", models.SET_NULL, null=True, related_name="ledger", verbose_name=_("edit")
    )
    attempt = models.ForeignKey(
        "editor.Attempt",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("attempt"),
    )
    # Copied, so that sums by person, provider and model outlive the edit.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person"),
        db_index=False,
    )
    provider = models.ForeignKey(
        "editor.Provider",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("provider"),
        db_index=False,
    )
    api_key = models.ForeignKey(
        "editor.ApiKey",
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("API key"),
        db_index=False,
    )
    model = models.CharField(_("model"), max_length=120, blank=True)
    # The rows of one test of a provider, which has no edit, share it.
    probe = models.UUIDField(_("test"), null=True, editable=False)
    kind = models.CharField(_("kind"), max_length=8, choices=LedgerKind)
    micros = models.BigIntegerField(_("millionths"))
    basis = models.CharField(_("known by"), max_length=8, choices=CostBasis, default=CostBasis.FREE)
    # The day that money counts for is that of its reservation, whenever the outcome is learned: what
    # a month set aside is settled in that month.
    day = models.DateField(_("counts for"), default=today)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["attempt", "basis"],
                condition=models.Q(kind="settle"),
                name="ledger_settled_once",
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=models.Q(kind="reverse"), name="ledger_reversed_once"
            ),
            models.UniqueConstraint(
                fields=["attempt"], condition=models.Q(kind="hold"), name="ledger_held_once"
            ),
            models.UniqueConstraint(
                fields=["probe", "kind"],
                condition=models.Q(probe__isnull=False),
                name="ledger_probe_once",
            ),
        ]
        indexes = [
            # Holds all that a budget is checked by, so that a submit reads no rows.
            models.Index(
                fields=["project", "day", "actor", "kind", "micros"], name="ledger_by_day"
            ),
            models.Index(fields=["provider", "day", "kind", "micros"], name="ledger_by_provider"),
            models.Index(fields=["api_key", "day", "kind", "micros"], name="ledger_by_key"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.micros}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Write a new row. Raises TypeError for one that exists: the ledger is append-only."""
        if self.pk is not None:
            raise TypeError("A ledger row is never changed; add another.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> Never:
        """Refuse."""
        raise TypeError("A ledger row is never deleted.")
