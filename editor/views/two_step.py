"""Two-step sign-in: the page of an account, the step itself, and its codes."""

from allauth.mfa.base import views as base_views
from allauth.mfa.recovery_codes import views as code_views
from allauth.mfa.totp import views as totp_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from editor.forms.manners import mannered
from editor.http import PageRequest
from editor.services import two_step as service

_overview = base_views.IndexView.as_view(template_name="two_step/two_step.html")
_step = base_views.AuthenticateView.as_view(template_name="two_step/step.html")
_confirm = base_views.ReauthenticateView.as_view(template_name="account/reauthenticate.html")
_activate = totp_views.ActivateTOTPView.as_view(template_name="two_step/activate.html")
_remove = totp_views.DeactivateTOTPView.as_view(template_name="two_step/remove.html")
_codes = code_views.ViewRecoveryCodesView.as_view(template_name="two_step/codes.html")
_new_codes = code_views.GenerateRecoveryCodesView.as_view(template_name="two_step/new_codes.html")


@require_http_methods(["GET", "HEAD"])
def two_step(request: PageRequest) -> HttpResponseBase:
    """Show app, passkeys and recovery codes of the account."""
    return mannered(
        request,
        _overview(request),
        passkeys=service.passkeys(request.user),
        passkeys_work=service.passkeys_work(request),
        localhost_url=service.localhost_url(request),
    )


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest) -> HttpResponseBase:
    """Ask for the second step after the password."""
    response = _step(request)
    data = getattr(response, "context_data", None) or {}
    options = data.get("js_data", {}).get("request_options", {})
    known = options.get("publicKey", {}).get("allowCredentials")
    with_passkey = bool(known) and service.passkeys_work(request)
    return mannered(request, response, with_passkey=with_passkey)


@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Ask for a code before something that cannot be taken back."""
    return mannered(request, _confirm(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def activate(request: HttpRequest) -> HttpResponseBase:
    """Show the secret of a new app and take its first code."""
    return mannered(request, _activate(request))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest) -> HttpResponseBase:
    """Ask whether the app shall go; POST removes it."""
    return mannered(request, _remove(request))


@never_cache
@require_http_methods(["GET"])
def codes(request: HttpRequest) -> HttpResponseBase:
    """Show the recovery codes, once."""
    return mannered(request, _codes(request))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_codes(request: HttpRequest) -> HttpResponseBase:
    """Ask whether new recovery codes shall replace the old; POST makes them."""
    return mannered(request, _new_codes(request))
