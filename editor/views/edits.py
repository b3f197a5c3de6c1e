"""What can be done to one edit."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.roles import Action
from editor.http import PageRequest
from editor.pipeline import cancel as pipeline_cancel
from editor.services import gallery


@require_POST
def cancel(request: PageRequest, slug: str, edit: str) -> HttpResponse:
    """Stop an edit; answer its card as it is now, or go back to the gallery without htmx."""
    opened = fetch.door(request.user, slug, Action.CANCEL)
    found = pipeline_cancel.cancel(fetch.edit_to_cancel(opened, edit))
    if not request.htmx:
        return redirect("gallery", slug=slug)
    (card,) = gallery.edit_cards(opened, only=found)
    context = {"project": opened.project, "edit": card, "is_answer": True}
    return render(request, "components/edit_card.html", context)
