"""Staff are not content readers: nothing of a picture, a prompt or a mask is in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.test import Client
from django.urls import reverse

from editor.admin import site
from editor.models import (
    Activity,
    ApiKey,
    Attempt,
    Edit,
    LedgerEntry,
    Membership,
    Picture,
    Project,
    Provider,
    User,
    Worker,
)
from tests.making import make_api_key, make_edit, make_picture, make_provider, make_user

if TYPE_CHECKING:
    from tests.conftest import People

CANARY = "kanarienvogel"
SECRET_FIELDS = {
    "prompt", "instruction", "focus", "seed", "actual", "fingerprint", "idem_key",
    "error_message", "picture", "mask", "detail", "answer_file", "answer_sha256", "client_token",
    "password", "folder", "sha256", "slug", "key_encrypted", "key_tail", "base_url",
    "hash", "window_began_at", "window_count",
}  # fmt: skip


@pytest.fixture
def edit(people: People) -> Edit:
    """An edit whose every word and file name carries the canary."""
    picture = make_picture(people.project, people.olga)
    edit = make_edit(people.project, people.olga, picture)
    Picture.objects.update(name=f"{CANARY}.png", folder=f"xx/{CANARY}", notices=[CANARY])
    assert edit.mask
    edit.mask.folder = f"xx/{CANARY}"
    edit.mask.public_id = CANARY
    edit.mask.save()
    Edit.objects.filter(pk=edit.pk).update(
        prompt=f"remove the {CANARY}",
        instruction={"steps": [CANARY]},
        focus={"box": CANARY},
        actual={"said": CANARY},
        error_code="nothing_to_fill_from",
        error_message=f"I do not understand “{CANARY}”.",
        state="failed",
        finished_at=edit.created_at,
        idem_key=CANARY,
        fingerprint=CANARY,
    )
    Activity.objects.create(
        project=people.project, actor=people.olga, picture=picture, edit=edit,
        kind="picture.renamed", detail={"name": CANARY},
    )  # fmt: skip
    Attempt.objects.create(
        edit=edit, number=1, fence=1, intent_at=edit.created_at,
        answer_file=f"{CANARY}/answer.png", answer_sha256=CANARY,
    )  # fmt: skip
    Worker.objects.create(name="w", slots=1)
    make_provider(
        people.project, key=CANARY, base_url=f"https://example.test/{CANARY}",
        overrides={"m": {"label": CANARY}}, probe={"said": CANARY}, manner={"root": CANARY},
    )  # fmt: skip
    make_api_key(people.project, people.olga)
    ApiKey.objects.update(hash=CANARY)
    return edit


@pytest.fixture
def staff(db: None) -> Client:
    client = Client()
    client.force_login(make_user("steve", is_staff=True))
    return client


def test_only_these_are_registered() -> None:
    models = {User, Project, Membership, Edit, Attempt, Activity, LedgerEntry, Worker, Provider}
    models |= {ApiKey}
    assert set(site._registry) == models


@pytest.mark.parametrize("model", list(site._registry), ids=lambda model: model.__name__)
def test_no_page_is_made_from_a_secret_field(model: type) -> None:
    admin = site._registry[model]
    named = {
        *admin.list_display, *admin.list_filter, *admin.search_fields, *(admin.fields or ()),
        *admin.readonly_fields, *(admin.list_editable or ()), *(admin.ordering or ()),
    }  # fmt: skip
    parts = {part for name in named for part in str(name).lstrip("-").split("__")}
    assert not parts & SECRET_FIELDS
    # Without a list Django shows every field there is.
    assert admin.fields or "get_fieldsets" in vars(type(admin))


def test_no_page_shows_the_canary(people: People, edit: Edit, staff: Client) -> None:
    pages = [reverse("admin:index"), reverse("admin:app_list", args=["editor"]), reverse("status")]
    for model in site._registry:
        stem = f"admin:editor_{model.__name__.lower()}"
        pages.append(reverse(f"{stem}_changelist"))
        for row in model._default_manager.all():
            pages += [reverse(f"{stem}_{page}", args=[row.pk]) for page in ("change", "history")]
    assert len(pages) > 25
    for page in pages:
        response = staff.get(page)
        assert response.status_code == 200, page
        text = response.content.decode()
        assert CANARY not in text, page
        assert f"/p/{people.project.slug}" not in text, page


@pytest.mark.parametrize(
    ("model", "lookup"),
    [
        ("edit", "prompt__startswith=remove"),
        ("edit", f"error_message__contains={CANARY}"),
        ("edit", f"picture__name__contains={CANARY}"),
        ("edit", f"mask__public_id={CANARY}"),
        ("edit", "instruction__steps__0__isnull=0"),
        ("activity", "detail__name__startswith=k"),
        ("attempt", f"answer_file__startswith={CANARY}"),
        ("user", "password__startswith=md5"),
        ("project", "slug__startswith=g"),
        ("provider", "key_encrypted__startswith=g"),
        ("provider", "base_url__contains=k"),
        ("apikey", "hash__startswith=k"),
        ("membership", "user__password__startswith=md5"),
    ],
)
def test_an_address_cannot_ask_what_is_not_shown(
    edit: Edit, staff: Client, model: str, lookup: str
) -> None:
    """Else the number of rows would spell a prompt out letter by letter."""
    page = reverse(f"admin:editor_{model}_changelist")
    assert staff.get(f"{page}?{lookup}").status_code == 400


def test_the_filters_that_are_shown_work(edit: Edit, staff: Client) -> None:
    page = reverse("admin:editor_edit_changelist")
    assert edit.public_id in staff.get(f"{page}?state__exact=failed").content.decode()
    assert edit.public_id not in staff.get(f"{page}?state__exact=queued").content.decode()


@pytest.mark.parametrize("word", [CANARY, "remove"])
def test_the_search_does_not_read_prompts(edit: Edit, staff: Client, word: str) -> None:
    for model in ("edit", "activity", "attempt", "ledgerentry", "project"):
        page = staff.get(reverse(f"admin:editor_{model}_changelist"), {"q": word})
        assert edit.public_id not in page.content.decode()
