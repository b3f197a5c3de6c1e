"""`POST /v1/images/edits`: an edit of the first picture, as its mask and a prompt say."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django.conf import settings

from editor.api import addresses, carried, parse, placing
from editor.api.auth import needs_key
from editor.api.calls import method
from editor.api.carriers import carrier
from editor.api.entrance import quick, slow
from editor.api.holding import held
from editor.models import Scope
from editor.pipeline.carrier import forget

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from editor.api.auth import ApiRequest
    from editor.api.call import EditCall
    from editor.api.carried import Packed
    from editor.api.placing import Intent
    from editor.api.served import Served
    from editor.pipeline.carrier import Carrier


@method("POST")
@needs_key(Scope.EDIT)
async def edits(request: ApiRequest, deployment: str = "") -> HttpResponseBase:
    """Take an edit and answer with its pictures; `deployment` is the model's name at Azure.

    Raises ApiError, media.DiskFull.
    """
    intent, home = placing.intent_of(request), addresses.base_url(request)
    # Pictures may be named by their address, and are fetched then.
    read = slow if settings.API_FETCH_URLS else quick
    here = carrier()
    waiting: list[Packed] = []
    try:
        call, packed = await read(_read, request, deployment, intent, here, waiting)
    except BaseException:
        # Whoever hung up meanwhile leaves nothing.
        for one in waiting:
            forget(one.parcel)
        raise
    try:
        if packed and (response := await carried.answered(packed, call, home, here)):
            return response
        edit, call = await slow(placing.place, request.caller, call, intent, _as_asked)
    finally:
        call.close()
    return await held(edit, call, home)


def _read(
    request: ApiRequest, deployment: str, intent: Intent, here: Carrier, waiting: list[Packed]
) -> tuple[EditCall, Packed | None]:
    """The call, and what is sent of it from here if it need not go the usual way; that waits."""
    call = parse.edit_call(request)
    if deployment:
        call = replace(call, model=deployment)
    try:
        packed = carried.pack(request.caller, call, intent, here)
        waiting += [packed] if packed else []
        return call, packed
    except BaseException:
        call.close()
        raise


def _as_asked(call: EditCall, _chosen: Served) -> EditCall:
    return call
