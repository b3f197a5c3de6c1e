"""Which of several results of one edit a picture is, or after which area of a mask it came."""

from django.utils.translation import gettext as _

from editor.models import Picture


def part(picture: Picture) -> str:
    """Return "2 of 4" or "area 2 of 3", or nothing for a picture that came alone.

    The picture is one from `PictureQuerySet.with_parts`, its edit read along; any other came alone.
    """
    parts = getattr(picture, "parts", 0)
    if parts > 1:
        return _("%(n)d of %(all)d") % {"n": picture.number, "all": parts}
    edit = picture.edit if parts else None
    if edit is not None and edit.areas > 1:
        return _("area %(n)d of %(all)d") % {"n": edit.area, "all": edit.areas}
    return ""
