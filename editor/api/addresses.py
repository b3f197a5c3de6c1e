"""Addresses of results that open for an hour without a key, as `response_format=url` wants them."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING, Final

from django.conf import settings
from django.core import signing
from django.core.exceptions import DisallowedHost
from django.urls import reverse

if TYPE_CHECKING:
    from django.http import HttpRequest

    from editor.engines.plans import Size

SALT: Final = "editor.api.result"
OPEN_SECONDS: Final = 3600


class Closed(Exception):
    """The address was never ours, or its hour is over."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A picture as it is to be sent."""

    picture: str
    image_format: str
    size: Size
    quality: int | None


def base_url(request: HttpRequest) -> str:
    """Return what addresses begin with: as the client called us, if that is a name of ours."""
    try:
        return request.build_absolute_uri("/").rstrip("/")
    except DisallowedHost:
        return str(settings.BASE_URL)


def signed(wanted: Wanted, base: str) -> str:
    """Return an address that nobody can guess, and that says what it opens."""
    token = signing.dumps(astuple(wanted), salt=SALT)
    return base + reverse("result", args=[token], urlconf="editor.api.urls")


def opened(token: str) -> Wanted:
    """Return what an address opens. Raises Closed."""
    try:
        picture, image_format, size, quality = signing.loads(token, salt=SALT, max_age=OPEN_SECONDS)
    except signing.BadSignature as error:
        raise Closed from error
    return Wanted(picture, image_format, (size[0], size[1]), quality)
