"""The doorkeeper: views and endpoints get their objects here or not at all.

A stranger is answered 404, so that nobody learns what exists; a member whose role does not allow
the action is answered 403.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from editor.access.roles import RESTS_IN_ARCHIVE, Action, may
from editor.models import ApiKey, Edit, Membership, Picture, Project, Provider, Role, User
from editor.models.prepared import ANY_KEY, ANY_TEXT, Prepared
from editor.models.public_id import is_public_id

# An address may name any number; a database takes 64 bits of it.
MAX_PK = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Door:
    """An open door: the project, and as what the user came in."""

    project: Project
    role: Role
    user: User
    # Of the member alone; None: what the project says of each.
    budget_micros: int | None = field(default=None, compare=False)

    def may(self, action: Action) -> bool:
        """Whether the user may do `action` in this project as it is now."""
        rests = self.project.archived_at is not None and action in RESTS_IN_ARCHIVE
        return may(self.role, action) and not rests

    @property
    def manages(self) -> bool:
        """Whether the user looks after the project: its name, its members, its end."""
        return may(self.role, Action.ARCHIVE)

    @property
    def has_keys(self) -> bool:
        """Whether the user looks after API keys: an owner after all, an editor after own ones."""
        return may(self.role, Action.API_KEYS)

    @property
    def sees_costs(self) -> bool:
        """Whether the user sees what edits cost: an owner of all, an editor of own ones."""
        return may(self.role, Action.SEE_COST)

    @property
    def sees_all_costs(self) -> bool:
        """Whether the user sees what the edits of others cost."""
        return self.sees_costs and self.role == Role.OWNER


def door(user: User, slug: str, action: Action) -> Door:
    """Return the project for `action`. Raises Http404 to strangers, PermissionDenied to members."""
    opened = _entrance(user, slug)
    if opened.project.deleted_at is not None:
        raise Http404
    if not may(opened.role, action):
        raise PermissionDenied(_("Your role in this project does not allow that."))
    if not opened.may(action):
        raise PermissionDenied(_("This project is archived. An owner can restore it."))
    return opened


def oldest_door(user: User, action: Action) -> Door | None:
    """Return the user's oldest project in which they may do `action`; None without any."""
    mine = Membership.objects.select_related("project").filter(user=user, project__deleted_at=None)
    for membership in mine.order_by("project__created_at", "project"):
        opened = Door(membership.project, Role(membership.role), user)
        if opened.may(action):
            return opened
    return None


def door_to_deleted(user: User, slug: str) -> Door:
    """Return a deleted project to one of its owners. Raises Http404 to anybody else."""
    opened = _entrance(user, slug)
    if opened.project.deleted_at is None or not may(opened.role, Action.DELETE):
        raise Http404
    return opened


def door_again(opened: Door, action: Action) -> Door:
    """Lock the project until the transaction ends and ask again: the role may have changed since.

    Raises what `door` does.
    """
    _lock(opened.project)
    return door(opened.user, opened.project.slug, action)


def door_to_deleted_again(opened: Door) -> Door:
    """Lock a deleted project and ask again: it may have been taken back. Raises Http404."""
    _lock(opened.project)
    return door_to_deleted(opened.user, opened.project.slug)


@dataclass(frozen=True, slots=True)
class ProviderRoom:
    """Where providers are looked after: in a project by its owners, for the instance by staff."""

    user: User
    door: Door | None

    @property
    def project(self) -> Project | None:
        """The project, or None for the whole instance."""
        return self.door.project if self.door else None

    @property
    def may_change(self) -> bool:
        """Whether anything can be changed now: not in an archived project."""
        return self.door is None or self.door.may(Action.PROVIDERS)

    def url(self, name: str, *args: str) -> str:
        """Return the address of a page of this room; the project's are named `project_NAME`."""
        if self.door is None:
            return reverse(name, args=args)
        return reverse(f"project_{name}", args=[self.door.project.slug, *args])


