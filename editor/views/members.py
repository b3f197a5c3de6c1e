"""Who belongs to a project, and what each of them may do."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import trigger_client_event

from editor.access import fetch, words
from editor.access.fetch import Door
from editor.access.roles import Action
from editor.forms.focus import focus_first_error
from editor.forms.members import AddMemberForm, MembersQuery, RoleForm
from editor.http import PageRequest
from editor.models import Membership, Role
from editor.services import members as service

SEARCH_FROM = 12


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def members(request: PageRequest, slug: str) -> HttpResponse:
    """List the members, or only those found for htmx; POST adds one."""
    action = Action.MANAGE_MEMBERS if request.method == "POST" else Action.LIST_MEMBERS
    opened = fetch.door(request.user, slug, action)
    if request.method == "POST":
        return _add(request, opened)
    context = _context(request, opened, AddMemberForm())
    is_search = request.htmx and not request.htmx.history_restore_request
    part = "#list" if is_search else ""
    return render(request, f"members/members.html{part}", context)


def _add(request: PageRequest, opened: Door) -> HttpResponse:
    form = AddMemberForm(request.POST)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.is_valid():
        data = form.cleaned_data
        try:
            made = service.add(door=opened, email=data["email"], role=Role(data["role"]))
        except service.AddRefused as error:
            form.refuse(error)
            if isinstance(error, service.TooManyMisses):
                status = HTTPStatus.TOO_MANY_REQUESTS
        else:
            messages.success(request, _("%(name)s was added.") % {"name": made.user})
            return redirect("members", slug=opened.project.slug)
    focus_first_error(form)
    context = _context(request, opened, form)
    return render(request, "members/members.html", context, status=status)


def _context(request: PageRequest, opened: Door, form: AddMemberForm) -> dict[str, object]:
    wanted = MembersQuery(request.GET).asked
    people = service.people(door=opened, query=wanted["q"], number=wanted["page"])
    return _rights(opened) | {
        "form": form,
        "query": wanted["q"],
        "people": people,
        "shows_search": people.total >= SEARCH_FROM,
        "roles_table": words.table(),
    }


def _rights(opened: Door) -> dict[str, object]:
    return {
        "door": opened,
        "project": opened.project,
        "roles": Role.choices,
        "can_manage": opened.may(Action.MANAGE_MEMBERS),
        "can_read_emails": opened.may(Action.READ_EMAILS),
    }


@require_POST
def role(request: PageRequest, slug: str, member: int) -> HttpResponse:
    """Give a member another role; answer the row for htmx, else go back to the list."""
    opened = fetch.door(request.user, slug, Action.MANAGE_MEMBERS)
    membership = fetch.membership(opened, member)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return _row(request, opened, membership, error=_("Choose a role from the list."))
    wanted = Role(form.cleaned_data["role"])
    try:
        changed = service.change_role(door=opened, membership=membership, role=wanted)
    except service.LastOwner:
        return _row(request, opened, membership, error=_no_owner())
    except service.OwnRole:
        text = _("Nobody changes their own role. Another owner can.")
        return _row(request, opened, membership, error=text)
    return _row(request, opened, changed)


def _row(
    request: PageRequest, opened: Door, membership: Membership, *, error: str = ""
) -> HttpResponse:
    changed = _("%(name)s now has the role “%(role)s”.") % {
        "name": membership.user,
        "role": membership.get_role_display(),
    }
    if not request.htmx and not error:
        messages.success(request, changed)
        return redirect("members", slug=opened.project.slug)
    context = _rights(opened) | {"membership": membership, "error": error}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    if not request.htmx:
        return render(request, "members/refused.html", context, status=status)
    response = render(request, "members/members.html#row", context, status=status)
    toast = {"text": error or changed, "error": bool(error)}
    return trigger_client_event(response, "toast", toast)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def remove(request: PageRequest, slug: str, member: int) -> HttpResponse:
    """Ask, then take a member out."""
    opened = fetch.door(request.user, slug, Action.MANAGE_MEMBERS)
    membership = fetch.membership(opened, member)
    if membership.user_id == request.user.pk:
        return redirect("leave_project", slug=slug)
    context = _rights(opened) | {"membership": membership}
    if request.method != "POST":
        part = "#question" if request.htmx else ""
        return render(request, f"members/remove.html{part}", context)
    try:
        service.remove(door=opened, membership=membership)
    except service.LastOwner:
        return _refused(request, context)
    messages.success(request, _("%(name)s was removed.") % {"name": membership.user})
    return redirect("members", slug=slug)


@require_http_methods(["GET", "HEAD", "POST"])
@vary_on_headers("HX-Request")
def leave(request: PageRequest, slug: str) -> HttpResponse:
    """Ask, then take oneself out; the last owner is told what to do first."""
    opened = fetch.door(request.user, slug, Action.LEAVE)
    context = _rights(opened)
    if request.method != "POST":
        part = "#question" if request.htmx else ""
        context["is_last_owner"] = service.is_last_owner(opened)
        return render(request, f"members/leave.html{part}", context)
    try:
        service.leave(door=opened)
    except service.LastOwner:
        return _refused(request, context)
    messages.success(request, _("You left %(name)s.") % {"name": opened.project.name})
    return redirect("projects")


def _refused(request: PageRequest, context: dict[str, object]) -> HttpResponse:
    context["error"] = _no_owner()
    return render(request, "members/refused.html", context, status=HTTPStatus.CONFLICT)


def _no_owner() -> str:
    return _("A project needs an owner who can sign in. Make somebody else an owner first.")
