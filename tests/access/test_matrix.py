"""Every URL x method x person, from one table. A URL without a row fails."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from editor.access.roles import ROLES_FOR, Action, may
from editor.models import (
    ApiKey,
    Edit,
    Favourite,
    Membership,
    Picture,
    Project,
    Provider,
    Role,
    User,
)
from editor.urls import urlpatterns
from tests.making import (
    as_bytes,
    make_api_key,
    make_attempt_row,
    make_edit_row,
    make_image,
    make_mask_row,
    make_picture,
    make_project,
    make_provider,
    make_rows,
    make_user,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import People

WHO = ("olga", "emil", "rita", "vito", "sam", "staff", "anonymous")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TO_LOGIN = 302

# One figure for each of WHO. Staff who are no members see no more of a project than strangers;
# the administration has a walk of its own in test_admin. 422 is a form
# that was let in and found empty.
MEMBERS_READ = (200, 200, 200, 200, 404, 404, TO_LOGIN)
STAFF_READ = (404, 404, 404, 404, 404, 200, TO_LOGIN)
STAFF_SEND = (404, 404, 404, 404, 404, 422, TO_LOGIN)
STAFF_DO = (404, 404, 404, 404, 404, 302, TO_LOGIN)
MAKERS_READ = (200, 200, 403, 403, 404, 404, TO_LOGIN)
# Whoever may, but the picture has none.
MAKERS_FIND_NONE = (404, 404, 403, 403, 404, 404, TO_LOGIN)
MAKERS_DO = (302, 302, 403, 403, 404, 404, TO_LOGIN)
MAKERS_SEND = (422, 422, 403, 403, 404, 404, TO_LOGIN)
OWNERS_READ = (200, 403, 403, 403, 404, 404, TO_LOGIN)
OWNERS_SEND = (422, 403, 403, 403, 404, 404, TO_LOGIN)
OWNERS_DO = (302, 403, 403, 403, 404, 404, TO_LOGIN)
MEMBERS_SEND = (422, 422, 422, 422, 404, 404, TO_LOGIN)
EVERYBODY = (200,) * 7
SIGNED_IN_READ = (200, 200, 200, 200, 200, 200, TO_LOGIN)
SIGNED_IN_SEND = (422, 422, 422, 422, 422, 422, TO_LOGIN)
REDIRECT = (302,) * 7
LOGIN_PAGE = (302, 302, 302, 302, 302, 302, 200)
LOGIN_SEND = (302, 302, 302, 302, 302, 302, 422)
# Olga started the edit; only she and other owners may end it.
OWN_CANCEL = (302, 403, 403, 403, 404, 404, TO_LOGIN)
OWN_READ = (200, 403, 403, 403, 404, 404, TO_LOGIN)
OWN_SEND = (422, 403, 403, 403, 404, 404, TO_LOGIN)
# Olga's key: an editor finds own ones only.
OWN_KEY_READ = (200, 404, 403, 403, 404, 404, TO_LOGIN)
OWN_KEY_DO = (302, 404, 403, 403, 404, 404, TO_LOGIN)
# Olga is the only owner, and so the only one who cannot leave.
LEAVE = (409, 302, 302, 302, 404, 404, TO_LOGIN)
# The project is not deleted.
NOTHING_THERE = (404, 404, 404, 404, 404, 404, TO_LOGIN)
# Pages of the sign-in lead who is signed in home, and who has not begun to the beginning.
HOME = (302,) * 7
OWN_SESSION = (302, 404, 404, 404, 404, 404, TO_LOGIN)
NOT_ALLOWED = (405, 405, 405, 405, 405, 405, TO_LOGIN)
NOT_ALLOWED_OPEN = (405,) * 7

OPEN_ONLY: dict[str, tuple[int, ...]] = dict.fromkeys(("PUT", "PATCH", "DELETE"), NOT_ALLOWED_OPEN)
NONE_YET = (404, 404, 404, 404, 404, 404, TO_LOGIN)
# What asks for the password again before it shows or does anything.
PROVE_FIRST = (
    "mfa_activate_totp",
    "mfa_generate_recovery_codes",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_reauthenticate",
    "mfa_reauthenticate_webauthn",
)


def providers_pages(
    prefix: str, read: tuple[int, ...], send: tuple[int, ...], do: tuple[int, ...]
) -> dict[str, dict[str, tuple[int, ...]]]:
    """The pages of providers, which are there for the instance and for each project."""
    return {
        f"{prefix}providers": {"GET": read},
        f"{prefix}add_provider": {"GET": read, "POST": send},
        f"{prefix}provider": {"GET": read, "POST": send},
        f"{prefix}switch_provider": {"POST": do},
        f"{prefix}delete_provider": {"GET": read, "POST": do},
        f"{prefix}provider_probe": {"GET": read, "POST": send},
        f"{prefix}provider_model": {"GET": read, "POST": send},
        f"{prefix}provider_manner": {"GET": read, "POST": send},
    }


TABLE: dict[str, dict[str, tuple[int, ...]]] = {
    "projects": {"GET": SIGNED_IN_READ, "POST": SIGNED_IN_SEND},
    "gallery": {"GET": MEMBERS_READ},
    "upload": {"POST": MAKERS_SEND},
    "samples": {"POST": MAKERS_DO},
    "pulse": {"GET": MEMBERS_READ},
    "canvas": {"GET": MEMBERS_READ, "POST": MAKERS_SEND},
    "understand": {"POST": MAKERS_SEND},
    "parameters": {"GET": MEMBERS_READ},
    "quote": {"POST": MAKERS_SEND},
    "inputs": {"GET": MEMBERS_READ},
    "version": {"GET": MEMBERS_READ},
    "rename_picture": {"POST": MAKERS_SEND},
    "cancel_edit": {"POST": OWN_CANCEL},
    "decide_edit": {"GET": OWN_READ, "POST": OWN_SEND},
    "members": {"GET": MEMBERS_READ, "POST": OWNERS_SEND},
    "member_role": {"POST": OWNERS_SEND},
    "remove_member": {"GET": OWNERS_READ, "POST": OWNERS_DO},
    "leave_project": {"GET": MEMBERS_READ, "POST": LEAVE},
    "project_settings": {"GET": OWNERS_READ, "POST": OWNERS_SEND},
    "api_help": {"GET": MEMBERS_READ},
    "usage": {"GET": MAKERS_READ},
    "usage_csv": {"GET": MAKERS_READ},
    "budget": {"GET": OWNERS_READ, "POST": OWNERS_SEND},
    "member_budget": {"GET": OWNERS_READ, "POST": OWNERS_SEND},
    "keys": {"GET": MAKERS_READ},
    "new_key": {"GET": MAKERS_READ, "POST": MAKERS_SEND},
    "revoke_key": {"GET": OWN_KEY_READ, "POST": OWN_KEY_DO},
    "archive_project": {"POST": OWNERS_DO},
    "restore_project": {"POST": OWNERS_DO},
    "delete_project": {"GET": OWNERS_READ, "POST": OWNERS_SEND},
    "undelete_project": {"POST": NOTHING_THERE},
    **providers_pages("project_", OWNERS_READ, OWNERS_SEND, OWNERS_DO),
    **providers_pages("", STAFF_READ, STAFF_SEND, STAFF_DO),
    "favourite": {"POST": MEMBERS_SEND},
    "favourite_pictures": {"POST": MEMBERS_SEND},
    "delete_pictures": {"POST": MAKERS_SEND},
    "restore_pictures": {"POST": MAKERS_SEND},
    "export_pictures": {"POST": MAKERS_SEND},
    "preview": {"GET": MEMBERS_READ},
    "full": {"GET": MEMBERS_READ},
    "download": {"GET": MEMBERS_READ},
    "original": {"GET": MAKERS_READ},
    "raw_answer": {"GET": MEMBERS_READ},
    "heat_map": {"GET": NOTHING_THERE},
    # An original was no answer; tests/views/test_raw_answer.py uses one.
    "use_raw": {"POST": MAKERS_FIND_NONE},
    "edit_mask": {"GET": MEMBERS_READ},
    "edit_partial": {"GET": MEMBERS_READ},
    "status": {"GET": STAFF_READ},
    "setup": {
        "GET": REDIRECT,
        "POST": REDIRECT,
        "PUT": NOT_ALLOWED_OPEN,
        "PATCH": NOT_ALLOWED_OPEN,
        "DELETE": NOT_ALLOWED_OPEN,
    },
    "account_login": {"GET": LOGIN_PAGE, "POST": LOGIN_SEND, **OPEN_ONLY},
    "account_logout": {"GET": SIGNED_IN_READ, "POST": REDIRECT, **OPEN_ONLY},
    "account_signup": {"GET": LOGIN_PAGE, "POST": LOGIN_SEND, **OPEN_ONLY},
    "account_reauthenticate": {"GET": SIGNED_IN_READ, "POST": SIGNED_IN_SEND},
    "account_email_verification_sent": {"GET": HOME, "POST": HOME, **OPEN_ONLY},
    "profile": {"GET": SIGNED_IN_READ, "POST": REDIRECT},
    "account_email": {"GET": REDIRECT, "POST": REDIRECT},
    "account_change_password": {"GET": SIGNED_IN_READ, "POST": SIGNED_IN_SEND},
    "account_set_password": {"GET": REDIRECT, "POST": REDIRECT},
    "usersessions_list": {"GET": SIGNED_IN_READ, "POST": REDIRECT},
    "end_session": {"POST": OWN_SESSION},
    "account_reset_password": {"GET": EVERYBODY, "POST": (422,) * 7, **OPEN_ONLY},
    "account_confirm_password_reset_code": {"GET": HOME, "POST": HOME, **OPEN_ONLY},
    "account_complete_password_reset": {"GET": HOME, "POST": HOME, **OPEN_ONLY},
    "account_password_reset_completed": {"GET": EVERYBODY, "POST": NOT_ALLOWED_OPEN, **OPEN_ONLY},
    "mfa_index": {"GET": SIGNED_IN_READ},
    "mfa_authenticate": {"GET": HOME, "POST": HOME, **OPEN_ONLY},
    **{name: {"GET": REDIRECT, "POST": REDIRECT} for name in PROVE_FIRST},
    "mfa_view_recovery_codes": {"GET": NONE_YET},
    "mfa_deactivate_totp": {"GET": NONE_YET, "POST": NONE_YET},
    "mfa_list_webauthn": {"GET": REDIRECT},
    "mfa_add_webauthn": {"GET": REDIRECT, "POST": REDIRECT},
    "mfa_login_webauthn": {"GET": HOME, "POST": HOME, **OPEN_ONLY},
    "healthz": {
        "GET": EVERYBODY,
        "POST": NOT_ALLOWED_OPEN,
        "PUT": NOT_ALLOWED_OPEN,
        "PATCH": NOT_ALLOWED_OPEN,
        "DELETE": NOT_ALLOWED_OPEN,
    },
    "readyz": {
        "GET": (503,) * 7,
        "POST": NOT_ALLOWED_OPEN,
        "PUT": NOT_ALLOWED_OPEN,
        "PATCH": NOT_ALLOWED_OPEN,
        "DELETE": NOT_ALLOWED_OPEN,
    },
}
# Tried with the ids of another project.
WITH_AN_ID = {
    *("canvas", "version", "preview", "full", "download", "original", "cancel_edit"),
    *("rename_picture", "edit_mask", "favourite", "member_role", "remove_member"),
    "member_budget",
    "quote",
    "revoke_key",
    *("raw_answer", "heat_map", "use_raw"),
    *("decide_edit", "edit_partial"),
    *("project_provider", "project_switch_provider", "project_delete_provider"),
    *("project_provider_probe", "project_provider_model", "project_provider_manner"),
}
# The instance's providers belong to no project.
OF_THE_INSTANCE = {
    *("provider", "switch_provider", "delete_provider", "provider_probe", "provider_model"),
    "provider_manner",
}
# Who is not signed in is let in here.
OPEN = {name for name, row in TABLE.items() if row.get("PUT") == NOT_ALLOWED_OPEN}
MANY = ("favourite_pictures", "delete_pictures", "restore_pictures", "export_pictures")


@dataclass
class Scene:
    people: People
    picture: Picture
    edit: Edit
    staff: User
    vitos_membership: int
    session: UserSession
    provider: Provider
    shared: Provider
    key: ApiKey

    def client(self, who: str) -> Client:
        client = Client()
        user = self.staff if who == "staff" else getattr(self.people, who, None)
        if user is not None:
            client.force_login(user)
        return client

    def url(self, name: str, project: Project | None = None) -> str:
        values = {
            "slug": (project or self.people.project).slug,
            "picture": self.picture.public_id,
            "edit": self.edit.public_id,
            "size": 320,
            "member": self.vitos_membership,
            "pk": self.session.pk,
            "provider": (self.shared if name in OF_THE_INSTANCE else self.provider).public_id,
            "model": "gpt-image-2",
            "key": self.key.public_id,
        }
        path = reverse(name, kwargs={key: values[key] for key in needed(name)})
        return f"{path}?since=0.0&view=gallery" if name == "pulse" else path


def needed(name: str) -> list[str]:
    """The parameters in a URL's pattern."""
    (pattern,) = (p for p in urlpatterns if p.name == name)
    return list(pattern.pattern.converters)


