"""Refuses what the real model refuses, and settles what was left to it."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PIL import Image, UnidentifiedImageError

from tests.faults.fake_provider.models import LISTED, MODELS, Model, Size
from tests.faults.fake_provider.refusals import Refusal

if TYPE_CHECKING:
    from tests.faults.fake_provider.asks import Ask, Picture

COMMON = {"model", "prompt", "n", "size", "user"}
OPENAI = COMMON | {
    *("quality", "background", "output_format", "output_compression", "moderation", "stream"),
    *("partial_images", "input_fidelity", "safety_identifier"),
}
KNOWN = {
    "openai": OPENAI,
    "localai": {"model", "prompt", "steps"},
    "xai": {"model", "prompt", "n", "aspect_ratio", "resolution", "response_format"},
    "openrouter": {"model", "prompt", "n", "aspect_ratio", "resolution", "size", "quality",
                   "output_format", "output_compression", "background", "stream"},
}  # fmt: skip
TYPES = {"image/png", "image/jpeg", "image/webp"}
IMAGE_BYTES = 50 * 1024 * 1024
STEP, EDGE, RATIO, LEAST, MOST = 16, 3840, 3.0, 655_360, 8_294_400


@dataclass(frozen=True, slots=True)
class Job:
    """An ask that was found good, with every value settled."""

    ask: Ask
    model: Model
    size: Size
    n: int = 1
    quality: str = "medium"
    fidelity: str = "low"
    background: str = "opaque"
    output_format: str = "png"
    compression: int = 100
    partials: int = 0
    as_url: bool = False
    sizes: tuple[Size, ...] = field(default=())

    @property
    def usage(self) -> dict[str, Any] | None:
        """Tokens as a provider counts them; None for one that does not."""
        if not self.model.input_tokens:
            return None
        text = -(-len(self.ask.prompt) // 4)
        image = sum(self.model.image_tokens(size, self.fidelity) for size in self.sizes)
        each = self.model.output_tokens(self.size, self.quality)
        return self._tokens(text, image, self.n * each + 100 * self.partials)

    def share(self, number: int) -> dict[str, Any] | None:
        """What one picture of a stream counts: the first bears all that was sent, and previews."""
        whole = self.usage
        if whole is None:
            return None
        each = self.model.output_tokens(self.size, self.quality)
        if number:
            return self._tokens(0, 0, each)
        sent = whole["input_tokens_details"]
        return self._tokens(sent["text_tokens"], sent["image_tokens"], each + 100 * self.partials)

    def _tokens(self, text: int, image: int, out: int) -> dict[str, Any]:
        return {
            "input_tokens": text + image,
            "output_tokens": out,
            "total_tokens": text + image + out,
            "input_tokens_details": {"text_tokens": text, "image_tokens": image},
        }


def dialect_of(ask: Ask) -> str:
    """Return which kind of service is spoken to."""
    if ask.route == "inpainting":
        return "localai"
    if ask.route == "openrouter":
        return "openrouter"
    model = MODELS.get(ask.model)
    return model.dialect if model else "openai"


def judge(ask: Ask) -> Job:
    """Return the settled job. Raises Refusal."""
    model = _model(ask)
    _transport(ask, model)
    _known(ask, model)
    _prompt(ask, model)
    sizes = _images(ask, model)
    return _settle(ask, model, sizes)


def _model(ask: Ask) -> Model:
    if not ask.model:
        raise missing("model")
    model = MODELS.get(ask.model)
    if model is None or (ask.route == "inpainting") != (model.dialect == "localai"):
        raise Refusal(
            404,
            f"The model '{ask.model}' does not exist or you do not have access to it.",
            code="model_not_found",
            param="model",
        )
    return model


def missing(name: str) -> Refusal:
    """The refusal of a request without this parameter."""
    text = f"Missing required parameter: '{name}'."
    return Refusal(400, text, code="missing_required_parameter", param=name)


def invalid(name: str, text: str) -> Refusal:
    """The refusal of a value."""
    return Refusal(400, f"Invalid value for '{name}': {text}", code="invalid_value", param=name)


def _transport(ask: Ask, model: Model) -> None:
    if model.dialect == "xai" and ask.transport == "multipart":
        raise Refusal(415, "Expected request with `Content-Type: application/json`")
    if model.dialect in {"localai", "vllm", "sglang"} and ask.transport == "json":
        raise Refusal(422, "Field required", code="missing", param="prompt")


def _known(ask: Ask, model: Model) -> None:
    known = KNOWN.get(model.dialect)
    if known is None:
        return  # these take anything, and read what they know
    allowed = known | ({"response_format"} if model.response_format else set())
    for name in ask.fields:
        if name in ask.texts:
            raise Refusal(400, f"Invalid type for '{name}': expected a file.",
                          code="invalid_type", param=name)  # fmt: skip
        if name not in allowed:
            status = 422 if model.dialect == "xai" else 400
            raise Refusal(
                status, f"Unknown parameter: '{name}'.", code="unknown_parameter", param=name
            )


def _prompt(ask: Ask, model: Model) -> None:
    if not ask.prompt.strip():
        raise missing("prompt")
    if len(ask.prompt) > model.prompt_max:
        text = f"Expected at most {model.prompt_max} characters."
        raise Refusal(400, text, code="string_above_max_length", param="prompt")


def _images(ask: Ask, model: Model) -> tuple[Size, ...]:
    if not ask.images:
        raise missing("image")
    if len(ask.images) > model.images_max:
        raise invalid("image", f"at most {model.images_max} pictures.")
    if model.dialect == "openai" and len([p for p in ask.images if p.name == "image"]) > 1:
        text = "Duplicate parameter: 'image'. Use 'image[]' for several."
        raise Refusal(400, text, code="duplicate_parameter", param="image")
    opened = [_opened(picture, model) for picture in ask.images]
    if ask.mask:
        _mask(ask.mask, opened[0], model)
    elif model.dialect == "localai":
        raise missing("mask")
    return tuple(image.size for image in opened)


def _opened(picture: Picture, model: Model) -> Image.Image:
    """The picture's head, read; a broken one is found when it is drawn on."""
    if model.dialect == "openai" and picture.content_type not in TYPES:
        raise Refusal(
            400,
            f"Invalid file '{picture.name}': unsupported mimetype ('{picture.content_type}').",
            code="unsupported_file_mimetype",
            param=picture.name,
        )
    if len(picture.data) >= IMAGE_BYTES:
        raise Refusal(413, "The picture is too large.", param=picture.name)
    try:
        return Image.open(io.BytesIO(picture.data), formats=("PNG", "JPEG", "WEBP"))
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError) as error:
        raise bad_image(picture.name, "cannot be read.") from error


