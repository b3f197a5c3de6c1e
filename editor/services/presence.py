"""Notes when a session was last used, at the price of nearly nothing."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from editor.services import sessions

# Pages ask these by themselves, whether or not anybody sits before them.
QUIET = {"pulse"}


class Presence(MiddlewareMixin):
    """Each process writes once in five minutes for each session, and nothing in between."""

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> None:
        """Run after the login was checked; pages open to all are not counted."""
        if not getattr(view, "login_required", True) or _is_quiet(request):
            return
        if sessions.is_due(request.session.session_key):
            sessions.note_seen(request)


def _is_quiet(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.url_name in QUIET
