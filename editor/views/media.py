"""Pixels on their way to the browser: previews, the full picture, downloads."""

from __future__ import annotations

from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from editor.access import fetch
from editor.access.roles import Action
from editor.forms.first_error import first_error
from editor.forms.media import DownloadForm
from editor.http import PageRequest, plain, stream_file, waits_for_sandbox
from editor.imaging.sandbox.errors import JobRejected, SandboxError
from editor.services import intake_texts, media, partials, previews, render_cache, renders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from editor.models import Picture

PREVIEW_SIZES = (320, 1280)
ORIGINAL_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "avif": "image/avif",
    "heic": "image/heic",
}
RENDERED_TYPES = {f".{end}": f"image/{name}" for name, end in renders.EXTENSIONS.items()}
YEAR_SECONDS = 31_536_000
# A preview's address names what was seen last; the next one has another.
PARTIAL_SECONDS = 3600


def _for_ever(response: HttpResponseBase) -> HttpResponseBase:
    """A picture's pixels never change; only its reader may keep them."""
    patch_cache_control(response, private=True, max_age=YEAR_SECONDS, immutable=True)
    return response


@require_GET
def preview(request: PageRequest, slug: str, picture: str, size: int) -> HttpResponseBase:
    """Send the 320 or 1280 px preview."""
    if size not in PREVIEW_SIZES:
        raise Http404
    opened = fetch.door(request.user, slug, Action.PREVIEW)
    found = fetch.picture(opened, picture)
    try:
        with _shown(found):
            file = previews.file(found, size)
    except media.DiskFull:
        return _no_room()
    return _for_ever(stream_file(file, content_type="image/webp"))


@contextmanager
def _shown(picture: Picture) -> Iterator[None]:
    """Raises Http404 for a picture that is known to be broken, or that nobody has read and is."""
    if picture.is_broken:
        raise Http404
    try:
        yield
    except SandboxError as error:
        if picture.is_unread:
            raise Http404 from error
        raise


@waits_for_sandbox("GET")
@require_GET
def full(request: PageRequest, slug: str, picture: str) -> HttpResponseBase:
    """Send the picture at full size in sRGB, compressed for the screen."""
    opened = fetch.door(request.user, slug, Action.PREVIEW)
    found = fetch.picture(opened, picture)
    try:
        with _shown(found):
            file = renders.screen(found)
    except render_cache.Gone as gone:
        raise Http404 from gone
    except media.DiskFull:
        return _no_room()
    return _for_ever(stream_file(file, content_type=RENDERED_TYPES[file.suffix]))


@waits_for_sandbox("GET")
@require_GET
def download(request: PageRequest, slug: str, picture: str) -> HttpResponseBase:
    """Send the picture as a file: format, size and quality as asked for, EXIF if wanted."""
    # What the camera wrote is for those who may have the file that it wrote.
    action = Action.DOWNLOAD_ORIGINAL if request.GET.get("exif") else Action.DOWNLOAD
    found = fetch.picture(fetch.door(request.user, slug, action), picture)
    form = DownloadForm(request.GET, longest=max(found.width, found.height))
    if not form.is_valid():
        return plain(first_error(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    wanted = form.cleaned_data
    image_format, side = wanted["format"] or "png", wanted["side"]
    try:
        file = renders.export(
            found, image_format, side=side, quality=wanted["quality"], camera=wanted["camera"]
        )
    except render_cache.Gone as gone:
        raise Http404 from gone
    except JobRejected as refused:
        text = intake_texts.refusal(refused.code, refused.params, refused.message)
        return plain(text, HTTPStatus.UNPROCESSABLE_ENTITY)
    except media.DiskFull:
        return _no_room()
    name = renders.file_name(found, image_format, side)
    return stream_file(file, content_type=f"image/{image_format}", filename=name)


def _no_room() -> HttpResponse:
    text = _("The server's disk is full. Tell the administrator. The file was not made.")
    return plain(text, HTTPStatus.INSUFFICIENT_STORAGE)


@require_GET
def mask(request: PageRequest, slug: str, edit: str) -> HttpResponseBase:
    """Send the mask of an edit as it is kept: grey, 255 = edit, cropped to what is painted."""
    opened = fetch.door(request.user, slug, Action.PREVIEW)
    found = fetch.edit(opened, edit)
    if found.mask is None or found.mask.is_unread:
        raise Http404
    return _for_ever(stream_file(media.path(found.mask.file), content_type="image/png"))


@waits_for_sandbox("GET")
@require_GET
def partial(request: PageRequest, slug: str, edit: str) -> HttpResponseBase:
    """Send the newest unfinished preview of an edit."""
    opened = fetch.door(request.user, slug, Action.PREVIEW)
    found = fetch.edit(opened, edit)
    try:
        file = partials.newest(found)
    except media.DiskFull:
        return _no_room()
    if file is None:
        raise Http404
    response = stream_file(file, content_type="image/webp")
    patch_cache_control(response, private=True, max_age=PARTIAL_SECONDS)
    return response


@require_GET
def original(request: PageRequest, slug: str, picture: str) -> HttpResponseBase:
    """Send the bytes as uploaded, metadata and all: for owners and editors."""
    opened = fetch.door(request.user, slug, Action.DOWNLOAD_ORIGINAL)
    found = fetch.picture(opened, picture)
    if not found.is_original:
        raise Http404
    name = f"{found.stem}.{found.extension}"
    return stream_file(
        media.path(found.original_file),
        content_type=ORIGINAL_TYPES[found.extension],
        filename=name,
    )