@pytest.fixture
def scene(people: People) -> Scene:
    picture = make_picture(people.project, people.olga)
    Picture.objects.update(proof={"raw": {"file": "original.png"}})
    mask = make_mask_row(people.project, picture)
    edit = make_edit_row(people.project, people.olga, picture, mask=mask)
    make_attempt_row(edit, partial=as_bytes(make_image()))
    session = UserSession.objects.create(user=people.olga, ip="127.0.0.1", session_key="elsewhere")
    staff = make_user("steve", is_staff=True, is_superuser=True)
    vitos = Membership.objects.get(project=people.project, user=people.vito)
    provider, shared = make_provider(people.project), make_provider()
    key, _token = make_api_key(people.project, people.olga)
    return Scene(people, picture, edit, staff, vitos.pk, session, provider, shared, key)


def test_every_url_has_a_row() -> None:
    names = {p.name for p in urlpatterns}
    assert len(names) == len(urlpatterns)
    assert names == set(TABLE)


@contextmanager
def undone() -> Iterator[None]:
    """Whoever comes next finds everything as it was: a scene is dear to make."""
    cache.clear()
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_matrix(scene: Scene, name: str) -> None:
    found, expected = {}, {}
    for position, who in enumerate(WHO):
        known = scene.client(who)
        for method in METHODS:
            with undone():
                client = Client()
                client.cookies.update(known.cookies)
                found[who, method] = client.generic(method, scene.url(name)).status_code
            expected[who, method] = TABLE[name].get(method, NOT_ALLOWED)[position]
    assert found == expected


