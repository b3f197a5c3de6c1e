"""Why an edit ended without a result, in the reader's language; refusals are in instructions."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# No sentence of these quotes the prompt.
FAILURES: Mapping[str, Promise | str] = {
    "worker_lost": _(
        "The edit broke off four times and was given up. Nothing was charged. "
        "Try a smaller mask, or ask the administrator to look at the worker's log."
    ),
    "engine_crashed": _(
        "The engine needed more time or memory than one edit may. Nothing was charged. "
        "Try a smaller mask."
    ),
    "nothing_to_fill_from": _("Everything is painted over: leave something to fill from."),
    "no_background": _("The mask covers the whole picture. Paint over the subject only."),
    "subject_not_found": _(
        "The subject could not be told from what is around it. Paint over all of it."
    ),
    "no_colour": _("This picture is grey: it holds no colours that could be changed."),
    "unknown_engine": _("This engine is no longer here. Choose another and try again."),
}


def failure(code: str, message: str) -> str:
    """Return the sentence for an edit that failed with `code`; what was stored where none is known."""
    return str(FAILURES.get(code, "")) or message or code
