"""What is looked for among pictures that may be sent along."""

from django import forms

from editor.forms.gallery import ID_LENGTH, SEARCH_LENGTH
from editor.forms.query import Query


class InputsForm(Query):
    """Words, and the cursor of the next page."""

    q = forms.CharField(max_length=SEARCH_LENGTH, required=False, initial="")
    after = forms.SlugField(max_length=ID_LENGTH, required=False, initial="")
