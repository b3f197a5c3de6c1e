"""From a call to a queued edit: pictures taken in, engine chosen, wish submitted once."""

from __future__ import annotations

import hashlib
import json
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from editor.api import errors, fields, refusals, served
from editor.api.errors import ApiError
from editor.imaging.focus import UNFRAMED, Framing
from editor.pipeline import submit
from editor.pipeline.intents import ApiCall
from editor.services import arrivals
from editor.services.engines import planning_registry

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from django.http import HttpRequest

    from editor.access.fetch import Door
    from editor.api.auth import Caller
    from editor.api.call import Call, EditCall, File
    from editor.api.served import Served
    from editor.models import Edit, Picture
    from editor.services.masks import Painted

KEY_LENGTH: Final = 255
# code of a refused submission -> status, code and field of the answer.
REFUSED: Final[dict[str, tuple[HTTPStatus, str, str | None]]] = {
    "prompt_missing": (HTTPStatus.BAD_REQUEST, "missing_required_parameter", "prompt"),
    "prompt_too_long": (HTTPStatus.BAD_REQUEST, "string_above_max_length", "prompt"),
    "needs_mask": (HTTPStatus.BAD_REQUEST, "missing_required_parameter", "mask"),
    "unknown_engine": (HTTPStatus.NOT_FOUND, "model_not_found", "model"),
    "cannot_be_sent": (HTTPStatus.BAD_REQUEST, "invalid_value", None),
    "idempotency_mismatch": (HTTPStatus.UNPROCESSABLE_ENTITY, "idempotency_mismatch", None),
}
BUDGET: Final = frozenset({"over_budget", "price_unknown"})


@dataclass(frozen=True, slots=True)
class Intent:
    """What the headers say about the call: its own key, and whether an SDK sends it again."""

    key: str = ""
    repeats: bool = False


def place[Asked: Call](
    caller: Caller, asked: Asked, intent: Intent, as_edit: Callable[[Asked, Served], EditCall]
) -> tuple[Edit, EditCall]:
    """Return the edit of a call, queued now or by the call that this one repeats, and its own call.

    `as_edit` makes an edit of what was asked. Raises ApiError, media.DiskFull.
    """
    chosen = served.resolve(caller.door.project, asked.model)
    fields.check(asked, chosen.abilities, chosen.name)
    call = as_edit(asked, chosen)
    found, painted = _taken_in(caller, call)
    wish = wish_of(caller, call, intent, chosen, found, painted)
    return _submitted(caller.door, wish), call


def wish_of(
    caller: Caller,
    call: EditCall,
    intent: Intent,
    chosen: Served,
    found: Sequence[Picture],
    painted: Painted | None,
) -> submit.Wish:
    """Return what a call means, with its pictures and its mask as they were kept."""
    return submit.Wish(
        picture=found[0],
        engine=chosen.engine_id,
        prompt=call.prompt,
        mask=painted,
        idem_key=idem_key(caller, intent),
        parameters=_parameters(call, chosen),
        inputs=tuple(found[1:]),
        framing=_framing(call, chosen),
        call=ApiCall(caller.key, _extra(call), repeats=intent.repeats and not intent.key),
    )


def intent_of(request: HttpRequest) -> Intent:
    """Return what the headers say. Raises ApiError."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > KEY_LENGTH:
        raise errors.invalid(None, f"Idempotency-Key is longer than {KEY_LENGTH} characters.")
    again = request.headers.get("x-stainless-retry-count", "0")
    return Intent(key, repeats=again.isdecimal() and again.strip("0") != "")


def _submitted(door: Door, wish: submit.Wish) -> Edit:
    try:
        return submit.submit(door=door, wish=wish, registry=planning_registry())
    except submit.SubmitRefused as refused:
        raise _refusal(refused) from refused
    except submit.NotAgreed as question:
        raise refusals.not_agreed(question.host) from question


def _taken_in(caller: Caller, call: EditCall) -> tuple[list[Picture], Painted | None]:
    """Keep the pictures in the project; one that is there already is that one."""
    try:
        return arrivals.take_in(door=caller.door, files=call.images, mask=call.mask)
    except arrivals.ArrivalRefused as refused:
        if refused.which == arrivals.MASK:
            raise _mask_refused(refused) from refused
        several = len(call.images) > 1
        param = f"image[{refused.which}]" if several else "image"
        raise errors.not_a_picture(param, refused.message) from refused


def _mask_refused(refused: arrivals.ArrivalRefused) -> ApiError:
    code = "invalid_value" if refused.code in {"mask_size", "mask_empty"} else "invalid_image_file"
    return errors.invalid("mask", refused.message, code)


def idem_key(caller: Caller, intent: Intent) -> str:
    """Return the key of the intent, unlike any that another program or a page may send."""
    if not intent.key:
        return f"api-{secrets.token_hex(24)}"
    return "api-" + hashlib.sha256(f"{caller.key.pk} {intent.key}".encode()).hexdigest()[:48]


def _framing(call: EditCall, chosen: Served) -> Framing:
    """How much is shown of the picture, and how the answer is put in."""
    if not chosen.engine.redraws:  # it changes nothing but what is painted, at full size
        return UNFRAMED
    return Framing(
        feather=call.feather or UNFRAMED.feather,
        whole=call.focus == "off",
        protect=call.protect == "strict",
        # An address is one of a result.
        awaited=call.protect == "off" and call.response_format == "url",
    )


def _parameters(call: EditCall, chosen: Served) -> dict[str, Any]:
    """The parameters that the engine takes: the files that we make of its answer are ours.

    What nobody protects is handed on as it comes, so that size and format are the engine's then.
    """
    is_raw = chosen.engine.redraws and call.protect == "off"
    asked = {
        "n": call.n if call.n > 1 else None,
        "quality": call.quality,
        "background": call.background,
        "input_fidelity": call.input_fidelity,
        "moderation": call.moderation,
        "partial_images": call.partial_images or None,
        "size": f"{call.size[0]}x{call.size[1]}" if call.size and is_raw else None,
        "output_format": call.output_format if is_raw else None,
        "output_compression": call.output_compression if is_raw else None,
    }
    known = {name for name, value in asked.items() if value is not None}
    if not chosen.engine.redraws:
        known &= {"n"} if chosen.abilities.n_max > 1 else set()
    return {name: asked[name] for name in sorted(known)}


def _extra(call: EditCall) -> str:
    """What an answer must be like that an engine is not told, and which mask came."""
    facts = [call.size, call.output_format, call.output_compression, call.response_format]
    return json.dumps([*facts, call.stream, call.protect, call.user, _digest(call.mask)])


def _digest(file: File | None) -> str:
    if file is None:
        return ""
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    return digest.hexdigest()


def _refusal(refused: submit.SubmitRefused) -> ApiError:
    if refused.code in BUDGET:
        return refusals.over_budget(refused.message)
    status, code, param = REFUSED.get(
        refused.code, (HTTPStatus.BAD_REQUEST, refused.code, "prompt")
    )
    return ApiError(status, refused.message, code=code, param=param)
