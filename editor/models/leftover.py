"""Files whose rows are gone: written down with the deletion, removed from disk after it."""

from django.db import models


class LeftoverKind(models.TextChoices):
    """Where the files lie."""

    FOLDER = "folder"
    RENDERS = "renders"
    SPOOL = "spool"


class Leftover(models.Model):
    """One folder of the store, or what was rendered of a picture, or an edit's work folder.

    A process killed between rows and files loses nothing: whoever looks next removes them.
    """

    kind = models.CharField(max_length=8, choices=LeftoverKind)
    name = models.CharField(max_length=120)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
