"""Answers each request in one of a few lasting threads, from the first middleware to the view.

All our views are plain functions. Under Django's own ASGI handler every middleware hands such a
request to a thread and takes it back, and each request gets a thread, and so a database
connection, of its own: for a page that only asks "anything new?" that was half of the work.
"""

import asyncio
import contextvars
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.handlers.asgi import ASGIHandler
from django.core.signals import request_started
from django.db import close_old_connections, reset_queries
from django.http import HttpRequest
from django.http.response import HttpResponseBase


class RequestThreads(ASGIHandler):
    """An ASGI application that runs at most `threads` requests at once; more wait their turn.

    A view that waits for others without a thread (an async one) belongs behind Django's handler.
    """

    def __init__(self, threads: int) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="request")
        super().__init__()
        # Their work is done in `_answer`; as receivers they would cost a change of threads each.
        for receiver in (close_old_connections, reset_queries):
            request_started.disconnect(receiver)

    def load_middleware(self, is_async: bool = False) -> None:  # noqa: FBT001, FBT002  Django's signature
        """Build the chain of middleware for plain functions."""
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, without the thread Django would start for it."""
        await self.handle(scope, receive, send)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in a thread; when the visitor leaves meanwhile, wait until it has ended.

        It still reads the request's files, which are closed as soon as this returns.
        """
        context = contextvars.copy_context()
        loop = asyncio.get_running_loop()
        work = loop.run_in_executor(self._threads, context.run, self._answer, request)
        try:
            return await asyncio.shield(work)
        except asyncio.CancelledError:
            await asyncio.wait([work])
            raise

    def _answer(self, request: HttpRequest) -> HttpResponseBase:
        close_old_connections()
        reset_queries()
        try:
            return self.get_response(request)
        finally:
            close_old_connections()
