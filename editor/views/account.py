"""Signing in and out: allauth's views, with this house's manners around them."""

from http import HTTPStatus

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from editor.forms.focus import focus_first_error
from editor.services import setup


@login_not_required
def login(request: HttpRequest) -> HttpResponseBase:
    """Sign in; an instance without any account is set up first."""
    if setup.needed():
        return redirect("setup")
    return _unprocessable(request, allauth_views.login(request))


@login_not_required
def signup(request: HttpRequest) -> HttpResponseBase:
    """Make an account where strangers may; an instance without any is set up first."""
    if setup.needed():
        return redirect("setup")
    return _unprocessable(request, allauth_views.signup(request))


def reauthenticate(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password again before something that cannot be taken back."""
    return _unprocessable(request, allauth_views.reauthenticate(request))


logout = allauth_views.logout


def _unprocessable(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A form that comes back with messages is 422 here; allauth answers 200."""
    if request.method == "POST" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        form = (getattr(response, "context_data", None) or {}).get("form")
        if form is not None:
            focus_first_error(form)
    return response
