"""What every view of the programming interface begins with: which method it takes."""

from __future__ import annotations

from functools import wraps
from typing import TYPE_CHECKING, Any

from editor.api import refusals

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from django.http import HttpRequest
    from django.http.response import HttpResponseBase


def method[View: Callable[..., Coroutine[Any, Any, HttpResponseBase]]](
    allowed: str,
) -> Callable[[View], Callable[..., Coroutine[Any, Any, HttpResponseBase]]]:
    """Let only calls of one method through; others are told which. HEAD goes where GET does."""

    def guard(view: View) -> Callable[..., Coroutine[Any, Any, HttpResponseBase]]:
        @wraps(view)
        async def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            asked = "GET" if request.method == "HEAD" else request.method
            if asked != allowed:
                raise refusals.wrong_method(request.method or "", allowed)
            return await view(request, *args, **kwargs)

        return guarded

    return guard
