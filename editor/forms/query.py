"""What an address asks of a list."""

from functools import cached_property
from typing import Any

from django import forms


class Query(forms.Form):
    """A form that refuses nothing: what is not said, or makes no sense, is a field's `initial`."""

    @cached_property
    def asked(self) -> dict[str, Any]:
        """A value for each field."""
        self.full_clean()
        return {
            name: self.cleaned_data.get(name) or field.initial
            for name, field in self.fields.items()
        }
