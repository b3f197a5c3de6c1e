"""The document as a whole: addresses, what they take, what they answer."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, Final

from editor.api.description import answers, calls
from editor.api.description.codes import CODES, statuses
from editor.imaging import blank

if TYPE_CHECKING:
    from collections.abc import Iterable

type Node = dict[str, Any]

VERSION: Final = "1"
JSON, FORM, EVENTS = "application/json", "multipart/form-data", "text/event-stream"
# What may be wrong with a call whoever sends it, and with one that draws.
ALWAYS: Final = (401, 403, 405, 429, 500, 503)
SAID: Final = """\
The pictures of one project, edited by programs. It is OpenAI's images API: tools work when they are
given this address and a key. Each call is an edit of the key's project, with its queue, budget,
protection at full size and history.

Fields that are not known are ignored and named in the header `x-pentimento-ignored`.
"""
AGAIN: Final = """\
The header `Idempotency-Key` names a call: with the same key the same call is one edit for a day, and
another call is 422. Without one, a call that an SDK of OpenAI sends again, which it tells by
`x-stainless-retry-count`, joins the edit of the first.
"""
# A picture that can be sent as it stands.
EXAMPLE: Final = f"data:image/png;base64,{b64encode(blank.sheet(32, 32)).decode()}"


def document(base_url: str) -> Node:
    """Return the description of the interface that begins at `base_url`."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pentimento", "version": VERSION, "description": SAID},
        "servers": [{"url": base_url}],
        "security": [{"bearer": []}, {"api-key": []}],
        "tags": [{"name": "images"}, {"name": "models"}],
        "paths": {
            "/images/edits": {"post": _edits()},
            "/images/generations": {"post": _generations()},
            "/images/variations": {"post": _variations()},
            "/models": {"get": _models()},
            "/models/{model}": {"get": _model()},
        },
        "components": {
            "schemas": calls.schemas() | answers.schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "api-key": {"type": "apiKey", "in": "header", "name": "api-key"},
            },
            "headers": _headers(),
        },
    }


def _edits() -> Node:
    body = {
        FORM: {"schema": _schema("EditForm"), "encoding": _files("image", "mask")},
        JSON: {"schema": _schema("EditJson"), "examples": {"whole": {"value": _edit_example()}}},
    }
    return _drawing("editImage", "Edit a picture", body, kind="image_edit")


def _edit_example() -> Node:
    return {
        "model": "default",
        "images": [{"image_url": EXAMPLE}],
        "prompt": "a bit warmer, lift the shadows",
    }


def _generations() -> Node:
    example = {"model": "default", "prompt": "a red door in a white wall", "size": "1024x1024"}
    body = {JSON: {"schema": _schema("GenerationJson"), "examples": {"one": {"value": example}}}}
    said = "An edit of a white sheet, by a provider's model; the built-in engine answers 404."
    return _drawing("generateImage", "Draw a picture", body, kind="image_generation", said=said)


def _variations() -> Node:
    body = {FORM: {"schema": _schema("VariationForm"), "encoding": _files("image")}}
    said = "An edit of the whole picture, by a provider's model; the built-in engine answers 404."
    return _drawing("varyImage", "Vary a picture", body, kind="image_edit", said=said)


def _drawing(name: str, title: str, body: Node, *, kind: str, said: str = "") -> Node:
    """A call that is held until its pictures are there."""
    shown: Node = {
        JSON: {"schema": _schema("Images")},
        EVENTS: {
            "schema": _schema("Event"),
            "examples": {"stream": {"value": _stream_example(kind)}},
        },
    }
    found: Node = {"description": "The pictures.", "headers": _shared(*DRAWN), "content": shown}
    return {
        "operationId": name,
        "summary": title,
        "tags": ["images"],
        "description": f"{said}\n\n{AGAIN}".strip(),
        "requestBody": {"required": True, "content": body},
        "responses": {"200": found, **_errors(statuses())},
    }


def _stream_example(kind: str) -> str:
    facts = '"size":"1536x1024","quality":"high","background":"opaque","output_format":"png"'
    events = [
        (f"{kind}.partial_image", f'"b64_json":"…","partial_image_index":0,{facts}'),
        (f"{kind}.completed", f'"b64_json":"…",{facts},"usage":{{}}'),
    ]
    said = [f'event: {name}\ndata: {{"type":"{name}",{rest}}}\n\n' for name, rest in events]
    return ": ping\n\n".join(said)


def _models() -> Node:
    found: Node = {"description": "Engines by their ids, then other names for them."}
    found |= {"headers": _shared(*ASKED), "content": {JSON: {"schema": _schema("Models")}}}
    return {
        "operationId": "listModels",
        "summary": "What may be named as the model",
        "tags": ["models"],
        "responses": {"200": found, **_errors(ALWAYS)},
    }


def _model() -> Node:
    found: Node = {"description": "What the name means.", "headers": _shared(*ASKED)}
    found["content"] = {JSON: {"schema": _schema("Model")}}
    name = {"name": "model", "in": "path", "required": True, "schema": {"type": "string"}}
    name["description"] = "As it is listed, slashes and colons too, or percent-encoded."
    return {
        "operationId": "retrieveModel",
        "summary": "What one name means",
        "tags": ["models"],
        "parameters": [name],
        "responses": {"200": found, **_errors((*ALWAYS, 404))},
    }


def _schema(name: str) -> Node:
    return {"$ref": f"#/components/schemas/{name}"}


def _files(*names: str) -> Node:
    return {name: {"contentType": "image/png, image/jpeg, image/webp"} for name in names}


ASKED: Final = (
    *("x-request-id", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests"),
    "x-ratelimit-reset-requests",
)
DRAWN: Final = (*ASKED, "x-pentimento-edit", "x-pentimento-ignored")
FAILED: Final = (*DRAWN, "x-should-retry", "retry-after")


def _headers() -> Node:
    said = {
        "x-request-id": "By which the call is found in the server's log.",
        "x-ratelimit-limit-requests": "How many calls a minute the key may make.",
        "x-ratelimit-remaining-requests": "How many are left.",
        "x-ratelimit-reset-requests": "When all are back, such as 12s.",
        "x-pentimento-edit": "The edit in the studio.",
        "x-pentimento-ignored": "Fields that were not known, with commas between.",
        "x-should-retry": "Whether trying again is any use; clients of OpenAI obey it.",
        "retry-after": "Seconds to wait before that.",
    }
    return {
        name: {"description": text, "schema": {"type": "string"}} for name, text in said.items()
    }


def _shared(*names: str) -> Node:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _errors(wanted: Iterable[int]) -> Node:
    """Each status with the codes that come with it; more of them may."""
    return {str(status): _error(status) for status in sorted(wanted)}


def _error(status: int) -> Node:
    codes = [code for code in CODES if code.status == status]
    lines = [f"- `{code.name}`: {code.means} {code.remedy}" for code in codes]
    return {
        "description": "\n".join(lines),
        "headers": _shared(*FAILED),
        "content": {JSON: {"schema": _schema("Error")}},
    }
