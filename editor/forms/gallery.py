"""How a gallery is looked at, as its address says it."""

from django import forms

from editor.forms.query import Query
from editor.services.looks import Look, Show, Sort

SEARCH_LENGTH = 200
ID_LENGTH = 32


class GalleryForm(Query):
    """Filter, order, words and cursor."""

    show = forms.TypedChoiceField(
        choices=Show.choices, coerce=Show, required=False, initial=Show.ALL
    )
    sort = forms.TypedChoiceField(
        choices=Sort.choices, coerce=Sort, required=False, initial=Sort.NEWEST
    )
    q = forms.CharField(max_length=SEARCH_LENGTH, required=False, initial="")
    after = forms.SlugField(max_length=ID_LENGTH, required=False, initial="")
    select = forms.BooleanField(required=False, initial=False)

    def look(self, *, may_restore: bool) -> Look:
        """Return the look asked for; only who may restore sees the trash."""
        hides = self.asked["show"] == Show.TRASH and not may_restore
        show = Show.ALL if hides else self.asked["show"]
        return Look(show, self.asked["sort"], self.asked["q"])
