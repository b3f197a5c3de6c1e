"""The pictures of a project, with the edits on their way among them."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.gallery import GalleryForm
from editor.http import PageRequest
from editor.services import exports, pictures, trash
from editor.services import gallery as service
from editor.services.looks import Look, Show
from editor.services.pulse import Cursor


@require_safe
def gallery(request: PageRequest, slug: str) -> HttpResponse:
    """Show the first pictures of a look, or those `?after=` one of them.

    To htmx only the cards and the link to the next page are sent.
    """
    opened = fetch.door(request.user, slug, Action.VIEW)
    form = GalleryForm(request.GET)
    look = form.look(may_restore=opened.may(Action.TRASH))
    if request.htmx:
        context = _cards(opened, look, form.asked["after"])
        response = render(request, "gallery/more.html", context)
    else:
        # The cursor is read before the lists: a change in between is told twice, never missed.
        cursor = Cursor.now(opened.project)
        context = _cards(opened, look, form.asked["after"]) | _surroundings(opened, look, form)
        context["pulse"] = _pulse(opened, look, cursor)
        response = render(request, "gallery/gallery.html", context)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _cards(opened: Door, look: Look, after: str) -> dict[str, object]:
    page = service.page(opened, look, after=after)
    return {
        "project": opened.project,
        "look": look,
        "page": page,
        "more_query": look.query(after=page.more),
        "is_first_page": not after,
        "can_edit": opened.may(Action.EDIT),
    }


def _surroundings(opened: Door, look: Look, form: GalleryForm) -> dict[str, object]:
    leads = look.leads_with_edits and not form.asked["after"]
    return {
        "door": opened,
        "edits": service.edit_cards(opened) if leads else [],
        "filters": _filters(opened, look),
        "select_query": look.query(select="1"),
        "unsearched_query": Look(look.show, look.sort).query(),
        "selects": form.asked["select"] and not look.lists_edits,
        "can_upload": opened.may(Action.UPLOAD),
        "can_trash": opened.may(Action.TRASH),
        "can_export": opened.may(Action.EXPORT),
        "max_export": exports.MAX_PICTURES,
        "grace_days": trash.grace().days,
        "accepted": pictures.ACCEPTED,
        "max_upload_bytes": settings.MAX_UPLOAD_BYTES,
        "max_upload_mb": settings.MAX_UPLOAD_MB,
    }


def _filters(opened: Door, look: Look) -> list[tuple[str, str, bool]]:
    """Label, address and whether it is the current one; words and order stay as they are."""
    shows = [show for show in Show if show != Show.TRASH or opened.may(Action.TRASH)]
    url = reverse("gallery", args=[opened.project.slug])
    return [
        (str(show.label), url + Look(show, look.sort, look.text).query(), show == look.show)
        for show in shows
    ]


def _pulse(opened: Door, look: Look, cursor: Cursor) -> dict[str, object]:
    return {
        "url": reverse("pulse", args=[opened.project.slug]) + look.query(view="gallery"),
        "since": str(cursor),
        "open": service.open_edits(opened),
    }
