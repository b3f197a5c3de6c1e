"""What calls may hold, as JSON Schema: forms and JSON bodies, from the tables that read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from editor.api import fields, pictures
from editor.imaging.focus import FEATHERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

type Schema = dict[str, Any]

# Not said: what clients write where they mean nothing at all.
UNSAID: Final[Schema] = {"$ref": "#/components/schemas/Unsaid"}
FLAG_IN_A_FORM: Final = "^([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee]|1|0)$"
# Only the character that ends a text in C has no place in one; a prompt has to say something.
TEXT: Final = r"^[^\u0000]*$"
PROMPT: Final = r"^[^\u0000]*[^\s\u0000-\u001f\u0085\u00a0][^\u0000]*$"
DATA_URL: Final = "^data:image/(png|jpeg|webp);base64,"

# Edges of 16 to 8192 pixels, which is what fields.LEAST_EDGE and MOST_EDGE say.
EDGE: Final = "(1[6-9]|[2-9][0-9]|[1-9][0-9]{2}|[1-7][0-9]{3}|80[0-9]{2}|81[0-8][0-9]|819[0-2])"
SIZE: Final = f"^(auto|{EDGE}x{EDGE})$"

# What does not go together, whatever the model.
RAISED: Final[Schema] = {
    "anyOf": [{"const": True}, {"type": "string", "pattern": "^([Tt][Rr][Uu][Ee]|1)$"}]
}
RULES: Final[Sequence[Schema]] = (
    {
        "description": "A transparent background needs png or webp.",
        "required": ["background", "output_format"],
        "properties": {
            "background": {"const": "transparent"},
            "output_format": {"const": "jpeg"},
        },
    },
    {
        "description": "output_compression needs jpeg or webp.",
        "required": ["output_compression"],
        "properties": {
            "output_compression": {"type": "integer", "maximum": 99},
            "output_format": {"not": {"enum": ["jpeg", "webp"]}},
        },
    },
    {
        "description": "partial_images needs stream.",
        "required": ["partial_images"],
        "properties": {
            "partial_images": {"type": "integer", "minimum": 1},
            "stream": {"not": RAISED},
        },
    },
)

PROMPT_SAID: Final = "What should change. The built-in engine reads English."
MODEL_SAID: Final = "A name that `GET /models` lists; without one, `default`."
SIZE_SAID: Final = (
    "`auto`: the picture's own size, however large. `WIDTHxHEIGHT`: exactly that size, scaled to "
    "cover it and cropped at the centre. A model of a provider takes only sizes that it draws."
)
FOCUS_SAID: Final = (
    "An extension. `auto`: the model is shown the part around the mask, as large as it draws. "
    "`off`: the whole picture."
)
PROTECT_SAID: Final = (
    "An extension. `strict`: outside the mask every pixel stays. `off`: the model's answer as it "
    "came, for the whole picture; without effect on the built-in engine, which always protects."
)
FEATHER_SAID: Final = (
    "An extension: where new passes into old. `inside` the mask's edge, `centred` on it, or `hard`."
)
IMAGE_SAID: Final = (
    f"PNG, JPEG or WebP, 1 to {pictures.MOST}: repeat `image[]` or `image`, or number them "
    "(`image[0]`, `image.0`, `images[]`). The first is edited, the others are shown to the model."
)
MASK_SAID: Final = (
    "PNG or WebP with an alpha channel, of the first picture's width and height: where it is "
    "transparent, the picture may change. Without one all of it may."
)


def schemas() -> dict[str, Schema]:
    """Return the bodies that calls may have."""
    return {
        "Unsaid": {
            "enum": ["", "null", None],
            "description": "The same as leaving the field out.",
        },
        "ImageReference": _reference(),
        "EditForm": _form(_edit(), {"image": _files(IMAGE_SAID), "mask": _file(MASK_SAID)}),
        "EditJson": _edit_json(),
        "GenerationJson": _json(dict(_common(prompt=True)), ["prompt"]),
        "VariationForm": _form(dict(_common(prompt=False)), {"image": _file("One picture.")}),
    }


def _edit() -> dict[str, Schema]:
    return dict(_common(prompt=True)) | {
        "input_fidelity": _word(fields.FIDELITIES, "Where the model knows it."),
        "focus": _word(("auto", "off"), FOCUS_SAID, default="auto"),
        "protect": _word(("strict", "off"), PROTECT_SAID, default="strict"),
        "feather": _word(FEATHERS, FEATHER_SAID),
    }


def _common(*, prompt: bool) -> Iterator[tuple[str, Schema]]:
    """What all calls have, by the names of the wire."""
    if prompt:
        said = _text(fields.PROMPT_LENGTH, PROMPT_SAID, pattern=PROMPT)
        yield "prompt", said | {"minLength": 1, "not": {"const": "null"}}
    yield "model", _text(fields.NAME_LENGTH, MODEL_SAID)
    yield "n", _whole(1, 10, "How many pictures.", default=1)
    yield "size", _text(fields.NAME_LENGTH, SIZE_SAID, pattern=SIZE)
    yield "quality", _word(fields.QUALITIES, "A word that the model knows; else 400.")
    yield "background", _word(fields.BACKGROUNDS, "`transparent` needs png or webp.")
    yield "moderation", _word(fields.MODERATIONS, "Where the model knows it.")
    yield "output_format", _word(fields.FORMATS, "The file's format.", default="png")
    yield "output_compression", _whole(0, 100, "For jpeg and webp.")
    yield "partial_images", _whole(0, 3, "Previews before the answer; needs `stream`.", default=0)
    yield "stream", {"type": "boolean", "description": "Answer as events.", "default": False}
    yield "response_format", _word(fields.ANSWERS, "`url` opens for an hour.", default="b64_json")
    yield "safety_identifier", _text(fields.USER_LENGTH, "Who the call is for, as a hash.")
    yield "user", _text(fields.USER_LENGTH, "The former name of `safety_identifier`.")


def _text(most: int, said: str, *, pattern: str = TEXT) -> Schema:
    return {"type": "string", "maxLength": most, "description": said, "pattern": pattern}


def _word(words: Sequence[str], said: str, *, default: str | None = None) -> Schema:
    found: Schema = {"type": "string", "enum": list(words), "description": said}
    return found | ({"default": default} if default else {})


def _whole(least: int, most: int, said: str, *, default: int | None = None) -> Schema:
    found: Schema = {"type": "integer", "minimum": least, "maximum": most, "description": said}
    return found if default is None else found | {"default": default}


def _file(said: str) -> Schema:
    return {"type": "string", "format": "binary", "description": said}


def _files(said: str) -> Schema:
    return {"type": "array", "items": _file("A picture."), "minItems": 1,
            "maxItems": pictures.MOST, "description": said}  # fmt: skip


def _form(known: Mapping[str, Schema], files: Mapping[str, Schema]) -> Schema:
    """A form: everything is text, and nothing may be said in several ways."""
    properties = {
        name: schema if name == "prompt" else _or_unsaid(_as_text(schema))
        for name, schema in known.items()
    }
    required = [name for name in ("image", "prompt") if name in {*known, *files}]
    return _ruled({**files, **properties}, required)


def _json(known: Mapping[str, Schema], required: list[str]) -> Schema:
    properties = {
        name: schema if name in required else _or_unsaid(schema) for name, schema in known.items()
    }
    return _ruled(properties, required)


def _ruled(properties: Mapping[str, Schema], required: Sequence[str]) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": list(required),
        "allOf": [{"not": rule} for rule in RULES],
    }


def _edit_json() -> Schema:
    reference = {"$ref": "#/components/schemas/ImageReference"}
    images: Schema = {"type": "array", "items": reference, "minItems": 1, "maxItems": pictures.MOST}
    images["description"] = "The first is edited, the others are shown to the model."
    found = _json(_edit(), ["prompt"])
    mask: Schema = {"anyOf": [reference, {"type": "null"}], "description": MASK_SAID}
    found["properties"] = {"images": images, "mask": mask, **found["properties"]}
    return found | {"required": ["images", "prompt"]}


def _reference() -> Schema:
    url: Schema = {"type": "string", "format": "data-url", "pattern": DATA_URL}
    url["description"] = (
        "A data URL. Addresses (https) are fetched only where the operator allows it."
    )
    return {
        "type": "object",
        "description": "A picture inside the call. Files are not kept here: `file_id` is refused.",
        "properties": {"image_url": url},
        "required": ["image_url"],
        "additionalProperties": False,
    }


def _as_text(schema: Schema) -> Schema:
    """A flag may be written in several ways in a form."""
    if schema["type"] != "boolean":
        return schema
    words: Schema = {"type": "string", "pattern": FLAG_IN_A_FORM}
    said: Schema = {name: schema[name] for name in ("description", "default")}
    return {"anyOf": [{"type": "boolean"}, words], **said}


def _or_unsaid(schema: Schema) -> Schema:
    """The same, or nothing said; what is told of a field stays beside it."""
    told: Schema = {name: schema[name] for name in ("description", "default") if name in schema}
    bare = {name: value for name, value in schema.items() if name not in told}
    choices = bare["anyOf"] if set(bare) == {"anyOf"} else [bare]
    return {"anyOf": [*choices, UNSAID], **told}
