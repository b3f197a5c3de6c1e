"""What is done to several pictures at once."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from editor.models.public_id import is_public_id
from editor.services.exports import MAX_PICTURES

MAX_SELECTED = 2000


class PublicIdsField(forms.Field):
    """Ids of pictures: a field for each, or one field with spaces between."""

    widget = forms.MultipleHiddenInput

    def __init__(self, *, most: int, **options: Any) -> None:
        super().__init__(**options)
        self.most = most

    def clean(self, value: Any) -> list[str]:
        """Return each id once, in the order given. Raises ValidationError."""
        ids = list(dict.fromkeys(" ".join(value or []).split()))
        if not ids:
            raise ValidationError(_("Choose at least one picture."))
        if len(ids) > self.most:
            text = _("Choose at most %(most)s pictures; %(chosen)s are chosen.")
            raise ValidationError(text % {"most": self.most, "chosen": len(ids)})
        if not all(is_public_id(each) for each in ids):
            raise ValidationError(_("Reload the page and choose again."))
        return ids


class SelectionForm(forms.Form):
    """The pictures chosen."""

    ids = PublicIdsField(most=MAX_SELECTED)


class FavouriteForm(forms.Form):
    """Whether there is to be a star."""

    liked = forms.TypedChoiceField(
        choices=[("1", "1"), ("0", "0")],
        coerce=lambda value: value == "1",
        error_messages={"required": gettext_lazy("Say whether it is a favourite.")},
    )


class FavouritesForm(FavouriteForm):
    """The same for several pictures."""

    ids = PublicIdsField(most=MAX_SELECTED)
    field_order = ("ids", "liked")


class ExportForm(forms.Form):
    """The pictures chosen, and what kind of files."""

    ids = PublicIdsField(most=MAX_PICTURES)
    kind = forms.ChoiceField(choices=[("png", "png"), ("original", "original")], required=False)
