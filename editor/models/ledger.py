"""The money ledger: rows are added, never changed."""

from typing import Any, Never

from django.db import models
from django.utils.translation import gettext_lazy as _


class LedgerKind(models.TextChoices):
    """What the row does to the budget."""

    RESERVE = "reserve", _("reserved")
    SETTLE = "settle", _("settled")
    RELEASE = "release", _("released")
    HOLD = "hold", _("held")


class LedgerEntry(models.Model):
    """One movement, in millionths of a US dollar. A free engine's rows carry 0.

    The row stays when the edit or the project it was for is purged: what was spent was spent.
    """

    project = models.ForeignKey(
        "editor.Project",
        models.SET_NULL,
        null=True,
        related_name="ledger",
        verbose_name=_("project"),
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
    kind = models.CharField(_("kind"), max_length=8, choices=LedgerKind)
    micros = models.BigIntegerField(_("millionths"))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["edit"], condition=models.Q(kind="settle"), name="ledger_settled_once"
            ),
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