def test_anonymous_is_sent_to_the_login(scene: Scene) -> None:
    for name in sorted(set(TABLE) - OPEN):
        response = scene.client("anonymous").get(scene.url(name))
        assert response.headers["Location"].startswith(reverse("account_login")), name


def test_every_url_with_an_id_is_tried_with_a_foreign_one() -> None:
    ids = {"picture", "edit", "member", "provider", "key"}
    found = {name for name in TABLE if ids & set(needed(name))}
    assert found == set(WITH_AN_ID) | OF_THE_INSTANCE


def test_an_id_of_another_project_is_not_found(scene: Scene) -> None:
    """Olga owns both projects; picture, edit, member, provider and key belong to the first."""
    other = make_project(scene.people.olga, "Other")
    client = scene.client("olga")
    for name in sorted(WITH_AN_ID):
        send = client.get if "GET" in TABLE[name] else client.post
        assert send(scene.url(name, other)).status_code == 404, name


@pytest.mark.parametrize("name", sorted(OF_THE_INSTANCE))
def test_a_provider_is_found_in_its_own_room_only(scene: Scene, name: str) -> None:
    """Neither a project's in the instance's pages, nor the instance's in a project's."""
    people = scene.people
    send = "get" if "GET" in TABLE[name] else "post"
    theirs = scene.url(name).replace(scene.shared.public_id, scene.provider.public_id)
    assert getattr(scene.client("staff"), send)(theirs).status_code == 404
    ours = scene.url(f"project_{name}").replace(scene.provider.public_id, scene.shared.public_id)
    assert getattr(scene.client("olga"), send)(ours).status_code == 404
    scene.provider.delete()
    assert people.project.providers.count() == 0
    gone = scene.client("olga").get(scene.url("project_provider"))
    assert gone.status_code == 404


