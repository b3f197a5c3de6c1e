"""A worker process, known by its heartbeat."""

from datetime import timedelta
from typing import Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class WorkerQuerySet(models.QuerySet["Worker"]):
    """Which workers, in the words of the house."""

    def alive(self, silent_seconds: float) -> Self:
        """Those heard from within the last `silent_seconds`, by the database's clock."""
        return self.filter(seen_at__gt=Now() - timedelta(seconds=silent_seconds))


class Worker(models.Model):
    """One row for each running worker; it disappears with a clean stop, or when long silent."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    slots = models.PositiveSmallIntegerField(_("slots"))
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    seen_at = models.DateTimeField(_("last heard from"), db_default=Now())

    objects = WorkerQuerySet.as_manager()

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")

    def __str__(self) -> str:
        return self.name
