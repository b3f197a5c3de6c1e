"""One edit as a peer's task does it: send a picture, keep the answer. Runs in the peers' venv."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import httpx

URL = os.environ["BENCH_URL"]
CROP = Path(os.environ["BENCH_CROP"])
MASK = Path(os.environ["BENCH_MASK"])
OUT = Path(os.environ["BENCH_OUT"])


def edit(number: int) -> None:
    """Post crop and mask, write the picture and sync it."""
    with CROP.open("rb") as crop, MASK.open("rb") as mask:
        answer = httpx.post(
            f"{URL}/images/edits",
            headers={"Authorization": "Bearer sk-fake"},
            data={"model": "quick-image", "prompt": f"edit {number}", "size": "512x512"},
            files={
                "image": ("crop.png", crop, "image/png"),
                "mask": ("mask.png", mask, "image/png"),
            },
            timeout=60,
        )
    answer.raise_for_status()
    with (OUT / f"{number}.png").open("wb") as file:
        file.write(base64.b64decode(answer.json()["data"][0]["b64_json"]))
        file.flush()
        os.fsync(file.fileno())
