"""The canvas: a picture, a mask, a prompt; and the versions that come of it."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.canvas import EditForm
from editor.forms.first_error import first_error
from editor.http import PageRequest, waits_for_sandbox
from editor.models import Picture
from editor.pipeline.submit import SubmitRefused, Wish, submit
from editor.services import engines, gallery, instructions, pulse, versions
from editor.services.media import DiskFull


@waits_for_sandbox("POST")
@require_http_methods(["GET", "HEAD", "POST"])
def canvas(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Show the canvas, one of its versions (`?version=`), or take an edit.

    With `?from=` it begins with mask, prompt and engine of an earlier edit of the picture.
    """
    action = Action.EDIT if request.method == "POST" else Action.VIEW
    opened = fetch.door(request.user, slug, action)
    found = fetch.live_picture(opened, picture)
    if request.method == "POST":
        return _submit(request, opened, found)
    if wanted := request.GET.get("version"):
        version = versions.one(opened.project, fetch.picture(opened, wanted))
        context = {"project": opened.project, "version": version}
        return render(request, "canvas/canvas.html#version_item", context)
    context = _context(opened, found)
    if earlier := request.GET.get("from"):
        context["again"] = fetch.edit_of_picture(opened, found, earlier)
    return render(request, "canvas/canvas.html", context)


def _context(opened: Door, picture: Picture) -> dict[str, object]:
    root = picture.root_id or picture.pk
    family = versions.family(opened.project, picture)
    return {
        "door": opened,
        "project": opened.project,
        "picture": next(v for v in family if v.public_id == picture.public_id),
        "parent": next((v for v in family if v.pk == picture.parent_id), None),
        "versions": family,
        # The cursor is read before the list: a change in between is told twice, never missed.
        "pulse": _pulse(opened, picture, root),
        "edits": gallery.edit_cards(opened, family_root=root),
        "engines": engines.choices(opened.project),
        "suggestions": instructions.suggestions(),
        "can_edit": opened.may(Action.EDIT),
    }


def _pulse(opened: Door, picture: Picture, root: int) -> dict[str, object]:
    query = f"?view=canvas&picture={picture.public_id}"
    return {
        "url": reverse("pulse", args=[opened.project.slug]) + query,
        "since": str(pulse.Cursor.now(opened.project)),
        "open": gallery.open_edits(opened, family_root=root),
    }


def _submit(request: PageRequest, opened: Door, picture: Picture) -> HttpResponse:
    form = EditForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refusal(request, first_error(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    data = form.cleaned_data
    wish = Wish(picture, data["engine"], data["prompt"], data["mask"], data["idem"])
    try:
        edit = submit(door=opened, wish=wish, registry=engines.planning_registry())
    except SubmitRefused as refused:
        return _refusal(request, refused.message, HTTPStatus.UNPROCESSABLE_ENTITY)
    except DiskFull:
        text = _(
            "The server's disk is full. Tell the administrator. Prompt and mask are still here."
        )
        return _refusal(request, text, HTTPStatus.INSUFFICIENT_STORAGE)
    (card,) = gallery.edit_cards(opened, only=edit)
    context = {"project": opened.project, "edit": card}
    return render(request, "components/edit_card.html", context, status=HTTPStatus.CREATED)


def _refusal(request: PageRequest, message: str, status: HTTPStatus) -> HttpResponse:
    return render(request, "canvas/canvas.html#refusal", {"message": message}, status=status)
