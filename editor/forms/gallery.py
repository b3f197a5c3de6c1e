"""How a gallery is looked at, as its address says it."""

from django import forms

from editor.services.looks import Look, Show, Sort

SEARCH_LENGTH = 200
ID_LENGTH = 32


class GalleryForm(forms.Form):
    """Filter, order, words and cursor. What makes no sense counts as not said."""

    show = forms.ChoiceField(choices=Show.choices, required=False)
    sort = forms.ChoiceField(choices=Sort.choices, required=False)
    q = forms.CharField(max_length=SEARCH_LENGTH, required=False)
    after = forms.SlugField(max_length=ID_LENGTH, required=False)
    select = forms.BooleanField(required=False)

    def look(self, *, may_restore: bool) -> Look:
        """Return the look asked for; only who may restore sees the trash."""
        show = Show(self._value("show") or Show.ALL)
        if show == Show.TRASH and not may_restore:
            show = Show.ALL
        return Look(show, Sort(self._value("sort") or Sort.NEWEST), self._value("q"))

    @property
    def cursor(self) -> str:
        """The public id the page begins after, "" for the first page."""
        return self._value("after")

    @property
    def selects(self) -> bool:
        """Whether boxes to tick are asked for, as they are without script."""
        self.is_valid()
        return bool(self.cleaned_data.get("select"))

    def _value(self, name: str) -> str:
        self.is_valid()
        return str(self.cleaned_data.get(name, ""))
