"""The first visit: no account exists yet, so the visitor makes the administrator."""

from http import HTTPStatus

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from editor.forms.focus import focus_first_error
from editor.forms.setup import SetupForm
from editor.services import setup as service

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_not_required
@never_cache
@sensitive_post_parameters("password1", "password2", "token")
@require_http_methods(["GET", "HEAD", "POST"])
def setup(request: HttpRequest) -> HttpResponse:
    """Make the first account and go to its first project; once one exists, go to the login."""
    if not service.needed():
        return redirect("account_login")
    form = SetupForm(request.POST or None, asks_token=service.token() is not None)
    if request.method == "POST" and form.is_valid():
        return _create(request, form)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    if form.is_bound:
        focus_first_error(form)
    return render(request, "setup/setup.html", {"form": form}, status=status)


def _create(request: HttpRequest, form: SetupForm) -> HttpResponse:
    data = form.cleaned_data
    try:
        user, project = service.create_administrator(
            email=data["email"], password=data["password1"]
        )
    except service.AlreadySetUp:
        return redirect("account_login")
    login(request, user, backend=BACKEND)
    return redirect("gallery", slug=project.slug)
