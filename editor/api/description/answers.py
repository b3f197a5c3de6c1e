"""What calls are answered with, as JSON Schema."""

from __future__ import annotations

from typing import Any, Final

from editor.api.description.codes import CODES

type Schema = dict[str, Any]

COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
WORD: Final[Schema] = {"type": "string"}
DRAWN: Final = ("image_edit", "image_generation")
OR_NOTHING: Final[Schema] = {"type": ["string", "null"]}
SECONDS: Final[Schema] = {"type": "integer", "description": "Seconds since 1970."}


def schemas() -> dict[str, Schema]:
    """Return everything that answers are made of."""
    return {
        "Images": _images(),
        "Image": _image(),
        "Usage": _usage(),
        "Tokens": _all_of({"text_tokens": COUNT, "image_tokens": COUNT}),
        "PartialImage": _event("partial_image", {"partial_image_index": COUNT}, "b64_json"),
        "Completed": _event("completed", {"usage": _ref("Usage")}),
        "Event": _stream(),
        "ErrorEvent": _all_of({"type": {"const": "error"}, "error": _ref("ErrorFacts")}),
        "Model": _model(),
        "Models": _all_of(
            {"object": {"const": "list"}, "data": {"type": "array", "items": _ref("Model")}}
        ),
        "Error": _all_of({"error": _ref("ErrorFacts")}),
        "ErrorFacts": _error(),
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/components/schemas/{name}"}


def _all_of(properties: dict[str, Schema], said: str = "") -> Schema:
    """An object that has all of these."""
    told = {"description": said} if said else {}
    return {"type": "object", "properties": properties, "required": list(properties), **told}


def _images() -> Schema:
    known: dict[str, Schema] = {
        "created": SECONDS,
        "size": {**WORD, "pattern": "^[0-9]+x[0-9]+$"},
        "quality": WORD,
        "background": WORD,
        "output_format": WORD,
        "usage": _ref("Usage"),
        "data": {"type": "array", "items": _ref("Image"), "minItems": 1},
    }
    return _all_of(known, "All values are what really was: never `auto`.")


def _image() -> Schema:
    return {
        "type": "object",
        "properties": {
            "b64_json": {**WORD, "contentEncoding": "base64"},
            "url": {**WORD, "format": "uri", "description": "Open for an hour, without a key."},
        },
        "anyOf": [{"required": ["b64_json"]}, {"required": ["url"]}],
    }


def _usage() -> Schema:
    tokens = _ref("Tokens")
    known: dict[str, Schema] = {
        "input_tokens": COUNT,
        "output_tokens": COUNT,
        "total_tokens": COUNT,
        "input_tokens_details": tokens,
        "output_tokens_details": tokens,
    }
    return _all_of(known, "As the provider counted; nothing for the built-in engine.")


def _stream() -> Schema:
    """One event of a stream: what its data hold, its name says."""
    names = [f"{what}.{kind}" for what in DRAWN for kind in ("partial_image", "completed")]
    data: Schema = {**WORD, "contentMediaType": "application/json"}
    data["contentSchema"] = {
        "oneOf": [_ref(name) for name in ("PartialImage", "Completed", "ErrorEvent")]
    }
    known: dict[str, Schema] = {"event": {"enum": [*names, "error"]}, "data": data}
    return _all_of(known, "Lines that begin with a colon are signs of life.")


def _event(kind: str, more: dict[str, Schema], *further: str) -> Schema:
    known: dict[str, Schema] = {
        "type": {"enum": [f"{what}.{kind}" for what in DRAWN]},
        "created_at": SECONDS,
        **dict.fromkeys(("size", "quality", "background", "output_format", *further), WORD),
        **more,
    }
    return _all_of(known)


def _model() -> Schema:
    own: dict[str, Schema] = {
        "engine": {**WORD, "description": "The id of the engine that this name means."},
        "label": {**WORD, "description": "The engine's name for people."},
        "alias_of": {
            **OR_NOTHING,
            "description": "The engine's id where this is another name for it.",
        },
        "free": {"type": "boolean", "description": "Whether an edit costs nothing."},
    }
    known: dict[str, Schema] = {
        "id": WORD,
        "object": {"const": "model"},
        "created": SECONDS,
        "owned_by": WORD,
        "shutdown_date": {**OR_NOTHING, "format": "date"},
        "pentimento": _all_of(own, "An extension."),
    }
    return _all_of(known)


def _error() -> Schema:
    known: dict[str, Schema] = {
        "message": {**WORD, "description": "What happened, and what to do."},
        "type": WORD,
        "param": {**OR_NOTHING, "description": "The field to mend."},
        "code": {**OR_NOTHING, "examples": [code.name for code in CODES]},
    }
    return _all_of(known)
