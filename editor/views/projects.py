"""All projects of a member, and the form for another."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from editor.forms.projects import ProjectForm
from editor.http import PageRequest
from editor.services import projects as service


@require_http_methods(["GET", "HEAD", "POST"])
def projects(request: PageRequest) -> HttpResponse:
    """List projects; POST makes one and goes there."""
    form = ProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        project = service.create(owner=request.user, name=form.cleaned_data["name"])
        return redirect("gallery", slug=project.slug)
    context = {
        "form": form,
        "cards": service.cards(request.user),
        "dialog_open": form.is_bound or "new" in request.GET,
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "projects/projects.html", context, status=status)
