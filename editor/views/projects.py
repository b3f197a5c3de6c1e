"""All projects of a member, and the form for another."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from editor.forms.projects import ProjectForm, ProjectsQuery
from editor.http import PageRequest
from editor.models import User
from editor.services import projects as service
from editor.services import trash
from editor.services.projects import Shelf

SEARCH_FROM = 9


@require_http_methods(["GET", "HEAD", "POST"])
def projects(request: PageRequest) -> HttpResponse:
    """List projects; POST makes one and goes there."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = service.create(owner=request.user, name=form.cleaned_data["name"])
        return redirect("gallery", slug=project.slug)
    asked = ProjectsQuery(request.GET).asked
    context = _context(request.user, asked["show"], asked["q"]) | {
        "form": form,
        "dialog_open": form.is_bound or "new" in request.GET,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "projects/projects.html", context, status=status)


def _context(user: User, shelf: Shelf, query: str) -> dict[str, object]:
    counts = service.counts(user)
    shows_deleted = shelf == Shelf.DELETED
    return {
        "shelf": shelf.value,
        "query": query,
        "counts": {name.value: count for name, count in counts.items()},
        "shows_shelves": bool(counts[Shelf.ARCHIVED] or counts[Shelf.DELETED])
        or shelf != Shelf.ACTIVE,
        "shows_search": bool(query) or counts[shelf] >= SEARCH_FROM,
        "cards": [] if shows_deleted else service.cards(user, shelf=shelf, query=query),
        "gone": service.deleted(user, query=query) if shows_deleted else [],
        "grace_days": trash.grace().days,
    }
