"""A provider: an address with a key, for the whole instance or for one project."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from editor.models.public_id import new_public_id


class ProviderSource(models.TextChoices):
    """Who set it up; it decides where it may live and who may change it."""

    ENVIRONMENT = "environment", _("the server's settings")
    STAFF = "staff", _("the administrators")
    OWNER = "owner", _("the project's owners")


class Provider(models.Model):
    """Where edits may be sent. The key is encrypted at rest and never shown again.

    A deleted provider stays as a row without a key, for the edits that were sent to it.
    """

    public_id = models.CharField(
        _("id"), max_length=32, unique=True, default=new_public_id, editable=False
    )
    project = models.ForeignKey(
        "editor.Project",
        models.CASCADE,
        null=True,
        related_name="providers",
        verbose_name=_("project"),
    )
    source = models.CharField(_("set up by"), max_length=12, choices=ProviderSource)
    name = models.CharField(_("name"), max_length=80)
    preset = models.CharField(_("kind"), max_length=40)
    base_url = models.CharField(_("address"), max_length=500)
    key_encrypted = models.TextField(blank=True)
    key_tail = models.CharField(_("end of the key"), max_length=4, blank=True)
    # By which the settings' key, which is stored nowhere, is seen to be another one.
    key_print = models.CharField(max_length=64, blank=True)
    # Model ids in the order they are offered; per id what differs from the catalog; per id what
    # the service refused to take.
    offered = models.JSONField(_("models"), default=list)
    overrides = models.JSONField(default=dict, blank=True)
    learned = models.JSONField(default=dict, blank=True)
    # What differs from the preset's manner, in its own words.
    manner = models.JSONField(default=dict, blank=True)
    timeouts = models.JSONField(default=dict, blank=True)
    concurrency = models.PositiveSmallIntegerField(_("edits at once"), default=8)
    resend_safe = models.BooleanField(_("recognises repeats"), default=False)
    is_enabled = models.BooleanField(_("in use"), default=True)
    # What all projects together may commit in a month; None is no limit. Only for the instance's.
    budget_micros = models.BigIntegerField(_("monthly budget"), null=True)
    version = models.PositiveIntegerField(_("version"), default=1)

    # The circuit: nothing is claimed for it before `open_until`; with a rejected key not at all.
    trouble = models.CharField(_("trouble"), max_length=20, blank=True)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    open_until = models.DateTimeField(_("rests until"), null=True)

    # What tests found, by model.
    probe = models.JSONField(default=dict, blank=True)
    probed_at = models.DateTimeField(_("tested at"), null=True)

    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("created by"),
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True)

    class Meta:
        verbose_name = _("provider")
        verbose_name_plural = _("providers")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(source="owner", project__isnull=False)
                | models.Q(source__in=["environment", "staff"], project=None),
                name="provider_belongs",
            ),
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(source="environment"),
                name="provider_of_environment_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def tests(self) -> Mapping[str, Mapping[str, Any]]:
        """What was found, by model; rows from before hold one test that names its model."""
        kept: Mapping[str, Any] = self.probe
        named = kept.get("model")
        if not isinstance(named, str):
            return kept
        at = self.probed_at.isoformat() if self.probed_at else ""
        return {named: {"at": at, **kept}}


class ProviderConsent(models.Model):
    """A member has read where a provider's pictures go, and agreed, once."""

    provider = models.ForeignKey(Provider, models.CASCADE, related_name="consents")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    host = models.CharField(max_length=255)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["provider", "user", "host"], name="provider_consent_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} knows that {self.host} sees pictures"
