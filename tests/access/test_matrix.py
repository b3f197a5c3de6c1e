"""Every URL x method x person, from one table. A URL without a row fails."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import URLPattern, reverse
from django.utils import timezone

from editor.access.roles import ROLES_FOR, Action, may
from editor.models import Edit, Favourite, Picture, Project, Role, User
from editor.urls import urlpatterns
from tests.making import make_edit_row, make_picture, make_project, make_rows, make_user

if TYPE_CHECKING:
    from tests.conftest import People

WHO = ("olga", "emil", "rita", "vito", "sam", "staff", "anonymous")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
TO_LOGIN = 302

# One figure for each of WHO. Staff who are no members see no more than strangers. 422 is a form
# that was let in and found empty.
MEMBERS_READ = (200, 200, 200, 200, 404, 404, TO_LOGIN)
MAKERS_READ = (200, 200, 403, 403, 404, 404, TO_LOGIN)
MAKERS_SEND = (422, 422, 403, 403, 404, 404, TO_LOGIN)
MEMBERS_SEND = (422, 422, 422, 422, 404, 404, TO_LOGIN)
EVERYBODY = (200,) * 7
SIGNED_IN_READ = (200, 200, 200, 200, 200, 200, TO_LOGIN)
SIGNED_IN_SEND = (422, 422, 422, 422, 422, 422, TO_LOGIN)
REDIRECT = (302,) * 7
LOGIN_PAGE = (302, 302, 302, 302, 302, 302, 200)
LOGIN_SEND = (302, 302, 302, 302, 302, 302, 422)
# Olga started the edit; only she and other owners may end it.
OWN_CANCEL = (302, 403, 403, 403, 404, 404, TO_LOGIN)
NOT_ALLOWED = (405, 405, 405, 405, 405, 405, TO_LOGIN)
NOT_ALLOWED_OPEN = (405,) * 7

TABLE: dict[str, dict[str, tuple[int, ...]]] = {
    "projects": {"GET": SIGNED_IN_READ, "POST": SIGNED_IN_SEND},
    "gallery": {"GET": MEMBERS_READ},
    "upload": {"POST": MAKERS_SEND},
    "pulse": {"GET": MEMBERS_READ},
    "canvas": {"GET": MEMBERS_READ, "POST": MAKERS_SEND},
    "version": {"GET": MEMBERS_READ},
    "cancel_edit": {"POST": OWN_CANCEL},
    "favourite": {"POST": MEMBERS_SEND},
    "favourite_pictures": {"POST": MEMBERS_SEND},
    "delete_pictures": {"POST": MAKERS_SEND},
    "restore_pictures": {"POST": MAKERS_SEND},
    "export_pictures": {"POST": MAKERS_SEND},
    "preview": {"GET": MEMBERS_READ},
    "full": {"GET": MEMBERS_READ},
    "download": {"GET": MEMBERS_READ},
    "original": {"GET": MAKERS_READ},
    "setup": {
        "GET": REDIRECT,
        "POST": REDIRECT,
        "PUT": NOT_ALLOWED_OPEN,
        "PATCH": NOT_ALLOWED_OPEN,
        "DELETE": NOT_ALLOWED_OPEN,
    },
    "account_login": {"GET": LOGIN_PAGE, "POST": LOGIN_SEND},
    "account_logout": {"GET": SIGNED_IN_READ, "POST": REDIRECT},
    "account_signup": {"GET": LOGIN_PAGE, "POST": LOGIN_SEND},
    "account_reauthenticate": {"GET": SIGNED_IN_READ, "POST": SIGNED_IN_SEND},
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
MANY = ("favourite_pictures", "delete_pictures", "restore_pictures", "export_pictures")
# Their methods are allauth's business, tried where we gave a row.
FOREIGN = {"account_login", "account_logout", "account_reauthenticate", "account_signup"}


@dataclass
class Scene:
    people: People
    picture: Picture
    edit: Edit
    staff: User

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
        }
        path = reverse(name, kwargs={key: values[key] for key in needed(name)})
        return f"{path}?since=0.0&view=gallery" if name == "pulse" else path


def needed(name: str) -> list[str]:
    """The parameters in a URL's pattern."""
    (pattern,) = (p for p in urlpatterns if isinstance(p, URLPattern) and p.name == name)
    return list(pattern.pattern.converters)


@pytest.fixture
def scene(people: People) -> Scene:
    picture = make_picture(people.project, people.olga)
    edit = make_edit_row(people.project, people.olga, picture)
    return Scene(people, picture, edit, make_user("steve", is_staff=True, is_superuser=True))


def test_every_url_has_a_row() -> None:
    names = {p.name for p in urlpatterns if isinstance(p, URLPattern)}
    assert len(names) == len(urlpatterns)
    assert names == set(TABLE)


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_matrix(scene: Scene, name: str, who: str) -> None:
    found, expected = {}, {}
    for method in METHODS:
        if name in FOREIGN and method not in TABLE[name]:
            continue
        row = TABLE[name].get(method, NOT_ALLOWED)
        response = scene.client(who).generic(method, scene.url(name))
        found[method] = response.status_code
        expected[method] = row[WHO.index(who)]
    assert found == expected


@pytest.mark.parametrize(
    "name", [n for n in sorted(TABLE) if n not in FOREIGN | {"setup", "readyz", "healthz"}]
)
def test_anonymous_is_sent_to_the_login(scene: Scene, name: str) -> None:
    response = scene.client("anonymous").get(scene.url(name))
    assert response.headers["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize(
    "name", ["canvas", "version", "preview", "full", "download", "original", "cancel_edit"]
)
def test_an_id_of_another_project_is_not_found(scene: Scene, name: str) -> None:
    """Olga owns both projects; the picture and the edit belong to the first."""
    other = make_project(scene.people.olga, "Other")
    client = scene.client("olga")
    send = client.post if name == "cancel_edit" else client.get
    assert send(scene.url(name, other)).status_code == 404


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
