"""What to say of a wrong form where there is room for one message."""

from django.forms import BaseForm


def first_error(form: BaseForm) -> str:
    """Return the first message of a form that is not valid."""
    return next(str(text) for errors in form.errors.values() for text in errors)
