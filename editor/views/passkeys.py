"""Passkeys: adding, naming and removing them, and signing in with one."""

from allauth.mfa.webauthn import views as allauth_views
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from editor.forms.manners import mannered
from editor.services import two_step

_HOME = reverse_lazy("mfa_index")
_add = allauth_views.AddWebAuthnView.as_view(template_name="passkeys/add.html")
_rename = allauth_views.EditWebAuthnView.as_view(
    template_name="passkeys/rename.html", success_url=_HOME
)
_remove = allauth_views.RemoveWebAuthnView.as_view(
    template_name="passkeys/remove.html", success_url=_HOME
)
_confirm = allauth_views.ReauthenticateWebAuthnView.as_view(template_name="passkeys/confirm.html")


@require_http_methods(["GET", "HEAD"])
def passkeys(request: HttpRequest) -> HttpResponseBase:
    """Lead to the page that lists them."""
    return redirect("mfa_index")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponseBase:
    """Let the browser make a passkey and keep it under a name."""
    if not two_step.passkeys_work(request):
        return redirect("mfa_index")
    return mannered(request, _add(request))


@require_http_methods(["GET", "HEAD", "POST"])
def rename(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Call a passkey something else."""
    return mannered(request, _rename(request, pk=pk))


@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponseBase:
    """Ask whether the passkey shall go; POST removes it."""
    return mannered(request, _remove(request, pk=pk))


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def login(request: HttpRequest) -> HttpResponseBase:
    """Sign in with a passkey: GET as JSON gives the question, POST takes the answer."""
    response: HttpResponseBase = allauth_views.login_webauthn(request)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest) -> HttpResponseBase:
    """Ask for a passkey before something that cannot be taken back."""
    return mannered(request, _confirm(request))
