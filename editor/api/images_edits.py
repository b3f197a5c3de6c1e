"""`POST /v1/images/edits`: an edit of the first picture, as its mask and a prompt say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from editor.api import addresses, carried, parse, placing
from editor.api.auth import needs_key
from editor.api.calls import method
from editor.api.entrance import quick, slow
from editor.api.holding import held
from editor.models import Scope

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from editor.api.auth import ApiRequest
    from editor.api.call import EditCall
    from editor.api.served import Served


@method("POST")
@needs_key(Scope.EDIT)
async def edits(request: ApiRequest, deployment: str = "") -> HttpResponseBase:
    """Take an edit and answer with its pictures; `deployment` is the model's name at Azure.

    Raises ApiError, media.DiskFull.
    """
    intent = placing.intent_of(request)
    # Pictures may be named by their address, and are fetched then.
    read = slow if settings.API_FETCH_URLS else quick
    call = await read(parse.edit_call, request)
    if deployment:
        call = replace(call, model=deployment)
    home = addresses.base_url(request)
    try:
        if response := await carried.answered(request.caller, call, intent, home):
            return response
        edit, call = await slow(placing.place, request.caller, call, intent, _as_asked)
    finally:
        call.close()
    return await held(edit, call, home)


def _as_asked(call: EditCall, _chosen: Served) -> EditCall:
    return call
