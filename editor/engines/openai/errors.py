"""What a provider's failure means: each row of reliability.md 4.5 once, and who falls under it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from editor.engines.errors import (
    EngineError,
    ErrorClass,
    Execution,
    ProviderError,
    Trouble,
    Upstream,
)
from editor.engines.openai import complaints, headers

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from editor.engines.openai.complaints import Complaint


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of failure."""

    message: str
    error_class: ErrorClass
    execution: Execution
    retries: int = 0
    trouble: Trouble = Trouble.NONE


def _not_sent(message: str) -> Row:
    return Row(message, ErrorClass.BUSY, Execution.NO, 4, Trouble.BUSY)


def _declined(message: str, error_class: ErrorClass = ErrorClass.INPUT) -> Row:
    return Row(message, error_class, Execution.NO)


def _unknown(message: str, trouble: Trouble = Trouble.NONE) -> Row:
    return Row(message, ErrorClass.UNKNOWN, Execution.UNKNOWN, 0, trouble)


def _unusable(message: str) -> Row:
    return Row(message, ErrorClass.UNKNOWN, Execution.YES)


ROWS: Final[Mapping[str, Row]] = {
    # Nothing has left.
    "name_unknown": _not_sent("The provider's address could not be found."),
    "unreachable": _not_sent("The provider could not be reached."),
    "connect_timeout": _not_sent("The provider did not take the connection in time."),
    "tls_failed": _not_sent("No secure connection to the provider could be made."),
    "lost_before_sending": _not_sent("The connection was lost before anything was sent."),
    "address_refused": _declined(
        "The provider's address lies inside a private network and may not be called.",
        ErrorClass.OURS,
    ),
    "plain_http": _declined(
        "The provider's address starts with http:// but is public. Use https:// instead.",
        ErrorClass.OURS,
    ),
    "bad_address": _declined("The provider's address cannot be used.", ErrorClass.OURS),
    "bad_key": _declined(
        "The provider's key holds characters that no key can hold.", ErrorClass.OURS
    ),
    # It declined.
    "rate_limited": Row("The provider is busy.", ErrorClass.BUSY, Execution.NO, 5, Trouble.BUSY),
    "overloaded": Row(
        "The provider is overloaded.", ErrorClass.BUSY, Execution.NO, 3, Trouble.BUSY
    ),
    "quota": Row(
        "The provider's account has no credit left.",
        ErrorClass.BUDGET,
        Execution.NO,
        trouble=Trouble.QUOTA,
    ),
    "key_rejected": Row(
        "The provider does not accept the key.",
        ErrorClass.OURS,
        Execution.NO,
        trouble=Trouble.KEY_REJECTED,
    ),
    "moderation": _declined("The provider refuses this edit.", ErrorClass.REFUSED),
    "unknown_parameter": Row(
        "The provider does not know one of the parameters.", ErrorClass.INPUT, Execution.NO, 1
    ),
    "bad_request": _declined("The provider cannot use this request."),
    "too_large": _declined("The request is too large for the provider."),
    "unsupported_media": _declined(
        "The provider does not take requests of this kind.", ErrorClass.OURS
    ),
    "not_found": _declined("The provider knows no such address or model.", ErrorClass.OURS),
    # Nobody can tell.
    "lost_while_sending": _unknown("The connection was lost while the request was sent."),
    "no_answer": _unknown("The provider did not answer in time."),
    "connection_lost": _unknown("The connection was lost before an answer came."),
    "answer_cut": _unknown("The answer broke off."),
    "answer_stalled": _unknown("The answer stopped coming."),
    "stream_cut": _unknown("The answer ended before the picture was finished."),
    "stream_failed": _unknown("The provider broke off while it was drawing."),
    "bad_answer_head": _unknown("No answer that can be read came back."),
    "answer_not_stored": _unknown("The answer could not be written to disk."),
    "redirected": _unknown("The provider sends us to another address, which is never followed."),
    "no_verdict": _unknown("The provider does not say whether it worked on the request."),
    "provider_failed": _unknown("The provider failed.", Trouble.BUSY),
    # It did the work, and nobody can use it.
    "answer_too_large": _unusable("The answer is larger than we accept."),
    "answer_unreadable": _unusable("The answer holds no picture that can be read."),
    "result_host_refused": _unusable("The result lies at an address that we do not call."),
    "result_gone": _unusable("The result could not be fetched any more."),
    "result_unreachable": _unusable("The result could not be fetched."),
}