@pytest.mark.parametrize("name", [n for n in sorted(TABLE) if "slug" in needed(n)])
def test_a_deleted_project_is_nowhere_but_for_its_owners(scene: Scene, name: str) -> None:
    Project.objects.filter(pk=scene.people.project.pk).update(deleted_at=timezone.now())
    method = "GET" if "GET" in TABLE[name] else "POST"
    found = {}
    for who in WHO:
        with undone():
            found[who] = scene.client(who).generic(method, scene.url(name)).status_code
    expected = dict.fromkeys(WHO, 404) | {"anonymous": 302}
    if name == "undelete_project":
        expected["olga"] = 302
    assert found == expected


# What an owner is answered while the project is archived, where it differs from the table.
RESTING = {
    ("upload", "POST"),
    ("samples", "POST"),
    ("canvas", "POST"),
    ("understand", "POST"),
    ("quote", "POST"),
    ("rename_picture", "POST"),
    ("use_raw", "POST"),
    ("delete_pictures", "POST"),
    ("restore_pictures", "POST"),
    ("project_settings", "POST"),
    *(("new_key", "GET"), ("new_key", "POST")),
    *(("budget", "GET"), ("budget", "POST")),
    *(("member_budget", "GET"), ("member_budget", "POST")),
    *((name, "GET") for name in TABLE if name.startswith("project_") and "provider" in name),
    *((name, "POST") for name in TABLE if name.startswith("project_") and "provider" in name),
} - {("project_providers", "GET"), ("project_providers", "POST")}


