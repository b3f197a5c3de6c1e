"""The record of what happened in a project: one row for each change that matters."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Activity(models.Model):
    """Who did what; `kind` is a verb such as `edit.queued`, `picture.uploaded`."""

    project = models.ForeignKey(
        "editor.Project",
        models.CASCADE,
        related_name="activities",
        verbose_name=_("project"),
        db_index=False,  # the feed's begins with it
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("person"),
        db_index=False,  # asked for by person only when an account goes
    )
    edit = models.ForeignKey(
        "editor.Edit", models.CASCADE, null=True, related_name="activities", verbose_name=_("edit")
    )
    picture = models.ForeignKey("editor.Picture", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(_("kind"), max_length=40)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(_("time"), auto_now_add=True)

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["pk"]
        indexes = [models.Index(fields=["project", "-id"], name="activity_feed")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.project_id}"