def provider_room(user: User, slug: str, action: Action = Action.PROVIDERS) -> ProviderRoom:
    """Return the room of a project's providers, or, without a slug, of the instance's.

    Raises what `door` raises; Http404 for the instance's to anybody who is not staff.
    """
    if slug:
        return ProviderRoom(user, door(user, slug, action))
    if not user.is_staff:
        raise Http404
    return ProviderRoom(user, None)


def provider_room_again(room: ProviderRoom) -> ProviderRoom:
    """Lock the project until the transaction ends and ask again. Raises what `door` does."""
    if room.door is None:
        return room
    return ProviderRoom(room.user, door_again(room.door, Action.PROVIDERS))


def provider(room: ProviderRoom, public_id: str) -> Provider:
    """Return a provider of this very room that is not deleted. Raises Http404 for any other."""
    rows = Provider.objects.filter(project=room.project, deleted_at=None, public_id=public_id)
    found = rows.first() if is_public_id(public_id) else None
    if found is None:
        raise Http404
    return found


def provider_again(room: ProviderRoom, found: Provider) -> Provider:
    """Ask again and lock the row until the transaction ends. Raises what `provider` raises.

    Providers are locked before projects, here as in the claim: nobody waits in a circle.
    """
    rows = Provider.objects.select_for_update(no_key=True).filter(pk=found.pk, deleted_at=None)
    locked = rows.filter(project=room.project).first()
    provider_room_again(room)
    if locked is None:
        raise Http404
    return locked


def _lock(project: Project) -> None:
    """SQLite has no row locks and needs none: its transactions here begin IMMEDIATE."""
    if not connection.features.has_select_for_update:
        return
    Project.objects.select_for_update(no_key=True).get(pk=project.pk)


def _entrance(user: User, slug: str) -> Door:
    found = _memberships()({ANY_KEY: user.pk, ANY_TEXT: slug})
    if not found:
        raise Http404
    (membership,) = found
    return Door(membership.project, Role(membership.role), user, membership.budget_micros)


@cache
def _memberships() -> Prepared[Membership, Membership]:
    """Every request begins with it."""
    mine = Membership.objects.select_related("project")
    return Prepared(mine.filter(user=ANY_KEY, project__slug=ANY_TEXT))


def picture(opened: Door, public_id: str) -> Picture:
    """Return a picture of the opened project, in the trash or not. Raises Http404 for any other."""
    pictures = Picture.objects.filter(project=opened.project, public_id=public_id)
    found = pictures.first() if is_public_id(public_id) else None
    if found is None:
        raise Http404
    return found


def live_picture(opened: Door, public_id: str) -> Picture:
    """Return a picture that is not in the trash, for pages that make something of it."""
    found = picture(opened, public_id)
    if found.trashed_at is not None:
        raise Http404
    return found


def pictures(opened: Door, public_ids: Sequence[str]) -> list[Picture]:
    """Return those of the opened project, in the order asked for. Raises Http404 without any."""
    found = Picture.objects.filter(project=opened.project, public_id__in=public_ids)
    by_id = {picture.public_id: picture for picture in found.select_related("edit")}
    if not by_id:
        raise Http404
    return [by_id[public_id] for public_id in public_ids if public_id in by_id]


def live_pictures(opened: Door, public_ids: Sequence[str]) -> list[Picture]:
    """Return those of the opened project that are not in the trash, in the order asked for.

    Any other is left out, whether it is elsewhere or nowhere.
    """
    found = Picture.objects.live().filter(project=opened.project, public_id__in=public_ids)
    by_id = {picture.public_id: picture for picture in found}
    return [by_id[public_id] for public_id in public_ids if public_id in by_id]


def pictures_to_trash(opened: Door, public_ids: Sequence[str]) -> list[Picture]:
    """Return those the user may delete or restore: an owner any, an editor own uploads and results.

    Others are left out. Raises Http404 when none is of the project, PermissionDenied when none of
    those is the user's.
    """
    found = pictures(opened, public_ids)
    allowed = Picture.objects.filter(may_trash(opened), pk__in=[one.pk for one in found])
    keys = set(allowed.values_list("pk", flat=True))
    if not keys:
        raise PermissionDenied(_("Only the member who added a picture, or an owner, deletes it."))
    return [picture for picture in found if picture.pk in keys]