@pytest.mark.parametrize("name", [n for n in sorted(TABLE) if "slug" in needed(n)])
def test_an_archived_project_is_read_only(scene: Scene, name: str) -> None:
    Project.objects.filter(pk=scene.people.project.pk).update(archived_at=timezone.now())
    for method, expected in TABLE[name].items():
        with undone():
            answer = scene.client("olga").generic(method, scene.url(name)).status_code
        assert answer == (403 if (name, method) in RESTING else expected[0]), method


def test_a_canvas_begins_with_edits_of_its_own_picture_only(scene: Scene) -> None:
    """Neither an edit of another picture, nor of another project, nor anything that is no id."""
    people, client = scene.people, scene.client("olga")
    beside = make_picture(people.project, people.olga)
    other = make_project(people.olga, "Other")
    foreign = make_edit_row(other, people.olga, make_picture(other, people.olga))
    url = scene.url("canvas")
    assert client.get(url, {"from": scene.edit.public_id}).status_code == 200
    assert client.get(url, {"from": foreign.public_id}).status_code == 404
    assert client.get(url, {"from": "\x00"}).status_code == 404
    path = reverse("canvas", args=[people.project.slug, beside.public_id])
    assert client.get(path, {"from": scene.edit.public_id}).status_code == 404


def test_a_star_on_a_picture_of_another_project_is_not_found(scene: Scene) -> None:
    other = make_project(scene.people.olga, "Other")
    client = scene.client("olga")
    assert client.post(scene.url("favourite", other), {"liked": "1"}).status_code == 404
    assert not Favourite.objects.exists()


