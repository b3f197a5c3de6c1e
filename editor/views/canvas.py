"""The canvas: a picture, a mask, a prompt; and the versions that come of it."""

from http import HTTPStatus

from django.conf import settings
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.canvas import EditForm
from editor.forms.crop import as_chosen
from editor.forms.first_error import first_error
from editor.http import PageRequest, waits_for_sandbox
from editor.imaging.focus import Focus
from editor.models import Edit, Picture
from editor.pipeline.submit import NotAgreed, SubmitRefused, Wish, submit
from editor.services import (
    engine_menu,
    engines,
    gallery,
    instructions,
    pictures,
    pulse,
    quotes,
    versions,
)
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
        context |= _again(fetch.edit_of_picture(opened, found, earlier))
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
        "engines": engine_menu.menu(opened.project),
        "accepted": pictures.ACCEPTED,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
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
    form = EditForm(_with_key(request), request.FILES)
    if not form.is_valid():
        return _refusal(request, first_error(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    inputs = fetch.live_pictures(opened, form.cleaned_data["inputs"])
    if len(inputs) != len(form.cleaned_data["inputs"]):
        return _refusal(request, quotes.gone(), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        edit = submit(
            door=opened, wish=_wish(picture, form, inputs), registry=engines.planning_registry()
        )
    except NotAgreed as question:
        return _question(request, question)
    except SubmitRefused as refused:
        return _refusal(request, refused.message, HTTPStatus.UNPROCESSABLE_ENTITY)
    except DiskFull:
        text = _(
            "The server's disk is full. Tell the administrator. Prompt and mask are still here."
        )
        return _refusal(request, text, HTTPStatus.INSUFFICIENT_STORAGE)
    context = {"project": opened.project, "edits": gallery.line_cards(opened, edit)}
    return render(request, "canvas/canvas.html#sent", context, status=HTTPStatus.CREATED)


def _with_key(request: PageRequest) -> QueryDict:
    """The form's data; the key of the intent may stand in the header of that name instead."""
    if not (key := request.headers.get("Idempotency-Key")):
        return request.POST
    data = request.POST.copy()
    data["idem"] = key
    return data


def _wish(picture: Picture, form: EditForm, inputs: list[Picture]) -> Wish:
    data = form.cleaned_data
    return Wish(
        picture=picture,
        engine=data["engine"],
        prompt=data["prompt"],
        mask=data["mask"],
        idem_key=data["idem"],
        parameters=form.parameters,
        inputs=tuple(inputs),
        framing=form.framing,
        apart=form.areas_in(picture),
        agreed_host=data["agreed_host"],
    )


def _again(edit: Edit) -> dict[str, object]:
    """What an earlier edit was asked with, as far as it is still there."""
    rows = edit.inputs.select_related("picture").filter(picture__trashed_at=None)
    inputs = [row.picture for row in rows if row.picture]
    return {
        "again": edit,
        "again_parameters": edit.parameters,
        "again_framing": as_chosen(Focus.from_json(edit.focus).framing) if edit.focus else {},
        "again_inputs": [versions.glimpse(edit.project, picture) for picture in inputs],
    }


def _question(request: PageRequest, question: NotAgreed) -> HttpResponse:
    edit = question.edit
    shown = Focus.from_json(edit.focus).inside((edit.picture.width, edit.picture.height))
    left, top, right, bottom = shown
    context = {
        "edit": edit,
        "host": question.host,
        "areas": question.areas,
        "size": (right - left, bottom - top),
        "has_mask": bool(request.FILES.get("mask")),
        "further": question.further,
    }
    return render(request, "canvas/consent.html", context)


def _refusal(request: PageRequest, message: str, status: HTTPStatus) -> HttpResponse:
    return render(request, "canvas/canvas.html#refusal", {"message": message}, status=status)
