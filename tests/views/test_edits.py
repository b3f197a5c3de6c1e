from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.test import Client
from django.urls import reverse

from editor.models import State
from tests.making import make_edit_row, make_rows

if TYPE_CHECKING:
    from editor.models import Edit, User
    from tests.conftest import People


def cancel(people: People, user: User, edit: Edit, *, htmx: bool = True) -> Any:
    client = Client()
    client.force_login(user)
    headers = {"HX-Request": "true"} if htmx else {}
    path = reverse("cancel_edit", args=[people.project.slug, edit.public_id])
    return client.post(path, headers=headers)


def queued(people: People, user: User) -> Edit:
    (picture,) = make_rows(people.project, people.olga, 1)
    return make_edit_row(people.project, user, picture)


def test_cancel_answers_the_card_as_it_is_now(people: People) -> None:
    edit = queued(people, people.olga)
    response = cancel(people, people.olga, edit)
    assert 'data-state="canceled"' in response.content.decode()
    edit.refresh_from_db()
    assert edit.state == State.CANCELED


def test_without_htmx_it_goes_back_to_the_gallery(people: People) -> None:
    response = cancel(people, people.olga, queued(people, people.olga), htmx=False)
    assert response["Location"] == reverse("gallery", args=[people.project.slug])


def test_an_editor_cancels_own_edits_only(people: People) -> None:
    own, foreign = queued(people, people.emil), queued(people, people.olga)
    assert cancel(people, people.emil, own).status_code == 200
    assert cancel(people, people.emil, foreign).status_code == 403
    foreign.refresh_from_db()
    assert foreign.state == State.QUEUED


def test_an_owner_cancels_any(people: People) -> None:
    assert cancel(people, people.olga, queued(people, people.emil)).status_code == 200
