"""Keys with which programs make pictures in a project, as the member who made the key."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from editor.models.public_id import new_public_id

if TYPE_CHECKING:
    from datetime import datetime

REQUESTS_PER_MINUTE = 60


class Scope(models.TextChoices):
    """What a key may be used for."""

    EDIT = "images:edit", _("make pictures")
    READ_MODELS = "models:read", _("list models")


class ApiKey(models.Model):
    """One key: who acts, where, and within which limits.

    Only the SHA-256 of the token is kept. A slow hash protects what people choose and others guess;
    the secret is 256 random bits, which nobody guesses, and each request has to be checked quickly.
    """

    public_id = models.CharField(
        _("id"), max_length=32, unique=True, default=new_public_id, editable=False
    )
    project = models.ForeignKey(
        "editor.Project", models.CASCADE, related_name="api_keys", verbose_name=_("project")
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="api_keys",
        verbose_name=_("person"),
    )
    name = models.CharField(_("name"), max_length=80)
    # By which the row is found; it stands in the token, and is no secret.
    prefix = models.CharField(_("begins with"), max_length=8, unique=True, editable=False)
    hash = models.CharField(max_length=64, editable=False)
    scopes = models.JSONField(_("may"), default=list)
    # Millionths of a US dollar in a calendar month (UTC). None: no limit of its own.
    budget_micros = models.BigIntegerField(_("monthly budget"), null=True, blank=True)
    requests_per_minute = models.PositiveIntegerField(
        _("requests a minute"), default=REQUESTS_PER_MINUTE
    )
    # The minute that is being counted; it begins with its first request.
    window_began_at = models.DateTimeField(null=True, editable=False)
    window_count = models.PositiveIntegerField(default=0, editable=False)

    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used at"), null=True)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["-created_at", "-pk"]
        indexes = [
            models.Index(fields=["project", "-created_at", "-id"], name="api_key_list"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(requests_per_minute__gt=0), name="api_key_is_usable"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def may(self, scope: Scope) -> bool:
        """Whether the key was made for that."""
        return scope in self.scopes

    @property
    def is_expired(self) -> bool:
        """Whether its time is over."""
        until: datetime | None = self.expires_at
        return until is not None and until <= timezone.now()
