"""What an engine's codes mean to a person, in the person's language."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.engines.builtin import language
from editor.engines.errors import EngineError

# Why an edit ended; no sentence of these quotes the prompt.
FAILURES: Mapping[str, Promise | str] = {
    "worker_lost": gettext_lazy(
        "The edit broke off four times and was given up. Nothing was charged. "
        "Try a smaller mask, or ask the administrator to look at the worker's log."
    ),
    "engine_crashed": gettext_lazy(
        "The engine needed more time or memory than one edit may. Nothing was charged. "
        "Try a smaller mask."
    ),
    "nothing_to_fill_from": gettext_lazy(
        "Everything is painted over: leave something to fill from."
    ),
    "unknown_engine": gettext_lazy("This engine is no longer here. Choose another and try again."),
}


def refusal(error: EngineError) -> str:
    """Return the sentence for a prompt that was not taken; the engine's own where none is known."""
    template = language.MESSAGES.get(error.code)
    if template is None:
        return failure(error.code, error.message)
    params = {key: _in_a_row(value) for key, value in error.params.items()}
    return _(template).format(**params)


def failure(code: str, message: str) -> str:
    """Return the sentence for an edit that failed with `code`; what was stored where none is known."""
    return str(FAILURES.get(code, "")) or message or code


def _in_a_row(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
