"""Where every call comes in and every answer goes out: routed, numbered, and in the envelope."""

import logging
import secrets
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Protocol

from django.core.exceptions import BadRequest, PermissionDenied
from django.db import DatabaseError, close_old_connections, reset_queries
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve

from editor.api import refusals
from editor.api.errors import ApiError
from editor.api.json_answer import refusal
from editor.http import run_whole
from editor.services.media import DiskFull
from editor.services.writing_turn import writing_turn

URLS = "editor.api.urls"
# What only asks the database, and what may wait for a child process that opens a picture. Each
# thread keeps a database connection (docs/operations.md).
QUICK_THREADS, PENS, SLOW_THREADS = 4, 1, 5
_quick = ThreadPoolExecutor(QUICK_THREADS, thread_name_prefix="api")
# One thread writes what many wait for together; more would only wait for each other's locks.
_pen = ThreadPoolExecutor(PENS, thread_name_prefix="api-pen")
_slow = ThreadPoolExecutor(SLOW_THREADS, thread_name_prefix="slow-api")
closing = ThreadPoolExecutor(1, thread_name_prefix="close-api")
log = logging.getLogger(__name__)


def new_id() -> str:
    """Return a name for one call, by which it is found in the log."""
    return f"req_{secrets.token_hex(12)}"


async def quick[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what asks the database in one of a few threads."""
    return await run_whole(_quick, _with_fresh_connection, function, *args, **kwargs)


async def penned[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what is done for many at once, one after the other."""
    return await run_whole(_pen, _with_fresh_connection, _in_turn, function, *args, **kwargs)


async def slow[**P, T](function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Run what may wait for the sandbox: it never keeps what is quick waiting."""
    return await run_whole(_slow, _with_fresh_connection, function, *args, **kwargs)


def _in_turn(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    with writing_turn():
        return function(*args, **kwargs)


def _with_fresh_connection(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    close_old_connections()
    reset_queries()
    try:
        return function(*args, **kwargs)
    finally:
        close_old_connections()


class Begun(Protocol):
    """What a view does before there is a body."""

    @property
    def has_failed(self) -> bool:
        """Whether there is nothing but a refusal to be told."""

    async def caller(self) -> object:
        """Wait for what comes of it. Raises that refusal."""


class Visit:
    """One call: begun when its head is there, answered when all of it is.

    What a view can do without a body is its `begin`.
    """

    def __init__(self, request: HttpRequest) -> None:
        self.identity = new_id()
        self._request = request
        self._found: ResolverMatch | Exception
        self._begun: Begun | None = None
        try:
            self._found = _found(request)
            if begin := getattr(self._found.func, "begin", None):
                self._begun = begin(request)
        except Exception as error:  # noqa: BLE001  it is told when its turn comes
            self._found = error

    @property
    def wants_body(self) -> bool:
        """Whether the call is not known by now to be refused."""
        return not (isinstance(self._found, Exception) or (self._begun and self._begun.has_failed))

    async def is_refused(self) -> bool:
        """Return whether the call is refused, whatever its body may be."""
        if self._begun:
            try:
                await self._begun.caller()
            except Exception as error:  # noqa: BLE001  it is told by `answer`
                self._found = error
        return isinstance(self._found, Exception)

    async def answer(self) -> HttpResponseBase:
        """Answer; whatever goes wrong, in the envelope."""
        try:
            if isinstance(self._found, Exception):
                raise self._found
            view, args, kwargs = self._found
            response: HttpResponseBase = await view(self._request, *args, **kwargs)
        except ApiError as error:
            response = refusal(error)
        except Exception as error:  # noqa: BLE001  every answer is ours
            response = refusal(_translated(error, self.identity))
        response["x-request-id"] = self.identity
        if isinstance(response, HttpResponse):
            response["Content-Length"] = str(len(response.content))
        response["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Cache-Control", "no-store")
        return response


def _found(request: HttpRequest) -> ResolverMatch:
    method = request.method or ""
    try:
        found = resolve(request.path_info, urlconf=URLS)
    except Resolver404:
        raise refusals.no_such_path(method, request.path_info) from None
    allowed: str = vars(found.func)["allowed"]  # editor.api.calls
    if allowed != ("GET" if method == "HEAD" else method):
        raise refusals.wrong_method(method, allowed)
    return found


def _translated(error: Exception, identity: str) -> ApiError:
    """What the caller is told of an error that knows nothing of calls; the rest is logged."""
    if isinstance(error, Http404):
        return refusals.not_found()
    if isinstance(error, PermissionDenied):
        return refusals.forbidden(str(error))
    if isinstance(error, BadRequest):
        return ApiError(HTTPStatus.BAD_REQUEST, str(error), code="invalid_value")
    if isinstance(error, DiskFull):
        return refusals.disk_full()
    log.exception("call %s broke off", identity, exc_info=error)
    if isinstance(error, DatabaseError):
        return refusals.unavailable()
    return refusals.internal(identity)
