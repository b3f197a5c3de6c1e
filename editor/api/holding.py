"""A call is held until the pictures of its edit are there.

The edit goes on whatever becomes of the call: its result is in the gallery, and a client that calls
again joins it (reliability.md 4.8).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.http import StreamingHttpResponse

from editor.api import answers, failures, stream
from editor.api.entrance import slow
from editor.api.errors import ApiError
from editor.api.waiting import hall
from editor.models import TERMINAL_STATES, UNDECIDED_STATES, Edit, State
from editor.services import render_cache

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from django.http.response import HttpResponseBase

    from editor.api.answers import Answer
    from editor.api.call import EditCall

ENDS: Final = TERMINAL_STATES | UNDECIDED_STATES
EVENT_STREAM: Final = "text/event-stream"


async def held(
    edit: Edit, call: EditCall, base_url: str, *, events: str = stream.EDIT
) -> HttpResponseBase:
    """Answer a call once its edit has come to rest, or with a stream of such events at once.

    Raises ApiError.
    """
    response: HttpResponseBase
    if call.stream:
        steps = outcome(edit, call, base_url)
        response = StreamingHttpResponse(
            stream.events(edit, call, steps, events), content_type=EVENT_STREAM
        )
        # A proxy that collects the answer first would hold back what shows that we are at it.
        response["X-Accel-Buffering"] = "no"
        response["Cache-Control"] = "no-cache"
    else:
        response = answers.response(await _within_reason(edit, call, base_url))
    mark(response, edit, call)
    return response


def mark(response: HttpResponseBase, edit: Edit, call: EditCall) -> None:
    """Say which edit an answer is of, and which fields of the call nobody knew."""
    response["x-pentimento-edit"] = edit.public_id
    if call.ignored:
        response["x-pentimento-ignored"] = ", ".join(call.ignored)


async def _within_reason(edit: Edit, call: EditCall, base_url: str) -> Answer:
    """Wait for the answer, but not for ever. Raises ApiError, which names the edit."""
    try:
        async with asyncio.timeout(settings.API_WAIT_SECONDS):
            async for step in outcome(edit, call, base_url):
                if step is not None:
                    return step
        raise failures.gone()
    except TimeoutError:
        error = failures.too_slow(settings.API_WAIT_SECONDS)
        raise named(error, edit) from None
    except ApiError as error:
        raise named(error, edit) from None


def named(error: ApiError, edit: Edit) -> ApiError:
    """The error with the edit that it is about."""
    error.headers = {**error.headers, "x-pentimento-edit": edit.public_id}
    return error


async def outcome(edit: Edit, call: EditCall, base_url: str) -> AsyncIterator[Answer | None]:
    """Yield None for each change of the edit, and at last its answer. Raises ApiError."""
    is_raw = answers.is_as_it_came(edit)
    async for seen in hall().changes(edit.pk):
        if seen is None:
            raise failures.gone()
        if seen.state in ENDS:
            yield await slow(_ended, edit.pk, call, base_url)
            return
        early = None
        if is_raw and seen.state == State.RECEIVED:
            early = await slow(answers.early, edit, call)
        yield early
        if early is not None:
            return


def _ended(pk: int, call: EditCall, base_url: str) -> Answer:
    edit = Edit.objects.select_related("picture").filter(pk=pk).first()
    if edit is None:
        raise failures.gone()
    if edit.state != State.SUCCEEDED:
        raise failures.failure(edit)
    try:
        return answers.of(edit, call, base_url)
    except (answers.ResultGone, render_cache.Gone) as gone:
        raise failures.result_gone() from gone