def may_trash(opened: Door) -> Q:
    """Return which pictures the user may delete or restore; the sister of `pictures_to_trash`."""
    if not opened.may(Action.TRASH):
        return Q(pk__in=[])
    if opened.role == Role.OWNER:
        return Q(pk__isnull=False)
    # A picture whose author is gone has none, and that is not a match.
    return Q(created_by=opened.user, created_by__isnull=False)


def is_to_trash(opened: Door, found: Picture) -> bool:
    """Whether the user may delete or restore that picture."""
    return Picture.objects.filter(may_trash(opened), pk=found.pk).exists()


def edit(opened: Door, public_id: str) -> Edit:
    """Return an edit of the opened project. Raises Http404 for any other."""
    edits = Edit.objects.select_related("picture", "mask").filter(
        project=opened.project, public_id=public_id
    )
    found = edits.first() if is_public_id(public_id) else None
    if found is None:
        raise Http404
    return found


def edit_of_picture(opened: Door, picture: Picture, public_id: str) -> Edit:
    """Return an edit of that very picture. Raises Http404 for any other."""
    found = edit(opened, public_id)
    if found.picture_id != picture.pk:
        raise Http404
    return found


def edit_to_cancel(opened: Door, public_id: str) -> Edit:
    """Return an edit the user may cancel: an owner any, an editor own ones (else 403)."""
    found = edit(opened, public_id)
    if opened.role != Role.OWNER and found.actor_id != opened.user.pk:
        raise PermissionDenied(_("Only the member who started an edit, or an owner, cancels it."))
    return found


def may_see_cost(opened: Door, found: Edit) -> bool:
    """Whether the user sees what that edit cost."""
    is_own = found.actor_id is not None and found.actor_id == opened.user.pk
    return opened.sees_all_costs or (opened.sees_costs and is_own)


def edit_to_decide(opened: Door, public_id: str) -> Edit:
    """Return an edit whose outcome the user may decide: an owner any, an editor own (else 403)."""
    found = edit(opened, public_id)
    if opened.role != Role.OWNER and found.actor_id != opened.user.pk:
        raise PermissionDenied(_("Only the member who started an edit, or an owner, decides."))
    return found


def membership(opened: Door, pk: int) -> Membership:
    """Return a membership of the opened project. Raises Http404 for any other."""
    rows = Membership.objects.select_related("user").filter(project=opened.project)
    found = rows.filter(pk=pk).first() if pk <= MAX_PK else None
    if found is None:
        raise Http404
    return found


def api_keys(opened: Door) -> QuerySet[ApiKey]:
    """Return the keys of the opened project the user looks after: an owner all, an editor own ones."""
    keys = ApiKey.objects.filter(project=opened.project).select_related("user")
    return keys if opened.role == Role.OWNER else keys.filter(user=opened.user)


def api_key(opened: Door, public_id: str) -> ApiKey:
    """Return one of those. Raises Http404 for any other."""
    keys = api_keys(opened).filter(public_id=public_id)
    found = keys.first() if is_public_id(public_id) else None
    if found is None:
        raise Http404
    return found


def visible_projects(user: User) -> QuerySet[Project]:
    """The projects a list may show the user; the sister of `door`."""
    return Project.objects.visible_to(user).active()


def archived_projects(user: User) -> QuerySet[Project]:
    """The archived ones among the user's projects: still open to read."""
    return Project.objects.visible_to(user).filter(archived_at__isnull=False)


def deleted_projects(user: User) -> QuerySet[Project]:
    """The deleted projects the user may take back; the sister of `door_to_deleted`."""
    roles = [role for role in Role if may(role, Action.DELETE)]
    mine = Membership.objects.filter(user=user, role__in=roles)
    return Project.objects.filter(memberships__in=mine, deleted_at__isnull=False)
