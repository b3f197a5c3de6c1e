"""A project: a shared room of pictures with members."""

from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import F
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from editor.models.public_id import new_suffix

if TYPE_CHECKING:
    from editor.models.user import User

SLUG_WORDS = 40


def new_slug(name: str) -> str:
    """Return an address for a project: its first name plus 8 random characters, for ever."""
    words = slugify(name)[:SLUG_WORDS].strip("-") or "project"
    return f"{words}-{new_suffix()}"


class ProjectQuerySet(models.QuerySet["Project"]):
    """Which projects, in the words of the house."""

    def visible_to(self, user: "User") -> Self:
        """Those the user is a member of, deleted ones left out."""
        return self.filter(memberships__user=user, deleted_at=None)

    def active(self) -> Self:
        """Those neither archived nor deleted."""
        return self.filter(archived_at=None, deleted_at=None)

    def bump(self, pk: int) -> int:
        """Count one change in the project and return the new count.

        Call it inside the transaction that makes the change: the row lock orders changes, so that
        a page that has seen count n has seen every change up to n.
        """
        self.filter(pk=pk).update(pulse=F("pulse") + 1)
        return self.values_list("pulse", flat=True).get(pk=pk)


class Project(models.Model):
    """Pictures, edits and members under one slug that never changes."""

    slug = models.SlugField(max_length=60, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=120)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("created by")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    # Archived: everybody reads, nobody changes. Deleted: gone for all but its owners, who can
    # take it back until the grace period ends.
    archived_at = models.DateTimeField(_("archived at"), null=True, blank=True)
    deleted_at = models.DateTimeField(_("deleted at"), null=True, blank=True)
    # Millionths of a US dollar in a calendar month (UTC): all members together, and each one
    # unless the membership says otherwise. None: no limit.
    budget_micros = models.BigIntegerField(_("monthly budget"), null=True, blank=True)
    member_budget_micros = models.BigIntegerField(
        _("monthly budget of a member"), null=True, blank=True
    )
    pulse = models.BigIntegerField(default=0, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project")
        verbose_name_plural = _("projects")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Give a new project its slug."""
        if not self.slug:
            self.slug = new_slug(self.name)
        super().save(*args, **kwargs)  # type: ignore[arg-type]
