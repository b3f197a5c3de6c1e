"""One picture with everything known about it."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.focus import focus_first_error
from editor.forms.media import FORMATS
from editor.forms.version import RenameForm
from editor.http import PageRequest
from editor.imaging.render import LONGEST
from editor.models import Edit, Picture, Role
from editor.services import favourites, gallery, intake_texts, money, pictures, renders
from editor.services.exchange import exchange
from editor.services.lineage import Lineage
from editor.services.parameters import parameters
from editor.services.parts import part
from editor.services.proofs import proof
from editor.services.provenance import provenance
from editor.services.pulse import Cursor


@require_safe
def version(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Show a picture, how it came to be, and what came of it (`?versions=all`: all of it)."""
    opened = fetch.door(request.user, slug, Action.VIEW)
    found = fetch.picture(opened, picture)
    context = _context(opened, found, whole=request.GET.get("versions") == "all")
    context["asks_raw"] = request.GET.get("ask") == "raw"
    return render(request, "version/version.html", context)


@require_POST
def rename(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Give a picture another name."""
    opened = fetch.door(request.user, slug, Action.RENAME)
    found = fetch.live_picture(opened, picture)
    form = RenameForm(request.POST)
    if form.is_valid():
        pictures.rename(picture=found, actor=request.user, name=form.cleaned_data["name"])
        return redirect("version", slug=slug, picture=picture)
    focus_first_error(form)
    context = _context(opened, found) | {"rename_form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    return render(request, "version/version.html", context, status=status)


def _context(opened: Door, picture: Picture, *, whole: bool = False) -> dict[str, object]:
    # The cursor is read before the lists: a change in between is told twice, never missed.
    pulse = _pulse(opened, picture)
    lineage = Lineage(picture)
    is_live = picture.trashed_at is None
    return {
        "door": opened,
        "project": opened.project,
        "picture": picture,
        "root": lineage.root,
        "pulse": pulse,
        "edits": gallery.edit_cards(opened, family_root=lineage.root.pk),
        "part": part(lineage.current),
        "tree": lineage.tree(whole=whole),
        "shows_all": whole,
        "compared": lineage.compared,
        "notices": intake_texts.notices(picture.notices),
        "sizes": renders.sizes(picture),
        "formats": FORMATS,
        "limits": _limits(picture),
        "rename_form": RenameForm(initial={"name": picture.name}),
        "can_edit": opened.may(Action.EDIT) and is_live,
        "can_rename": opened.may(Action.RENAME) and is_live,
        "can_trash": fetch.is_to_trash(opened, picture),
        "is_favourite": favourites.has(user=opened.user, picture=picture),
        "can_keep_exif": opened.may(Action.DOWNLOAD_ORIGINAL),
        "can_download_original": picture.is_original and opened.may(Action.DOWNLOAD_ORIGINAL),
        **_edit_context(opened, lineage, picture.edit),
    }


def _pulse(opened: Door, picture: Picture) -> dict[str, object]:
    query = f"?view=canvas&picture={picture.public_id}"
    return {
        "url": reverse("pulse", args=[opened.project.slug]) + query,
        "since": str(Cursor.now(opened.project)),
        "open": gallery.open_edits(opened, family_root=picture.root_id or picture.pk),
    }


def _limits(picture: Picture) -> list[tuple[str, str, int]]:
    """Formats that cannot hold the picture at full size, with the longest side they can."""
    longest = max(picture.width, picture.height)
    return [
        (value, label, limit)
        for value, label in FORMATS
        if longest > (limit := LONGEST.get(value, longest))
    ]


def _edit_context(opened: Door, lineage: Lineage, edit: Edit | None) -> dict[str, object]:
    if edit is None:
        return {}
    parent = lineage.ancestors[-1]
    shown = proof(lineage.current)
    is_live = lineage.current.trashed_at is None
    return {
        "edit": edit,
        "parent": parent,
        "parent_is_live": parent.trashed_at is None,
        "proof": shown,
        "can_use_raw": bool(shown and shown.can_take_raw and is_live and opened.may(Action.EDIT)),
        "provenance": provenance(edit),
        "parameters": parameters(edit),
        "exchange": exchange(edit),
        "shows_words": opened.may(Action.EDIT),
        "cost": money.cost_of(edit) if _sees_cost(opened, edit) else None,
    }


def _sees_cost(opened: Door, edit: Edit) -> bool:
    """An owner sees what any edit cost, an editor what own ones did."""
    own = edit.actor_id == opened.user.pk
    return opened.may(Action.SEE_COST) and (opened.role == Role.OWNER or own)
