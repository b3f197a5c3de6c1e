"""What is done to several pictures at once: delete, restore, favourite, download."""

from collections.abc import Sequence
from http import HTTPStatus

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.first_error import first_error
from editor.forms.selection import ExportForm, FavouritesForm, SelectionForm
from editor.http import PageRequest, plain, stream_archive
from editor.models import Picture
from editor.services import exports, favourites, trash
from editor.services.looks import Look, Show

PLAIN = Look()


@require_POST
def delete(request: PageRequest, slug: str) -> HttpResponse:
    """Move pictures to the trash; those that are not the user's stay, and the answer says so."""
    opened = fetch.door(request.user, slug, Action.TRASH)
    form = SelectionForm(request.POST)
    if not form.is_valid():
        return _refusal(request, form)
    ids = form.cleaned_data["ids"]
    chosen = fetch.pictures_to_trash(opened, ids)
    moved = trash.put(door=opened, pictures=chosen)
    text = ngettext("%(n)s picture deleted.", "%(n)s pictures deleted.", len(moved))
    kept = len(fetch.pictures(opened, ids)) - len(chosen)
    if kept:
        text += " " + ngettext(
            "%(kept)s was added by somebody else and stays.",
            "%(kept)s were added by somebody else and stay.",
            kept,
        )
    if not request.htmx:  # a script offers to undo it instead
        text += " " + _("It can be restored from the trash.")
    return _answer(request, opened, text % {"n": len(moved), "kept": kept}, moved)


@require_POST
def restore(request: PageRequest, slug: str) -> HttpResponse:
    """Take pictures out of the trash."""
    opened = fetch.door(request.user, slug, Action.TRASH)
    form = SelectionForm(request.POST)
    if not form.is_valid():
        return _refusal(request, form)
    chosen = fetch.pictures_to_trash(opened, form.cleaned_data["ids"])
    moved = trash.restore(door=opened, pictures=chosen)
    text = ngettext("%(n)s picture restored.", "%(n)s pictures restored.", len(moved))
    return _answer(request, opened, text % {"n": len(moved)}, moved, look=Look(Show.TRASH))


@require_POST
def favourite(request: PageRequest, slug: str) -> HttpResponse:
    """Put a star on pictures, or take it away."""
    opened = fetch.door(request.user, slug, Action.FAVOURITE)
    form = FavouritesForm(request.POST)
    if not form.is_valid():
        return _refusal(request, form)
    chosen = fetch.pictures(opened, form.cleaned_data["ids"])
    liked = form.cleaned_data["liked"]
    favourites.mark(user=request.user, pictures=chosen, liked=liked)
    text = (
        ngettext("%(n)s favourite added.", "%(n)s favourites added.", len(chosen))
        if liked
        else ngettext("%(n)s favourite removed.", "%(n)s favourites removed.", len(chosen))
    )
    return _answer(request, opened, text % {"n": len(chosen)}, chosen)


@require_POST
def export(request: PageRequest, slug: str) -> HttpResponseBase:
    """Send pictures as one ZIP, made while it is sent."""
    opened = fetch.door(request.user, slug, Action.EXPORT)
    form = ExportForm(request.POST)
    if not form.is_valid():
        return _refusal(request, form)
    originals = form.cleaned_data["kind"] == "original"
    chosen = fetch.pictures(opened, form.cleaned_data["ids"])
    exports.note(door=opened, pictures=chosen, originals=originals)
    name = slugify(opened.project.name) or "pictures"
    return stream_archive(exports.archive(chosen, originals=originals), filename=f"{name}.zip")


def _answer(
    request: PageRequest,
    opened: Door,
    text: str,
    pictures: Sequence[Picture],
    *,
    look: Look = PLAIN,
) -> HttpResponse:
    """Tell a script what happened to which pictures; without one, the gallery tells it."""
    if request.htmx:
        return JsonResponse({"text": text, "ids": [picture.public_id for picture in pictures]})
    messages.success(request, text)
    return redirect(reverse("gallery", args=[opened.project.slug]) + look.query())


def _refusal(request: PageRequest, form: BaseForm) -> HttpResponse:
    message = first_error(form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if request.htmx:
        return plain(message, status)
    context = {"status": status.value, "heading": _("Nothing was done"), "text": message}
    return render(request, "errors/error.html", context, status=status)
