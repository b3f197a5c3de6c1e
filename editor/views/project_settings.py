"""A project's name, its rest in the archive, and its end; for owners."""

from http import HTTPStatus

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from editor.access import fetch
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.focus import focus_first_error
from editor.forms.project_settings import DeleteForm, RenameForm
from editor.http import PageRequest
from editor.pipeline.cancel import cancel_open
from editor.services import projects as service
from editor.services import trash


@require_http_methods(["GET", "HEAD", "POST"])
def project_settings(request: PageRequest, slug: str) -> HttpResponse:
    """Show the settings; POST renames."""
    # An archived project has settings too: there it is restored or deleted.
    action = Action.SETTINGS if request.method == "POST" else Action.ARCHIVE
    opened = fetch.door(request.user, slug, action)
    form = RenameForm(initial={"name": opened.project.name})
    if request.method == "POST":
        form = RenameForm(request.POST)
        if form.is_valid():
            service.rename(door=opened, name=form.cleaned_data["name"])
            messages.success(request, _("The project has a new name."))
            return redirect("project_settings", slug=slug)
        focus_first_error(form)
    context = _context(opened) | {"form": form, "can_rename": opened.may(Action.SETTINGS)}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "project_settings/project_settings.html", context, status=status)


def _context(opened: Door) -> dict[str, object]:
    return {
        "door": opened,
        "project": opened.project,
        "grace_days": trash.grace().days,
        "can_budget": opened.may(Action.BUDGET),
    }


@require_POST
def archive(request: PageRequest, slug: str) -> HttpResponse:
    """Let the project rest."""
    opened = fetch.door(request.user, slug, Action.ARCHIVE)
    service.archive(door=opened)
    messages.success(request, _("“%(name)s” is archived.") % {"name": opened.project.name})
    return redirect("project_settings", slug=slug)


@require_POST
def restore(request: PageRequest, slug: str) -> HttpResponse:
    """Take the project out of the archive."""
    opened = fetch.door(request.user, slug, Action.ARCHIVE)
    service.restore(door=opened)
    messages.success(request, _("“%(name)s” is restored.") % {"name": opened.project.name})
    return redirect("gallery", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: PageRequest, slug: str) -> HttpResponse:
    """Say what will happen and ask for the name; then for the password; then delete."""
    opened = fetch.door(request.user, slug, Action.DELETE)
    form = DeleteForm(project_name=opened.project.name)
    if request.method == "POST":
        form = DeleteForm(request.POST, project_name=opened.project.name)
        if form.is_valid():
            response: HttpResponse = _delete(request, opened)
            return response
        focus_first_error(form)
    context = _context(opened) | {"form": form}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "project_settings/delete.html", context, status=status)


@reauthentication_required  # type: ignore[untyped-decorator]
def _delete(request: PageRequest, opened: Door) -> HttpResponse:
    service.delete(door=opened)
    cancel_open(opened.project)
    opened.project.refresh_from_db()
    text = _("“%(name)s” was deleted. It can be restored until %(day)s.") % {
        "name": opened.project.name,
        "day": date_format(trash.gone_at(opened.project.deleted_at)),
    }
    messages.success(request, text)
    return redirect(reverse("projects") + "?show=deleted")


@require_POST
def undelete(request: PageRequest, slug: str) -> HttpResponse:
    """Take a deleted project back."""
    opened = fetch.door_to_deleted(request.user, slug)
    try:
        service.undelete(door=opened)
    except service.TimeIsUp:
        messages.error(request, _("The time to restore this project has ended."))
        return redirect("projects")
    messages.success(request, _("“%(name)s” is restored.") % {"name": opened.project.name})
    return redirect("gallery", slug=slug)
