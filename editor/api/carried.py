"""Calls with `protect=off` that are sent from here, without a worker in between.

Only the plain ones: one picture and perhaps a mask, both such that a service reads them as we would,
no stream, and nothing in the way (editor.pipeline.carry). All others, and whatever goes wrong before
anything has left, go the usual way: it knows what to say.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from editor.api import answers, fields, holding, parse, placing, served
from editor.api.entrance import quick
from editor.api.lately import Lately
from editor.engines.base import EditRequest
from editor.engines.errors import EngineError
from editor.engines.plans import Plan
from editor.models import Edit
from editor.pipeline import carry, prepare, room, spool, submit, wishes
from editor.services import consents, lodging, media
from editor.services.masks import Painted
from editor.services.vault import WrongKey

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase

    from editor.api.auth import Caller
    from editor.api.call import EditCall
    from editor.api.placing import Intent
    from editor.api.served import Served
    from editor.engines.base import Answer, Engine
    from editor.engines.registry import EngineSource
    from editor.models import Project, Provider
    from editor.pipeline.carrier import Carrier
    from editor.pipeline.carry import Parcel
    from editor.services.lodging import Lodged

OUTGOING: Final = "as-it-came"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a name means: a model of a provider, and the engine that sends to it."""

    served: Served
    provider: Provider
    engine: Engine


_lately: Final = Lately[tuple[int, str, int], Asked | None](seconds=1.0)
_agreed: Final = Lately[tuple[int, int, str], bool](seconds=1.0)


@dataclass(frozen=True, slots=True)
class Packed:
    """An edit with its files, ready to be sent."""

    parcel: Parcel
    request: EditRequest


def pack(caller: Caller, call: EditCall, intent: Intent, here: Carrier) -> Packed | None:
    """Return what would be sent of a call; None when it must go the usual way.

    Then nothing of it is left. Raises ApiError, media.DiskFull.
    """
    if not (_is_plain(call, intent) and here.has_room) or _is_known(caller, intent):
        return None
    try:
        asked = _asked(caller.door.project, call.model, here.registry)
        if asked is None or not (
            room.for_carrying(asked.engine) and _is_agreed(caller, asked.provider)
        ):
            return None
        fields.check(call, asked.served.abilities, asked.served.name)
        lodged = lodging.lodge(caller.door, call.images[0], call.mask)
    except (EngineError, WrongKey):
        return None
    packed = None
    try:
        packed = _packed(caller, call, intent, asked, lodged) if lodged else None
    except OSError as error:
        if error.errno in parse.NO_SPACE:
            raise media.DiskFull from error
        raise
    finally:
        if lodged and packed is None:
            lodged.drop()
    return packed


def _is_plain(call: EditCall, intent: Intent) -> bool:
    """Whether a call wants no more than one picture, sent and handed on as it comes, once."""
    as_it_comes = call.protect == "off" and call.response_format != "url" and not call.stream
    return as_it_comes and len(call.images) == 1 and not intent.repeats


async def answered(
    packed: Packed, call: EditCall, base_url: str, here: Carrier
) -> HttpResponseBase | None:
    """Return the answer of a call that was packed; None if it must go the usual way after all.

    Raises ApiError.
    """
    sender = _Sender(packed.parcel.edit, call)
    try:
        carried = await here.carry(packed.parcel, packed.request, sender)
        if carried is None:
            return None
        answer = await sender.answer() if carried.answered else None
    finally:
        sender.leave()
    if answer is None:
        return await holding.held(carried.edit, call, base_url)
    response = answers.response(answer)
    holding.mark(response, carried.edit, call)
    return response


class _Sender:
    """Reads the answer of its call while that is made safe and written down."""

    def __init__(self, edit: Edit, call: EditCall) -> None:
        self._edit, self._call = edit, call
        self._is_gone = False
        self._reading: asyncio.Task[answers.Answer | None] | None = None

    def begun(self) -> None:
        """What came is not needed any more, and the wait may be long."""
        self._call.close()

    def arrived(self, answer: Answer) -> None:
        """Open the file now: it gets another name."""
        if self._is_gone:
            return
        with suppress(OSError):
            file = answer.file.open("rb", buffering=0)
            reading = quick(answers.handed_on, self._edit, file, answer.head, self._call)
            self._reading = asyncio.create_task(reading)
            self._reading.add_done_callback(lambda _task: file.close())

    async def answer(self) -> answers.Answer | None:
        """Return what came; None if it cannot be handed on."""
        return await self._reading if self._reading else None

    def leave(self) -> None:
        """Want nothing any more."""
        self._is_gone = True
        if self._reading:
            self._reading.cancel()


def _asked(project: Project, name: str, registry: EngineSource) -> Asked | None:
    """Whom a name means; None for our own engine. Raises ApiError, EngineError, WrongKey.

    What changes of a provider in this moment is found at the gate (editor.pipeline.carry).
    """

    def find() -> Asked | None:
        chosen = served.resolve(project, name)
        if chosen.provider is None:
            return None
        engine = registry.engine(chosen.engine_id, chosen.provider)
        return Asked(chosen, chosen.provider, engine)

    return _lately.get((project.pk, name, id(registry)), find)


def _is_agreed(caller: Caller, provider: Provider) -> bool:
    """Whether the member knows where the pictures go: else not even a connection is made."""
    user, host = caller.door.user.pk, consents.host_of(provider)
    key = (provider.pk, user, host)
    return _agreed.get(key, lambda: consents.covers(provider, user, host))


def _is_known(caller: Caller, intent: Intent) -> bool:
    """Whether the intent came before."""
    if not intent.key:
        return False
    key = placing.idem_key(caller, intent)
    return Edit.objects.filter(actor=caller.door.user, idem_key=key).exists()


def _packed(
    caller: Caller, call: EditCall, intent: Intent, asked: Asked, lodged: Lodged
) -> Packed | None:
    mask, engine = lodged.mask, asked.engine
    painted = Painted(mask.folder, mask.sha256, mask.box, 0) if mask else None
    wish = placing.wish_of(caller, call, intent, asked.served, [lodged.picture], painted)
    try:
        wish = replace(wish, prompt=wishes.words(wish.prompt))
        instruction = engine.understand(wish.prompt, has_mask=mask is not None)
        understood = wishes.Understood(wish, engine, asked.provider, instruction)
        edit = submit.draft(caller.door, understood, mask.box if mask else None)
    except (submit.SubmitRefused, EngineError):
        return None
    if Plan.from_json(edit.plan).size not in {None, (lodged.kind.width, lodged.kind.height)}:
        return None  # it is to be scaled
    edit.idem_key, edit.fingerprint = wish.idem_key, submit.fingerprint_of(wish)
    parcel = carry.Parcel(caller.door, edit, lodged, engine, asked.provider)
    try:
        request = _request(parcel)
        # Here, and not in the one thread that writes for everybody.
        lodged.put.wait()
    except BaseException:
        spool.clear(edit, carry.FENCE)
        raise
    return Packed(parcel, request) if request else None


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
        # Else nobody would find there what is handed on (spool.keep_answer).
        lodged.put.along(folder.parent, folder.parent.parent)
        return replace(request, as_it_is=True)
    spool.clear(edit, carry.FENCE)
    return None