def bad_image(name: str, text: str) -> Refusal:
    """The refusal of a file."""
    return Refusal(400, f"Invalid image file: {text}", code="invalid_image_file", param=name)


def _mask(mask: Picture, image: Image.Image, model: Model) -> None:
    if not model.takes_mask:
        raise Refusal(422 if model.dialect == "xai" else 400, "Unknown parameter: 'mask'.",
                      code="unknown_parameter", param="mask")  # fmt: skip
    opened = _opened(mask, model)
    if opened.format != "PNG":
        raise bad_image("mask", "the mask must be a PNG.")
    if opened.size != image.size:
        raise bad_image("mask", "the mask's size does not match the picture's.")
    if model.dialect == "openai" and "A" not in opened.getbands():
        raise bad_image("mask", "the mask has no alpha channel.")


def _settle(ask: Ask, model: Model, sizes: tuple[Size, ...]) -> Job:
    if model.dialect in {"localai", "vllm", "sglang", "xai", "openrouter"}:
        return _settle_other(ask, model, sizes)
    output_format = _choice(ask, "output_format", model.formats, "png")
    background = _choice(ask, "background", ("transparent", "opaque", "auto"), "auto")
    if background == "transparent" and output_format not in {"png", "webp"}:
        raise invalid("background", f"transparent needs png or webp, not {output_format}.")
    fidelity = _choice(ask, "input_fidelity", model.fidelities, "low")
    _choice(ask, "moderation", ("auto", "low"), "auto")
    quality = _choice(ask, "quality", ("auto", *model.qualities), "auto")
    partials = _number(ask, "partial_images", 0, 3, 0)
    if partials and not ask.streams:
        raise invalid("partial_images", "only with stream.")
    if "output_compression" in ask.fields and output_format not in {"jpeg", "webp"}:
        raise invalid("output_compression", "only for jpeg and webp.")
    return Job(
        ask=ask,
        model=model,
        size=_size(ask, model, sizes[0]),
        n=_number(ask, "n", 1, model.n_max, 1),
        quality="medium" if quality == "auto" else quality,
        fidelity=fidelity,
        background="transparent" if background == "transparent" else "opaque",
        output_format=output_format,
        compression=_number(ask, "output_compression", 0, 100, 100),
        partials=partials,
        as_url=model.response_format and ask.fields.get("response_format", "url") == "url",
        sizes=sizes,
    )


