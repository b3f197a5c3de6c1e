"""What a provider says with an error, in whichever of the usual shapes."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any, Final

MOST: Final = 300

MODERATION: Final = frozenset(
    {"moderation_blocked", "content_policy_violation", "content_filter", "safety_violation"}
)
QUOTA: Final = frozenset(
    {
        *("insufficient_quota", "billing_hard_limit_reached", "billing_not_active"),
        *("credit_balance_exhausted", "organization_spend_limit_exceeded"),
        *("project_spend_limit_exceeded", "organization_usage_limit_exceeded"),
    }
)
UNKNOWN_PARAMETER: Final = frozenset({"unknown_parameter", "unsupported_parameter"})

TAG: Final = re.compile(r"<(script|style|head)\b.*?</\1\s*>|<[^>]*>", re.DOTALL | re.IGNORECASE)
QUOTED: Final = re.compile(r"['\"`\u2018\u201c]([A-Za-z_][\w.\[\]]*)['\"`\u2019\u201d]")
KEY_LIKE: Final = re.compile(
    r"(?i)\b(?:sk|xai|gsk|pk|rk|key|api)[-_][\w*.-]{6,}|\bbearer\s+[^\s,;\"']+"
)
# A picture in base64 tells nobody anything.
BLOB: Final = re.compile(r"[A-Za-z0-9+/_=-]{80,}")
TOKEN: Final = re.compile(r"[\w*./+=-]+")
# As much of a key as would give it away, and as much of a text as is looked at.
KEY_PART, LOOKED_AT = 8, 4000


@dataclass(frozen=True, slots=True)
class Complaint:
    """The parts of an error envelope, empty where nothing was said."""

    text: str = ""
    code: str = ""
    kind: str = ""
    param: str = ""

    @property
    def is_moderation(self) -> bool:
        """Whether the content was refused."""
        return bool({self.code, self.kind} & MODERATION)

    @property
    def is_quota(self) -> bool:
        """Whether the account cannot pay; the type counts only where there is no code."""
        return (self.code or self.kind) in QUOTA

    @property
    def is_unknown_parameter(self) -> bool:
        """Whether it knows no such parameter."""
        return (self.code or self.kind) in UNKNOWN_PARAMETER

    @property
    def quoted(self) -> str:
        """The first name in quotation marks."""
        match = QUOTED.search(self.text)
        return match[1] if match else ""


def read(body: bytes) -> Complaint:
    """Return what an error's body says; never raises."""
    text = body.decode("utf-8", "replace").strip()
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return Complaint(TAG.sub(" ", text[:LOOKED_AT]))
    return of_document(document)


def of_document(document: Any) -> Complaint:
    """Return what a parsed error says: an envelope, a flat object, FastAPI's, or a bare text."""
    if not isinstance(document, dict):
        return Complaint(_text(document))
    error = document.get("error", document)
    if not isinstance(error, dict):
        return Complaint(_text(error), code=_text(document.get("code")))
    if "detail" in error and "message" not in error:
        return _of_details(error["detail"])
    return Complaint(
        text=_text(error.get("message")),
        code=_text(error.get("code")),
        kind=_text(error.get("type")),
        param=_text(error.get("param")),
    )


def clean(text: str, key: str, most: int = MOST) -> str:
    """Return a provider's words fit to be shown: one line, no keys, no controls, not long."""
    text = text[:LOOKED_AT]
    if key:
        text = TOKEN.sub(lambda token: "…" if _gives_away(token[0], key) else token[0], text)
    text = KEY_LIKE.sub("…", BLOB.sub("…", text))
    visible = (" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join("".join(visible).split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _gives_away(token: str, key: str) -> bool:
    """Whether a word holds a part of the key that is long enough to matter."""
    part = min(KEY_PART, len(key))
    return any(key[at : at + part] in token for at in range(len(key) - part + 1))


def _of_details(detail: Any) -> Complaint:
    """The shape of FastAPI: a text, or a list of complaints about fields."""
    if isinstance(detail, dict):
        return of_document(detail)
    if not isinstance(detail, list):
        return Complaint(_text(detail))
    entries = [entry for entry in detail if isinstance(entry, dict)]
    texts = [_text(entry.get("msg")) for entry in entries] or [_text(entry) for entry in detail]
    place = entries[0].get("loc") if entries else None
    param = _text(place[-1]) if isinstance(place, list) and place else ""
    kind = _text(entries[0].get("type")) if entries else ""
    return Complaint("; ".join(filter(None, texts)), kind=kind, param=param)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return value if isinstance(value, str) else str(value) if isinstance(value, int | float) else ""
