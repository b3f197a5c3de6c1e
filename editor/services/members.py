"""Who belongs to a project: adding, changing, removing, leaving; never without an owner.

Every change locks the project's row and asks the doorkeeper again, so that of two changes at
once the second sees what the first made.
"""

from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce, Lower, NullIf

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.models import Membership, Project, Role, User
from editor.services import activities, api_keys

PAGE_MEMBERS = 50
# Unknown addresses one account may try in an hour: enough for typing errors, not for a list.
MAX_MISSES = 20
MISSES_SECONDS = 3600


class LastOwner(Exception):
    """The project would be left without an owner whose account is open."""


class OwnRole(Exception):
    """Nobody changes the role they act under: a slip could not be taken back."""


class AddRefused(Exception):
    """Nobody was added; the kinds below say why."""


class NoSuchAccount(AddRefused):
    """Nobody here has that address."""


class ClosedAccount(AddRefused):
    """The account exists, but its owner cannot sign in."""


class AlreadyMember(AddRefused):
    """The person belongs to the project already; `membership` says as what."""

    def __init__(self, membership: Membership) -> None:
        super().__init__(membership)
        self.membership = membership


class TooManyMisses(AddRefused):
    """Somebody is trying addresses."""


@dataclass(frozen=True, slots=True)
class People:
    """One page of members, and how many there are in all and found."""

    page: Page[Membership]
    total: int


def people(*, door: Door, query: str = "", number: int = 1) -> People:
    """Return the members in pages: oneself, then owners to viewers, each by name.

    `query` looks in names; in addresses only for those who may read them. Three queries.
    """
    everybody = Membership.objects.filter(project=door.project)
    found = everybody.filter(_matches(door, query)) if query else everybody
    rank = Case(*(When(role=role, then=Value(i)) for i, role in enumerate(Role)))
    ordered = found.select_related("user").order_by(
        Case(When(user=door.user, then=Value(0)), default=Value(1)),
        rank,
        Lower(Coalesce(NullIf("user__name", Value("")), F("user__email"))),
        "pk",
    )
    page = Paginator(ordered, PAGE_MEMBERS).get_page(number)
    return People(page, everybody.count())


def _matches(door: Door, query: str) -> Q:
    if door.may(Action.READ_EMAILS):
        return Q(user__name__icontains=query) | Q(user__email__icontains=query)
    by_name = Q(user__name__icontains=query)
    if "@" in query:
        return by_name
    # Who has no name is shown by what stands before the @, and found by its beginning.
    return by_name | Q(user__name="", user__email__istartswith=query)


def add(*, door: Door, email: str, role: Role) -> Membership:
    """Make the person with that address a member, and return the membership.

    Raises AddRefused, and what the door raises.
    """
    user = _find(door.user, email)
    with transaction.atomic():
        opened = fetch.door_again(door, Action.MANAGE_MEMBERS)
        known = Membership.objects.filter(project=opened.project, user=user).first()
        if known is not None:
            raise AlreadyMember(known)
        made = Membership.objects.create(project=opened.project, user=user, role=role)
        _record("member.added", opened, made, role=role)
    return made


def _find(asker: User, email: str) -> User:
    """Return the account. A miss tells who has none here, so misses are counted."""
    key = f"member-misses:{asker.pk}"
    if cache.get(key, 0) >= MAX_MISSES:
        raise TooManyMisses
    user = User.objects.filter(email__iexact=email.strip()).first()
    if user is None:
        _count_miss(key)
        raise NoSuchAccount
    if not user.is_active:
        _count_miss(key)
        raise ClosedAccount
    return user


def _count_miss(key: str) -> None:
    """Each miss begins the hour anew; `incr` of the database's cache would end it after minutes."""
    cache.set(key, cache.get(key, 0) + 1, MISSES_SECONDS)


@transaction.atomic
def change_role(*, door: Door, membership: Membership, role: Role) -> Membership:
    """Give a member another role, at once. Raises LastOwner, OwnRole, and what the door raises."""
    opened = fetch.door_again(door, Action.MANAGE_MEMBERS)
    if membership.user_id == door.user.pk:
        raise OwnRole
    current = fetch.membership(opened, membership.pk)
    if current.role == role:
        return current
    before, current.role = current.role, role
    current.save(update_fields=["role"])
    _require_owner(opened.project)
    _record("member.role_changed", opened, current, before=before, role=role)
    return current


@transaction.atomic
def remove(*, door: Door, membership: Membership) -> None:
    """Take a member out; edits on their way go on. Raises LastOwner, and what the door raises."""
    opened = fetch.door_again(door, Action.MANAGE_MEMBERS)
    current = fetch.membership(opened, membership.pk)
    _record("member.removed", opened, current, role=current.role)
    current.delete()
    api_keys.revoke_of(user=current.user, project=opened.project)
    _require_owner(opened.project)


@transaction.atomic
def leave(*, door: Door) -> None:
    """Take oneself out. Raises LastOwner, and what the door raises.

    Who is no owner may leave even a project whose owners' accounts are closed.
    """
    opened = fetch.door_again(door, Action.LEAVE)
    activities.record("member.left", opened.project, actor=opened.user, role=opened.role)
    Membership.objects.filter(project=opened.project, user=opened.user).delete()
    api_keys.revoke_of(user=opened.user, project=opened.project)
    if opened.role == Role.OWNER:
        _require_owner(opened.project)


@transaction.atomic
def appoint(*, project: Project, user: User) -> Membership:
    """Make somebody an owner by order of whoever runs the server, not of an owner."""
    Project.objects.select_for_update().get(pk=project.pk)
    membership, _made = Membership.objects.update_or_create(
        project=project, user=user, defaults={"role": Role.OWNER}
    )
    activities.record("member.appointed", project, member=user.pk, role=Role.OWNER)
    return membership


def without_owner(user: User) -> list[Project]:
    """Return the projects that have no owner who can sign in once this account is closed."""
    others = Membership.objects.filter(
        project=OuterRef("pk"), role=Role.OWNER, user__is_active=True
    ).exclude(user=user)
    owned = Project.objects.filter(memberships__user=user, memberships__role=Role.OWNER)
    return list(owned.filter(~Exists(others)).order_by("name"))


def is_last_owner(door: Door) -> bool:
    """Whether the project would be without an owner if the user left."""
    others = _open_owners(door.project).exclude(user=door.user)
    return door.role == Role.OWNER and not others.exists()


def _open_owners(project: Project) -> QuerySet[Membership]:
    return Membership.objects.filter(project=project, role=Role.OWNER, user__is_active=True)


def _require_owner(project: Project) -> None:
    """Raise LastOwner, and so undo the transaction, when no owner is left who can sign in."""
    if not _open_owners(project).exists():
        raise LastOwner


def _record(kind: str, door: Door, membership: Membership, **detail: Any) -> None:
    """The person is named by key: names and addresses change, and are nobody's to keep."""
    activities.record(kind, door.project, actor=door.user, member=membership.user_id, **detail)
