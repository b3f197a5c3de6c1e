"""Loaded by schemathesis: where its document asks for a picture, it sends one."""

from __future__ import annotations

import schemathesis
from hypothesis import strategies

from tests.making import as_bytes, make_image

PICTURE = as_bytes(make_image(32, 24, mode="RGBA"))

for kind in ("image/png", "image/jpeg", "image/webp", "application/octet-stream"):
    schemathesis.openapi.media_type(kind, strategies.just(PICTURE))
