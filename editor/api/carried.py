"""Calls with `protect=off` that are sent from here, without a worker in between.

Only the plain ones: one picture and perhaps a mask, both such that a service reads them as we would,
no stream, and nothing in the way (editor.pipeline.carry). All others, and whatever goes wrong before
anything has left, go the usual way: it knows what to say.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from editor.api import answers, fields, holding, placing, served
from editor.api.carriers import carrier
from editor.api.entrance import quick
from editor.engines.base import EditRequest
from editor.engines.errors import EngineError
from editor.models import Edit
from editor.pipeline import carry, prepare, room, spool, submit, wishes
from editor.services import lodging
from editor.services.masks import Painted
from editor.services.pictures import UploadRefused
from editor.services.vault import WrongKey

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from editor.api.auth import Caller
    from editor.api.call import EditCall
    from editor.api.placing import Intent
    from editor.api.served import Served
    from editor.engines.base import Engine
    from editor.engines.registry import EngineSource
    from editor.pipeline.carrier import Carried
    from editor.pipeline.carry import Parcel
    from editor.services.lodging import Lodged

OUTGOING: Final = "as-it-came"


async def answered(
    caller: Caller, call: EditCall, intent: Intent, base_url: str
) -> HttpResponseBase | None:
    """Return the answer of a call that is carried from here; None for one that is not.

    Raises ApiError.
    """
    here = carrier()
    if call.protect == "strict" or call.stream or len(call.images) > 1 or intent.repeats:
        return None
    if not here.has_room:
        return None
    packed = await quick(_packed, caller, call, intent, here.registry)
    if packed is None:
        return None
    carried = await here.carry(*packed)
    if carried is None:
        return None
    early = await quick(_early, carried, call) if carried.answered else None
    if early is None:
        return await holding.held(carried.edit, call, base_url)
    response = answers.response(early)
    holding.mark(response, carried.edit, call)
    return response


def _packed(
    caller: Caller, call: EditCall, intent: Intent, registry: EngineSource
) -> tuple[Parcel, EditRequest] | None:
    """The edit with its files, and what would be sent; None when it must go the usual way."""
    chosen = served.resolve(caller.door.project, call.model)
    fields.check(call, chosen.abilities, chosen.name)
    if chosen.provider is None or _is_known(caller, intent):
        return None
    try:
        engine = registry.engine(chosen.engine_id, chosen.provider)
        if not spool.has_room(engine.max_answer_bytes * room.MOST_AT_ONCE):
            return None
        lodged = lodging.lodge(caller.door, call.images[0], call.mask)
    except (EngineError, WrongKey, UploadRefused):
        return None
    if lodged is None:
        return None
    try:
        parcel = _parcel(caller, call, intent, chosen, engine, lodged)
        request = _request(parcel) if parcel else None
    except BaseException:
        lodged.drop()
        raise
    if parcel is None or request is None:
        lodged.drop()
        return None
    return parcel, request


def _is_known(caller: Caller, intent: Intent) -> bool:
    """Whether the intent came before."""
    if not intent.key:
        return False
    key = placing.idem_key(caller, intent)
    return Edit.objects.filter(actor=caller.door.user, idem_key=key).exists()


def _parcel(
    caller: Caller, call: EditCall, intent: Intent, chosen: Served, engine: Engine, lodged: Lodged
) -> Parcel | None:
    mask = lodged.mask
    painted = Painted(mask.folder, mask.sha256, mask.box, 0) if mask else None
    wish = placing.wish_of(caller, call, intent, chosen, [lodged.picture], painted)
    try:
        wish = replace(wish, prompt=wishes.words(wish.prompt))
        instruction = engine.understand(wish.prompt, has_mask=mask is not None)
        understood = wishes.Understood(wish, engine, chosen.provider, instruction)
        edit = submit.draft(caller.door, understood, mask.box if mask else None)
    except (submit.SubmitRefused, EngineError):
        return None
    edit.idem_key, edit.fingerprint = wish.idem_key, submit.fingerprint_of(wish)
    if chosen.provider is None:
        raise TypeError("our own engine is asked by a worker")
    return carry.Parcel(caller.door, edit, lodged, engine, chosen.provider)


def _request(parcel: Parcel) -> EditRequest | None:
    """What is sent, written beside where the answer will lie; None where it is not taken so."""
    edit, lodged = parcel.edit, parcel.lodged
    folder = spool.open_folder(edit, carry.FENCE)
    image = folder / f"{OUTGOING}.{lodged.picture.extension}"
    mask = folder / f"{OUTGOING}-mask.png"
    lodged.write(image, mask)
    request = EditRequest(
        image=image,
        mask=mask if lodged.mask else None,
        prompt=edit.prompt,
        instruction=edit.instruction,
        seed=edit.seed,
        work=folder,
        size=None,
        fields=edit.plan["fields"],
        user=prepare.pseudonym(edit.actor_id),
    )
    if parcel.engine.forward(request):
        return request
    spool.clear(edit, carry.FENCE)
    return None


def _early(carried: Carried, call: EditCall) -> answers.Answer | None:
    return answers.handed_on(carried.edit, carried.attempt, call)
