"""From a request to what it asks for: synchronous, and the one door that bodies come in by."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

from django.conf import settings

from editor.api import errors, fields, jsonbody, multipart, refusals
from editor.api.call import EditCall, GenerationCall, VariationCall
from editor.services import media

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.http import HttpRequest

    from editor.api.body import Body

NO_SPACE: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def edit_call(request: HttpRequest) -> EditCall:
    """What a call of images/edits asks for. Raises ApiError; then no file of it is left.

    The files of what is returned are its own: close it.
    """
    return _made(request, _edit)


def generation_call(request: HttpRequest) -> GenerationCall:
    """What a call of images/generations asks for. Raises ApiError."""
    return _made(request, _generation)


def variation_call(request: HttpRequest) -> VariationCall:
    """What a call of images/variations asks for; close it. Raises ApiError."""
    return _made(request, _variation)


def _made[Made](request: HttpRequest, make: Callable[[Body], Made]) -> Made:
    try:
        media.check_room(settings.SCRATCH_DIR)
        body = _read(request)
        # Its files are their own, and the wait may be long: nothing of it is held meanwhile.
        request.close()
    except media.DiskFull:
        raise refusals.disk_full() from None
    except OSError as error:
        if error.errno in NO_SPACE:
            raise refusals.disk_full() from None
        raise
    try:
        return make(body)
    except BaseException:
        body.close()
        raise


def _read(request: HttpRequest) -> Body:
    kind = request.content_type
    if kind == "multipart/form-data":
        return multipart.read(request)
    if kind == "application/json":
        return jsonbody.read(request)
    raise errors.ApiError(
        415,
        "Unsupported content type. Send multipart/form-data or application/json.",
        code="unsupported_content_type",
    )


def _edit(body: Body) -> EditCall:
    if body.has_markup:
        raise errors.invalid(
            "markup",
            "'markup' is not supported. Mark what should change with 'mask'.",
            "unsupported_parameter",
        )
    if not body.pictures:
        raise missing_pictures(body)
    if len(body.masks) > 1:
        raise errors.repeated("mask")
    wishes = fields.common(body) | fields.of_edits(body)
    return EditCall(
        images=tuple(body.pictures),
        mask=body.masks[0] if body.masks else None,
        ignored=fields.ignored(body),
        **wishes,
    )


def _generation(body: Body) -> GenerationCall:
    wishes = fields.common(body)
    if body.pictures or body.masks:
        body.unread.add(body.picture_field)
    body.close()
    return GenerationCall(ignored=fields.ignored(body), **wishes)


def _variation(body: Body) -> VariationCall:
    if not body.pictures:
        raise missing_pictures(body)
    if len(body.pictures) > 1:
        raise errors.repeated(body.picture_field, "A variation is made of one picture.")
    for mask in body.masks:
        mask.close()
    wishes = fields.common(body, has_prompt=False)
    return VariationCall(image=body.pictures[0], ignored=fields.ignored(body), **wishes)


def missing_pictures(body: Body) -> errors.ApiError:
    """There is nothing to edit; how pictures are sent depends on the body."""
    name = body.picture_field
    how = "a file" if name == "image" else "a list of objects with image_url"
    return errors.missing(name, f"Missing required parameter: '{name}', {how}.")
