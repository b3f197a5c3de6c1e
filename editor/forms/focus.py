"""Where the cursor stands in a form that comes back."""

from django.forms import BaseForm


def focus_first_error(form: BaseForm) -> None:
    """Move `autofocus` to the first wrong field; without one, the first field has it."""
    names = [field.name for field in form.visible_fields()]
    wanted = next((name for name in names if name in form.errors), names[0] if names else "")
    for name, field in form.fields.items():
        field.widget.attrs.pop("autofocus", None)
        if name == wanted:
            field.widget.attrs["autofocus"] = True
