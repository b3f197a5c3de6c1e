"""`POST /v1/images/generations`: a picture from words alone, by engines that can."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.api import addresses, parse, placing, stream
from editor.api.auth import needs_key
from editor.api.calls import method
from editor.api.entrance import quick, slow
from editor.api.generations import as_edit
from editor.api.holding import held
from editor.models import Scope

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from editor.api.auth import ApiRequest


@method("POST")
@needs_key(Scope.EDIT)
async def generations(request: ApiRequest) -> HttpResponseBase:
    """Draw and answer with the pictures. Raises ApiError, media.DiskFull."""
    intent = placing.intent_of(request)
    asked = await quick(parse.generation_call, request)
    edit, call = await slow(placing.place, request.caller, asked, intent, as_edit)
    return await held(edit, call, addresses.base_url(request), events=stream.GENERATION)
