"""A picture somebody likes: a mark of their own that nobody else sees."""

from django.conf import settings
from django.db import models


class Favourite(models.Model):
    """One person's star on one picture."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="favourites")
    picture = models.ForeignKey("editor.Picture", models.CASCADE, related_name="favourites")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "picture"], name="favourite_once"),
        ]

    def __str__(self) -> str:
        return f"{self.picture_id} of {self.user_id}"
