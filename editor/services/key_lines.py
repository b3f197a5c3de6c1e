"""API keys as a list shows them: whether each works, for whom, and what it spent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.core.paginator import Page, Paginator
from django.db.models import Case, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from editor.access.roles import Action, may
from editor.models import Membership, Scope
from editor.services import api_keys, budgets
from editor.services.months import Month

if TYPE_CHECKING:
    from editor.access.fetch import Door
    from editor.models import ApiKey

PAGE_KEYS = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One key; `word` and `level` are its badge, `advice` what there is to know about it."""

    key: ApiKey
    spent: int
    level: Literal["", "ok", "warn"]
    word: str
    advice: str = ""

    @property
    def may(self) -> list[str]:
        """What it is for, in words."""
        return [str(scope.label) for scope in Scope if self.key.may(scope)]

    @property
    def is_over(self) -> bool:
        """Whether it never works again."""
        return self.key.revoked_at is not None or self.key.is_expired


@dataclass(frozen=True, slots=True)
class Lines:
    """One page of keys, what is said of each, and the month in which they spent."""

    page: Page[Any]
    rows: list[Line]
    month: Month


def lines(*, door: Door, number: int = 1) -> Lines:
    """Return the keys the member looks after, those that ended last. Three queries."""
    month = Month.current()
    is_over = Q(revoked_at__isnull=False) | Q(expires_at__lte=Now())
    role = Membership.objects.filter(project=OuterRef("project"), user=OuterRef("user"))
    found = api_keys.listed(door).annotate(
        is_over=Case(When(is_over, then=Value(1)), default=Value(0)),
        role=Subquery(role.values("role")),
    )
    page = Paginator(found.order_by("is_over", "-created_at", "-pk"), PAGE_KEYS).get_page(number)
    spent = budgets.spent_with([key.pk for key in page], month)
    rows = [_line(door, key, spent.get(key.pk, 0)) for key in page]
    return Lines(page, rows, month)


def _line(door: Door, key: ApiKey, spent: int) -> Line:
    if key.revoked_at is not None:
        return Line(key, spent, "", _("Revoked"))
    if key.is_expired:
        return Line(key, spent, "", _("Expired"))
    if not _has_a_member(key):
        advice = _("%(name)s may not edit here at present.") % {"name": key.user}
        return Line(key, spent, "warn", _("Does not work"), advice)
    if door.project.archived_at is not None:
        return Line(key, spent, "warn", _("Rests"), _("It works again in the restored project."))
    if key.budget_micros and spent >= key.budget_micros:
        return Line(key, spent, "warn", _("Budget used up"))
    return Line(key, spent, "ok", _("Works"))


def _has_a_member(key: ApiKey) -> bool:
    role: str | None = getattr(key, "role", None)
    return role is not None and key.user.is_active and may(role, Action.EDIT)