def _settle_other(ask: Ask, model: Model, sizes: tuple[Size, ...]) -> Job:
    """Services that draw at the picture's own size, or at one they choose."""
    wanted = str(ask.fields.get("size") or "")
    size = parse_size(wanted) if model.dialect != "xai" else None
    n = _number(ask, "n", 1, model.n_max, 1)
    default = "b64_json" if model.dialect in {"vllm", "sglang", "openrouter"} else "url"
    return Job(
        ask=ask,
        model=model,
        size=size or sizes[0],
        n=n,
        as_url=ask.fields.get("response_format", default) == "url",
        sizes=sizes,
    )


def _choice(ask: Ask, name: str, choices: tuple[str, ...], default: str) -> str:
    value = ask.fields.get(name)
    if value is None:
        return default
    if not choices:
        text = f"Unknown parameter: '{name}'."
        raise Refusal(400, text, code="unknown_parameter", param=name)
    if value not in choices:
        raise invalid(name, f"'{value}' is none of {', '.join(choices)}.")
    return str(value)


def _number(ask: Ask, name: str, least: int, most: int, default: int) -> int:
    value = ask.fields.get(name)
    if value is None:
        return default
    try:
        number = int(value)
    except (TypeError, ValueError) as error:
        raise invalid(name, "expected an integer.") from error
    if not least <= number <= most:
        raise invalid(name, f"expected {least} to {most}.")
    return number


def parse_size(text: str) -> Size | None:
    """Return "WxH" as numbers; None for what is none."""
    width, cross, height = text.partition("x")
    if cross and width.isascii() and width.isdigit() and height.isascii() and height.isdigit():
        return int(width), int(height)
    return None


def _size(ask: Ask, model: Model, given: Size) -> Size:
    text = str(ask.fields.get("size", "auto"))
    if text == "auto":
        return given if model.any_size else _nearest(given)
    size = parse_size(text)
    if size is None or not _takes(model, size):
        raise invalid("size", f"'{text}' is not supported by {model.id}.")
    return size


def _takes(model: Model, size: Size) -> bool:
    if model.any_size:
        return min(size) > 0
    return size in model.listed if model.listed else is_free_size(size)


def is_free_size(size: Size) -> bool:
    """Whether the newer models draw at this size."""
    width, height = size
    return (
        width % STEP == height % STEP == 0
        and max(size) <= EDGE
        and max(size) <= RATIO * min(size)
        and LEAST <= width * height <= MOST
    )


def _nearest(given: Size) -> Size:
    """The listed size whose shape is nearest."""
    ratio = given[0] / given[1]
    return min(LISTED, key=lambda size: abs(size[0] / size[1] - ratio))