@pytest.mark.parametrize("name", MANY)
def test_ids_of_another_project_are_not_found(scene: Scene, name: str) -> None:
    other = make_project(scene.people.olga, "Other")
    fields = {"ids": scene.picture.public_id, "liked": "1"}
    assert scene.client("olga").post(scene.url(name, other), fields).status_code == 404
    scene.picture.refresh_from_db()
    assert scene.picture.trashed_at is None
    assert not Favourite.objects.exists()


@pytest.mark.parametrize("name", [n for n in MANY if n != "export_pictures"])
def test_among_mixed_ids_those_of_another_project_are_left_alone(scene: Scene, name: str) -> None:
    other = make_project(scene.people.olga, "Other")
    (mine,) = make_rows(other, scene.people.olga, 1)
    if name == "restore_pictures":
        Picture.objects.update(trashed_at=timezone.now())
    fields = {"ids": f"{scene.picture.public_id} {mine.public_id}", "liked": "1"}
    response = scene.client("olga").post(
        scene.url(name, other), fields, headers={"HX-Request": "true"}
    )
    assert response.json()["ids"] == [mine.public_id]
    scene.picture.refresh_from_db()
    assert (scene.picture.trashed_at is not None) == (name == "restore_pictures")
    assert not scene.picture.favourites.exists()


@pytest.mark.parametrize("name", MANY)
def test_what_each_may_do_with_a_picture_of_somebody_else(scene: Scene, name: str) -> None:
    """Olga added it: an editor may star and take it away, but not delete or restore it."""
    expected = {
        "favourite_pictures": (302, 302, 302, 302, 404, 404, TO_LOGIN),
        "export_pictures": (200, 200, 403, 403, 404, 404, TO_LOGIN),
        "delete_pictures": (302, 403, 403, 403, 404, 404, TO_LOGIN),
        "restore_pictures": (302, 403, 403, 403, 404, 404, TO_LOGIN),
    }[name]
    fields = {"ids": scene.picture.public_id, "liked": "1"}
    found = tuple(scene.client(w).post(scene.url(name), fields).status_code for w in WHO)
    assert found == expected


def test_a_pulse_about_a_foreign_picture_is_not_found(scene: Scene) -> None:
    other = make_project(scene.people.olga, "Other")
    path = reverse("pulse", kwargs={"slug": other.slug})
    query = {"since": "7.0", "view": "canvas", "picture": scene.picture.public_id}
    assert scene.client("olga").get(path, query).status_code == 404


def test_lists_show_no_foreign_project(scene: Scene) -> None:
    for who in ("sam", "staff"):
        page = scene.client(who).get(reverse("projects")).content.decode()
        assert scene.people.project.slug not in page


@pytest.mark.parametrize("action", list(Action))
def test_an_owner_may_do_whatever_anybody_may(action: Action) -> None:
    assert Role.OWNER in ROLES_FOR[action]


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.VIEWER])
def test_readers_change_nothing(role: Role) -> None:
    allowed = {action for action in Action if may(role, action)}
    reading = {Action.VIEW, Action.PREVIEW, Action.DOWNLOAD, Action.LIST_MEMBERS}
    assert allowed == reading | {Action.FAVOURITE, Action.LEAVE}
