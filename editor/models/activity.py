"""The record of what happened in a project: one row for each change that matters."""

from django.conf import settings
from django.db import models


class Activity(models.Model):
    """Who did what; `kind` is a verb such as `edit.queued`, `picture.uploaded`."""

    project = models.ForeignKey("editor.Project", models.CASCADE, related_name="activities")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    edit = models.ForeignKey("editor.Edit", models.CASCADE, null=True, related_name="activities")
    picture = models.ForeignKey("editor.Picture", models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=40)
    detail = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [models.Index(fields=["project", "-id"], name="activity_feed")]

    def __str__(self) -> str:
        return f"{self.kind} in {self.project_id}"
