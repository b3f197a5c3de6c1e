"""An edit's answer as the provider would send it: one JSON object, or events of a stream."""

from __future__ import annotations

import base64
import io
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PIL import Image, ImageFilter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.faults.fake_provider.rules import Job

TYPES = {"png": "image/png", "jpeg": "image/jpeg", "webp": "image/webp"}


def b64(data: bytes) -> str:
    """Return base64 without line breaks."""
    return base64.b64encode(data).decode()


def data_url(data: bytes, output_format: str = "png") -> str:
    """Return the picture as an address that holds it."""
    return f"data:{TYPES[output_format]};base64,{b64(data)}"


@dataclass(frozen=True, slots=True)
class Answer:
    """The pictures of a job, encoded, and where they can be fetched once if it asked for that."""

    job: Job
    files: tuple[bytes, ...]
    urls: tuple[str, ...] = ()

    @property
    def facts(self) -> dict[str, str]:
        """What was settled, as echoed with every picture."""
        job = self.job
        return {
            "size": f"{job.size[0]}x{job.size[1]}",
            "quality": job.quality,
            "background": job.background,
            "output_format": job.output_format,
        }

    def to_json(self) -> dict[str, Any]:
        """The body of a plain answer, in the words of the model's service."""
        data = [{"url": url} for url in self.urls] or [{"b64_json": b64(f)} for f in self.files]
        value: dict[str, Any] = {"created": int(time.time()), "data": data}
        match self.job.model.dialect:
            case "openai":
                value |= self.facts
            case "sglang":
                nothing = {"revised_prompt": None, "file_path": None}
                value |= {"id": self.job.ask.id, "data": [item | nothing for item in data]}
            case "vllm":
                value["data"] = [item | {"url": None, "revised_prompt": None} for item in data]
        if usage := self.job.usage:
            value["usage"] = usage
        return value

    def partials(self) -> Iterator[dict[str, Any]]:
        """The previews: the first picture, sharper each time."""
        for index in range(self.job.partials):
            yield {
                "type": "image_edit.partial_image",
                "b64_json": b64(_preview(self.files[0], self.job, 8 >> index)),
                "partial_image_index": index,
                "created_at": int(time.time()),
                **self.facts,
            }

    def completed(self) -> Iterator[dict[str, Any]]:
        """The last events, one for each picture."""
        for number, file in enumerate(self.files):
            yield {
                "type": "image_edit.completed",
                "b64_json": b64(file),
                "created_at": int(time.time()),
                **self.facts,
                "usage": self.job.share(number),
            }


def _preview(file: bytes, job: Job, radius: int) -> bytes:
    out = io.BytesIO()
    blurred = Image.open(io.BytesIO(file)).convert("RGB").filter(ImageFilter.BoxBlur(radius))
    blurred.save(out, job.output_format.upper())
    return out.getvalue()


def event(value: dict[str, Any], newline: str = "\n", *, named: bool = True) -> bytes:
    """Return one event as it stands on the wire."""
    lines = [f"event: {value['type']}"] if named else []
    lines.append(f"data: {json.dumps(value)}")
    return (newline.join(lines) + newline * 2).encode()
