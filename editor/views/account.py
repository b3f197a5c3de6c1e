"""Signing in, up and out: allauth's views, with this house's manners around them."""

from allauth.account import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from editor.forms.manners import mannered
from editor.services import accounts, setup, two_step

_confirm_address = allauth_views.ConfirmEmailVerificationCodeView.as_view(
    template_name="account/address_code.html"
)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponseBase:
    """Sign in; an instance without any account is set up first."""
    if setup.needed():
        return redirect("setup")
    return mannered(
        request,
        allauth_views.login(request),
        signup_is_open=accounts.signup_is_open(),
        passkeys_work=two_step.passkeys_work(request),
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def signup(request: HttpRequest) -> HttpResponseBase:
    """Make an account where strangers may; an instance without any is set up first."""
    if setup.needed():
        return redirect("setup")
    return mannered(request, allauth_views.signup(request))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def address_code(request: HttpRequest) -> HttpResponseBase:
    """Take the code that was mailed to a new address, at sign-up or when it changes."""
    return mannered(request, _confirm_address(request))


@require_http_methods(["GET", "HEAD", "POST"])
def reauthenticate(request: HttpRequest) -> HttpResponseBase:
    """Ask for the password again before something that cannot be taken back."""
    return mannered(request, allauth_views.reauthenticate(request))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def logout(request: HttpRequest) -> HttpResponseBase:
    """Sign out; a GET asks first."""
    response: HttpResponseBase = allauth_views.logout(request)
    return response
