"""Why an edit ended without a result: code -> whose turn it is, and a sentence for people.

Refusals of a prompt are in instructions. No sentence quotes a prompt, and none says whether money
was spent: a card says that from the attempts.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext_lazy as _

from editor.engines.errors import ErrorClass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import Promise

type Text = str | Promise


class Step(StrEnum):
    """The one thing to do next."""

    REVISE = "revise"
    REWORD = "reword"
    BUDGET = "budget"
    AGAIN = "again"


STEPS: Final[Mapping[ErrorClass, Step]] = {
    ErrorClass.INPUT: Step.REVISE,
    ErrorClass.BUDGET: Step.BUDGET,
    ErrorClass.REFUSED: Step.REWORD,
    ErrorClass.BUSY: Step.AGAIN,
    ErrorClass.UNKNOWN: Step.AGAIN,
    ErrorClass.OURS: Step.AGAIN,
}
# Credit at a provider is no budget of ours; its new address is no fault of the prompt.
STEPS_OF_CODES: Final[Mapping[str, Step]] = {
    "quota": Step.AGAIN,
    "area_before": Step.AGAIN,
    "host_changed": Step.AGAIN,
}
# Where neither the code nor the engine's message says more.
FALLBACKS: Final[Mapping[ErrorClass, Text]] = {
    ErrorClass.INPUT: _("The provider did not accept this edit as it was asked for."),
    ErrorClass.BUDGET: _("The budget does not allow this edit."),
    ErrorClass.REFUSED: _("The provider refused this edit."),
    ErrorClass.BUSY: _("The provider was busy each time it was asked."),
    ErrorClass.UNKNOWN: _("Nobody can know whether the provider ran this edit."),
    ErrorClass.OURS: _("Something went wrong on our side."),
}
_INPUT, _REFUSED, _BUSY = ErrorClass.INPUT, ErrorClass.REFUSED, ErrorClass.BUSY
_UNKNOWN, _OURS, _BUDGET = ErrorClass.UNKNOWN, ErrorClass.OURS, ErrorClass.BUDGET

FAILURES: Final[Mapping[str, tuple[ErrorClass, Text]]] = {
    # Our own engine, and our own machinery
    "worker_lost": (
        _OURS,
        _(
            "The edit broke off four times and was given up. Try a smaller mask, or ask the "
            "administrator to look at the worker's log."
        ),
    ),
    "engine_crashed": (
        _OURS,
        _("The engine needed more time or memory than one edit may. Try a smaller mask."),
    ),
    "internal": (_OURS, _("Something went wrong on our side. It is in the worker's log.")),
    "disk_full": (
        _OURS,
        _("There was no room on the server's disk for the answer, so nothing was sent."),
    ),
    "key_unreadable": (
        _OURS,
        _("The key of this provider must be entered again, so nothing was sent."),
    ),
    "not_prepared": (
        _OURS,
        _("The request could not be made, so nothing was sent. It is in the worker's log."),
    ),
    "host_changed": (
        _INPUT,
        _(
            "The provider has another address by now, so nothing was sent. A new edit asks whether "
            "pictures may go there."
        ),
    ),
    "unknown_engine": (_INPUT, _("This engine is no longer here. Choose another and try again.")),
    "area_before": (
        _INPUT,
        _("The area before was not edited, so this one was not sent."),
    ),
    "input_gone": (
        _INPUT,
        _("One of the further pictures was deleted, so nothing was sent."),
    ),
    "nothing_to_fill_from": (
        _INPUT,
        _("Everything is painted over: leave something to fill from."),
    ),
    "no_background": (
        _INPUT,
        _("The mask covers the whole picture. Paint over the subject only."),
    ),
    "subject_not_found": (
        _INPUT,
        _("The subject could not be told from what is around it. Paint over all of it."),
    ),
    "no_colour": (
        _INPUT,
        _("This picture is grey: it holds no colours that could be changed."),
    ),
    # What a provider does not take
    "bad_request": (_INPUT, _("The provider did not accept the prompt or one of the parameters.")),
    "unknown_parameter": (_INPUT, _("The provider does not know one of the parameters.")),
    "too_large": (_INPUT, _("The pictures were larger than the provider takes.")),
    "moderation": (_REFUSED, _("The provider refused this edit.")),
    "unsupported_media": (_OURS, _("The provider does not take pictures the way they were sent.")),
    "not_found": (_OURS, _("The provider does not know this model, or its address is wrong.")),
    # Money
    "over_budget": (_BUDGET, _("The budget does not allow this edit.")),
    "price_unknown": (
        _BUDGET,
        _("Nobody knows what this edit would cost, and there is a budget."),
    ),
    "quota": (
        _BUDGET,
        _("The account at the provider is used up. Whoever pays for it can add credit there."),
    ),
    # What whoever set the provider up has to mend
    "key_rejected": (_OURS, _("The provider rejected its key.")),
    "bad_key": (_OURS, _("The provider's key holds characters that no key can hold.")),
    "bad_address": (_OURS, _("The provider's address cannot be used.")),
    "address_refused": (_OURS, _("The provider's address may not be called from this server.")),
    "plain_http": (_OURS, _("The provider's address is public and not encrypted.")),
    # Not reached, or not now
    "name_unknown": (_BUSY, _("The provider's address could not be found.")),
    "unreachable": (_BUSY, _("The provider could not be reached.")),
    "connect_timeout": (_BUSY, _("The provider could not be reached in time.")),
    "tls_failed": (_BUSY, _("No safe connection to the provider could be made.")),
    "lost_before_sending": (_BUSY, _("The connection was lost before anything was sent.")),
    "rate_limited": (_BUSY, _("The provider was busy each time it was asked.")),
    "overloaded": (_BUSY, _("The provider was overloaded each time it was asked.")),
    "provider_busy": (_BUSY, _("The provider was busy each time it was asked.")),
    # Sent, and nobody knows
    "outcome_unknown": (_UNKNOWN, _("The connection was lost after sending.")),
    "restored": (
        _UNKNOWN,
        _(
            "The studio was restored from a backup. This edit waited when the backup was made, and "
            "may have been sent since."
        ),
    ),
    "lost_while_sending": (_UNKNOWN, _("The connection was lost while it was sent.")),
    "connection_lost": (_UNKNOWN, _("The connection was lost before an answer came.")),
    "no_answer": (_UNKNOWN, _("The provider did not answer in time.")),
    "answer_cut": (_UNKNOWN, _("The provider's answer broke off.")),
    "answer_stalled": (_UNKNOWN, _("The provider's answer stopped coming.")),
    "stream_cut": (_UNKNOWN, _("The answer ended before the picture was finished.")),
    "stream_failed": (_UNKNOWN, _("The provider broke off while it was drawing.")),
    "bad_answer_head": (_UNKNOWN, _("The provider's answer begins with what nobody can read.")),
    "answer_not_stored": (_UNKNOWN, _("The answer could not be written to the server's disk.")),
    "redirected": (_UNKNOWN, _("The provider pointed somewhere else, which is never followed.")),
    "no_verdict": (_UNKNOWN, _("The provider did not say whether it ran the edit.")),
    "provider_failed": (_UNKNOWN, _("The provider broke down over this edit.")),
    # Answered, too late or of no use
    "answer_late": (
        _UNKNOWN,
        _("It answered when the edit had gone another way. What came is kept as further results."),
    ),
    "answer_too_large": (_UNKNOWN, _("The provider's answer was larger than is taken in.")),
    "answer_unreadable": (_UNKNOWN, _("The provider answered, but the image was unreadable.")),
    "result_host_refused": (_UNKNOWN, _("The result lay at an address that is not called.")),
    "result_gone": (_UNKNOWN, _("The result was no longer where the provider said.")),
    "result_unreachable": (_UNKNOWN, _("The result could not be fetched from the provider.")),
}


@dataclass(frozen=True, slots=True)
class Failure:
    """What is said about a failure, whose turn it is, and the one thing to do."""

    sentence: str
    error_class: ErrorClass
    step: Step

    @property
    def quotes_provider(self) -> bool:
        """Whether the provider's own words help the member."""
        return self.error_class in {ErrorClass.INPUT, ErrorClass.REFUSED}


def failure(code: str, message: str) -> str:
    """Return the sentence for a code; what was stored with it where none is known."""
    return explain(code, message).sentence


def explain(code: str, message: str = "", error_class: str = "") -> Failure:
    """Return what to say about a failure.

    The class stored with the edit wins over the code's; what was stored as its message is said
    where the code is not known.
    """
    known = FAILURES.get(code)
    found = _class(error_class) or (known[0] if known else ErrorClass.OURS)
    sentence = str(known[1]) if known else message or str(FALLBACKS[found])
    return Failure(sentence, found, STEPS_OF_CODES.get(code, STEPS[found]))


def _class(name: str) -> ErrorClass | None:
    return ErrorClass(name) if name in set(ErrorClass) else None
