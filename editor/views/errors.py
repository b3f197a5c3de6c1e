"""Error pages in our look.

A member who is refused keeps the account menu; 400 and 500 ask the database nothing, which may be
what is broken.
"""

import sys
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from editor.http import plain
from editor.pipeline.outcome import is_full

CSRF_FAILED = "X-Csrf-Failed"


def _page(
    request: HttpRequest, status: HTTPStatus, heading: str, text: str, *, for_member: bool = False
) -> HttpResponse:
    if "HX-Request" in request.headers:
        return plain(f"{heading}. {text}", status)
    context = {"status": status.value, "heading": heading, "text": text}
    # Without the request no context processor runs, so that nobody looks up the user.
    asked = request if for_member else None
    return HttpResponse(render_to_string("errors/error.html", context, asked), status=status)


@login_not_required
def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the request makes no sense."""
    return _page(
        request,
        HTTPStatus.BAD_REQUEST,
        _("This request cannot be understood"),
        _("Go back and try again; if you followed a link, it may be damaged."),
    )


@login_not_required
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: a member without the right; the reason is given when the refusal has one."""
    reason = str(exception) if isinstance(exception, PermissionDenied) else ""
    return _page(
        request,
        HTTPStatus.FORBIDDEN,
        _("You may not do that here"),
        reason or _("Ask an owner of the project for another role."),
        for_member=True,
    )


@login_not_required
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: nothing here, or nothing for this visitor; the two look the same."""
    return _page(
        request,
        HTTPStatus.NOT_FOUND,
        _("There is nothing here"),
        _("The address is wrong, or you are not a member of this project."),
        for_member=True,
    )


@login_not_required
def too_many_requests(request: HttpRequest) -> HttpResponse:
    """429: allauth's limits; all of them count the last five minutes."""
    response = _page(
        request,
        HTTPStatus.TOO_MANY_REQUESTS,
        _("Too many attempts"),
        _("To protect accounts, this is held up after many attempts. Try again in five minutes."),
        for_member=True,
    )
    response.headers["Retry-After"] = str(settings.RATE_LIMIT_SECONDS)
    return response


@login_not_required
def server_error(request: HttpRequest) -> HttpResponse:
    """500: our mistake; 507 if it is the disk's, as for an upload that fills it before it is ours."""
    if is_full(sys.exception()):
        return _page(
            request,
            HTTPStatus.INSUFFICIENT_STORAGE,
            _("The server's disk is full"),
            _("Tell the administrator. What you sent just now was not kept."),
        )
    return _page(
        request,
        HTTPStatus.INTERNAL_SERVER_ERROR,
        _("Something broke on our side"),
        _("Nothing you saved is lost. Try again in a moment; if it stays, tell the administrator."),
    )


@login_not_required
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form's token is missing or old; the header tells scripts which 403 it is."""
    response = _page(
        request,
        HTTPStatus.FORBIDDEN,
        _("This form has expired"),
        _("The page was open for too long. Reload it and send again. Cookies must be allowed."),
        for_member=True,
    )
    response.headers[CSRF_FAILED] = "1"
    return response
