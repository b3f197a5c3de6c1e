"""This house's manners for the forms and answers of allauth."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponseBase

from editor.forms.focus import focus_first_error

# Codes of refusals that pass by themselves.
LATER = {"too_many_login_attempts", "rate_limited"}


def mannered(request: HttpRequest, response: HttpResponseBase, **context: Any) -> HttpResponseBase:
    """Return allauth's answer as ours: a form that comes back is 422, or 429 when it is too soon.

    `context` is added to what the template sees.
    """
    data = getattr(response, "context_data", None)
    if data is not None:
        data.update(context, mail_is_sent=settings.MAIL_IS_SENT)
    if request.method == "POST" and response.status_code == HTTPStatus.OK:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
        if form := (data or {}).get("form"):
            _speak_up(form, response)
    return response


def _speak_up(form: BaseForm, response: HttpResponseBase) -> None:
    focus_first_error(form)
    codes = {error.code for errors in form.errors.as_data().values() for error in errors}
    if codes & LATER:
        response.status_code = HTTPStatus.TOO_MANY_REQUESTS
        response.headers["Retry-After"] = str(settings.RATE_LIMIT_SECONDS)


def relabel(form: BaseForm, **labels: Any) -> None:
    """Give fields of allauth our labels, without placeholders and links beneath them."""
    for number, (name, label) in enumerate(labels.items()):
        field = form.fields[name]
        field.label = label
        field.widget.attrs.pop("placeholder", None)
        if number == 0:
            field.widget.attrs["autofocus"] = True


def code_field(form: BaseForm, label: Any) -> None:
    """Make `code` a field for what stands in a mail or an app: no words, no capitals."""
    relabel(form, code=label)
    form.fields["code"].widget.attrs |= {
        "autocapitalize": "characters",
        "spellcheck": "false",
        "class": "code-input",
    }
