"""Every code that an error may have: with which status it comes, and what it is about."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Code:
    """One line of the table; `remedy` is what the caller can do."""

    name: str
    status: int
    means: str
    remedy: str


CODES: Final = (
    Code("missing_required_parameter", 400, "A field is missing.", "Send it; `param` names it."),
    Code("invalid_value", 400, "A field holds what it cannot hold.", "Read the message."),
    Code("invalid_type", 400, "A field is of another type.", "Read the message."),
    Code("invalid_json", 400, "The body is no JSON object.", "Mend it."),
    Code("invalid_multipart", 400, "The form breaks off.", "Send all of it."),
    Code("duplicate_parameter", 400, "A field was sent twice.", "Send it once."),
    Code("string_above_max_length", 400, "A text is too long.", "Shorten it."),
    Code("unknown_parameter", 400, "A reference has a key nobody knows.", "Leave it out."),
    Code("unsupported_parameter", 400, "A field we do not serve.", "Read the message."),
    Code("invalid_image_file", 400, "A file is no picture we take.", "Send PNG, JPEG or WebP."),
    Code("invalid_image_url", 400, "A picture could not be fetched.", "Send it in the call."),
    Code("moderation_blocked", 400, "The provider refused.", "Change prompt or picture."),
    Code("invalid_api_key", 401, "No key, or one that opens nothing.", "Send a key that works."),
    Code("insufficient_permissions", 403, "The key lacks a scope.", "Make a key with it."),
    Code("permission_denied", 403, "The key's member may not.", "Ask an owner."),
    Code("consent_needed", 403, "Nobody agreed that pictures leave.", "Agree on the canvas, once."),
    Code("provider_paused", 403, "The provider is out of use.", "Its owner can resume it."),
    Code("provider_key_rejected", 403, "The provider rejects its key.", "Its owner can mend it."),
    Code("model_not_found", 404, "No model goes by that name.", "GET /v1/models."),
    Code("unsupported_model", 404, "No model here can do this.", "Name another."),
    Code("unknown_url", 404, "Nothing is served there.", "Check the address."),
    Code("not_found", 404, "There is no such thing.", "Check the address."),
    Code("result_expired", 404, "The hour of an address is over.", "Fetch it in the studio."),
    Code("method_not_allowed", 405, "Another method is wanted.", "See the header Allow."),
    Code("edit_canceled", 409, "Somebody cancelled the edit.", "Send it anew, if you want it."),
    Code("edit_deleted", 409, "Somebody deleted the edit.", "Send it anew, if you want it."),
    Code("result_deleted", 409, "The edit's result was removed.", "Send it with another key."),
    Code("request_too_large", 413, "Too many bytes.", "Send smaller pictures."),
    Code("unsupported_content_type", 415, "Neither form nor JSON.", "Send one of them."),
    Code("idempotency_mismatch", 422, "The key was used for another call.", "Use another key."),
    Code("rate_limit_exceeded", 429, "Too many calls a minute.", "Wait for retry-after."),
    Code("insufficient_quota", 429, "A budget has no room.", "Raise it; trying again is no use."),
    Code("internal_error", 500, "A fault of ours.", "Report x-request-id."),
    Code("server_error", 502, "The edit failed.", "Read the message."),
    Code("upstream_outcome_unknown", 502, "It may have been charged.", "Decide in the studio."),
    Code("server_is_overloaded", 503, "The provider is busy.", "Wait for retry-after."),
    Code("unavailable", 503, "The database does not answer.", "Wait for retry-after."),
    Code("still_running", 504, "It takes longer than a call is held.", "Ask again: you join it."),
    Code("disk_full", 507, "The studio's disk is full.", "Tell whoever runs it."),
)


def statuses() -> list[int]:
    """Return every status that an error may have."""
    return sorted({code.status for code in CODES})
