"""A further picture that an edit shows its engine, beside the one it changes."""

from django.db import models


class EditInput(models.Model):
    """The n-th input, from 2 on: the picture that takes the mask is the first.

    The row stays when the picture is purged, so that the record says how many there were.
    """

    edit = models.ForeignKey("editor.Edit", models.CASCADE, related_name="inputs")
    picture = models.ForeignKey("editor.Picture", models.SET_NULL, null=True, related_name="+")
    number = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["edit", "number"], name="edit_input_once"),
        ]

    def __str__(self) -> str:
        return f"input {self.number} of edit {self.edit_id}"