OF_STATUS: Final[Mapping[int, str]] = {
    400: "bad_request",
    401: "key_rejected",
    402: "quota",
    403: "key_rejected",
    404: "not_found",
    405: "not_found",
    408: "no_verdict",
    409: "no_verdict",
    410: "not_found",
    413: "too_large",
    415: "unsupported_media",
    422: "bad_request",
    425: "no_verdict",
    429: "rate_limited",
    451: "moderation",
}


def failure(
    code: str, upstream: Upstream | None = None, *, unknown_parameter: str = ""
) -> ProviderError:
    """Return the error of a row."""
    row = ROWS[code]
    return ProviderError(
        row.message,
        code=code,
        error_class=row.error_class,
        execution=row.execution,
        retries=row.retries,
        trouble=row.trouble,
        upstream=upstream,
        unknown_parameter=unknown_parameter,
    )


def not_prepared(error: Exception) -> EngineError:
    """Return what it means that something of ours broke before anything left: it may be mended."""
    return EngineError(
        f"The files to be sent could not be read ({type(error).__name__}).",
        code="not_prepared",
        params={"kind": type(error).__name__},
        permanent=False,
    )


def of_answer(
    status: int,
    fields: Mapping[str, str],
    body: bytes,
    *,
    key: str,
    optional: Collection[str],
    now: datetime,
) -> ProviderError:
    """Return what an answer other than 2xx means.

    ``fields`` are its header fields by lower-case name; ``optional`` names the parameters that
    may be left out of the request.
    """
    complaint = complaints.read(body)
    should_retry = headers.should_retry(fields)
    parameter = _may_be_dropped(status, complaint, optional)
    code = (
        "unknown_parameter" if parameter else _code(status, complaint, forced=should_retry is True)
    )
    upstream = Upstream(
        status=status,
        code=complaints.clean(complaint.code, key, 60),
        param=complaints.clean(complaint.param, key, 60),
        text=complaints.clean(complaint.text, key),
        request_id=complaints.clean(headers.request_id(fields), key, 100),
        retry_after=headers.retry_after(fields, now=now),
    )
    error = failure(code, upstream, unknown_parameter=parameter)
    if should_retry is False:
        error.retries, error.permanent = 0, True
    return error


def of_event(data: bytes, *, key: str, has_begun: bool) -> ProviderError:
    """Return what an error in the middle of a stream means.

    ``has_begun``: a preview has come already, so that only a refusal proves anything.
    """
    complaint = complaints.read(data)
    code = _of_meaning(complaint)
    if has_begun and code != "moderation":
        code = ""
    upstream = Upstream(
        status=200,
        code=complaints.clean(complaint.code, key, 60),
        param=complaints.clean(complaint.param, key, 60),
        text=complaints.clean(complaint.text, key),
    )
    return failure(code or "stream_failed", upstream)


def _code(status: int, complaint: Complaint, *, forced: bool) -> str:
    """The row of an answer; ``forced``: the provider itself says that it may be sent again."""
    usual = OF_STATUS.get(status, "bad_request")
    if 400 <= status < 500:
        return usual if usual == "no_verdict" else _of_meaning(complaint) or usual
    if status == 503 and forced:
        return "overloaded"
    return "redirected" if 300 <= status < 400 else "provider_failed"


def _of_meaning(complaint: Complaint) -> str:
    """What its own words make of it, whatever the status is."""
    if complaint.is_moderation:
        return "moderation"
    return "quota" if complaint.is_quota else ""


def _may_be_dropped(status: int, complaint: Complaint, optional: Collection[str]) -> str:
    """The optional parameter that a 400 says it does not know, which proves it was not executed."""
    if status != 400 or not complaint.is_unknown_parameter:
        return ""
    named = complaint.param or complaint.quoted
    return named if named in optional else ""
