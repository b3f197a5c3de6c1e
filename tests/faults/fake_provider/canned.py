"""One answer made beforehand, for measuring: no drawing, no JSON, just its bytes."""

from __future__ import annotations

import io
import json
import time

import numpy as np
from PIL import Image

from tests.faults.fake_provider.answers import b64

EDGE = 1024


def body(size: int) -> bytes:
    """Return a plain answer of about so many bytes, with a picture of 1024 x 1024 in it."""
    rows = min(EDGE, size * 3 // 4 // (EDGE * 3))  # noise does not compress
    pixels = np.zeros((EDGE, EDGE, 3), np.uint8)
    pixels[:rows] = np.random.default_rng(7).integers(0, 256, (rows, EDGE, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, "PNG", compress_level=1)
    usage = {
        "input_tokens": 1235,
        "output_tokens": 1756,
        "total_tokens": 2991,
        "input_tokens_details": {"text_tokens": 10, "image_tokens": 1225},
    }
    value = {
        "created": int(time.time()),
        "data": [{"b64_json": b64(out.getvalue())}],
        "size": f"{EDGE}x{EDGE}",
        "quality": "medium",
        "background": "opaque",
        "output_format": "png",
        "usage": usage,
    }
    return json.dumps(value).encode()
