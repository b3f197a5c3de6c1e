"""The answer of an engine as it came: looked at, compared, or used without protection."""

import logging
from http import HTTPStatus
from pathlib import Path

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from editor.access import fetch
from editor.access.roles import Action
from editor.http import PageRequest, plain, stream_file, waits_for_sandbox
from editor.imaging.sandbox.errors import JobCrashed, JobRejected
from editor.services import media, raw_answers, render_cache

logger = logging.getLogger(__name__)
YEAR_SECONDS = 31_536_000


@waits_for_sandbox("GET")
@require_GET
def show(request: PageRequest, slug: str, picture: str) -> HttpResponseBase:
    """Send what a result's answer shows; the bytes that came are never sent."""
    opened = fetch.door(request.user, slug, Action.PREVIEW)
    try:
        file = raw_answers.shown(fetch.picture(opened, picture))
    except render_cache.Gone as gone:
        raise Http404 from gone
    except (JobRejected, JobCrashed):
        return _unreadable(picture)
    except media.DiskFull:
        return _no_room()
    return _for_ever(file)


@require_GET
def heat(request: PageRequest, slug: str, picture: str) -> HttpResponseBase:
    """Send where the answer changed what is protected: the lighter, the more."""
    opened = fetch.door(request.user, slug, Action.PREVIEW)
    return _for_ever(raw_answers.heat(fetch.picture(opened, picture)))


def _for_ever(file: Path | None) -> HttpResponseBase:
    """What came of an answer never changes. Raises Http404 when there is nothing."""
    if file is None:
        raise Http404
    response = stream_file(file, content_type="image/webp")
    patch_cache_control(response, private=True, max_age=YEAR_SECONDS, immutable=True)
    return response


@waits_for_sandbox("POST")
@require_POST
def use(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Make a version of the answer as it came, and show it."""
    opened = fetch.door(request.user, slug, Action.EDIT)
    found = fetch.live_picture(opened, picture)
    if not raw_answers.can_be_taken(found):
        raise Http404
    try:
        made = raw_answers.take(door=opened, picture=found)
    except (JobRejected, JobCrashed):
        return _unreadable(picture)
    except media.DiskFull:
        return _no_room()
    return redirect("version", slug=slug, picture=made.public_id)


def _unreadable(picture: str) -> HttpResponse:
    """Its bytes are foreign: that they are not read says nothing against the studio."""
    logger.warning("the answer kept with picture %s cannot be read", picture, exc_info=True)
    text = _("The answer as it came cannot be read any more. The version itself is unharmed.")
    return plain(text, HTTPStatus.UNPROCESSABLE_ENTITY)


def _no_room() -> HttpResponse:
    text = _("The server's disk is full. Tell the administrator. Nothing was made.")
    return plain(text, HTTPStatus.INSUFFICIENT_STORAGE)
