"""Answers each request in one of a few lasting threads, from the first middleware to the view.

All our views are plain functions. Under Django's own ASGI handler every middleware hands such a
request to a thread and takes it back, and each request gets a thread, and so a database
connection, of its own: for a page that only asks "anything new?" that was half of the work.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from asgiref.sync import ThreadSensitiveContext
from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve

from editor.http import run_whole


class RequestThreads(ASGIHandler):
    """An ASGI application that runs at most so many requests at once; more wait their turn.

    What may wait for the sandbox (editor.http.waits_for_sandbox) has `slow` threads, everything
    else `quick` ones: neither can take the other's. A view that waits for others without a thread
    (an async one) belongs behind Django's handler.
    """

    def __init__(self, *, quick: int, slow: int) -> None:
        self._quick = ThreadPoolExecutor(quick, thread_name_prefix="request")
        self._slow = ThreadPoolExecutor(slow, thread_name_prefix="slow-request")
        self._closing = ThreadPoolExecutor(1, thread_name_prefix="close-request")
        super().__init__()
        # Their work is done in `_answer`; as receivers they would cost a change of threads each.
        for receiver in (close_old_connections, reset_queries):
            request_started.disconnect(receiver)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Build the chain of middleware for plain functions."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, without the thread Django would start to close each response.

        One lasting thread closes them all: that never waits for anything.
        """
        async with ThreadSensitiveContext(executor=self._closing):
            await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in a thread; for a visitor who left only what has begun is ended."""
        threads = self._slow if _waits_for_sandbox(request) else self._quick
        return await run_whole(threads, self._answer, request)

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        reset_queries()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()


def _waits_for_sandbox(request: HttpRequest) -> bool:
    try:
        view = resolve(request.path_info).func
    except Resolver404:
        return False
    return request.method in getattr(view, "waits_for_sandbox", ())
