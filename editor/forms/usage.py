"""Which month the usage page shows."""

from django import forms

from editor.forms.query import Query


class UsageQuery(Query):
    """A month as "2026-11"; one that is not on offer is the current one."""

    month = forms.CharField(max_length=7, required=False, initial="")
