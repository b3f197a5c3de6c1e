"""Which of several results of one edit a picture is."""

from django.utils.translation import gettext as _

from editor.models import Picture


def part(picture: Picture) -> str:
    """Return "2 of 4", or nothing for a picture that came alone.

    The picture is one from `PictureQuerySet.with_parts`; any other came alone.
    """
    parts = getattr(picture, "parts", 1)
    return _("%(n)d of %(all)d") % {"n": picture.number, "all": parts} if parts > 1 else ""
