"""A person's own marks on pictures; nobody else sees them."""

from collections.abc import Sequence

from editor.models import Favourite, Picture, User


def has(*, user: User, picture: Picture) -> bool:
    """Whether the user's star is on the picture."""
    return Favourite.objects.filter(user=user, picture=picture).exists()


def mark(*, user: User, pictures: Sequence[Picture], liked: bool) -> None:
    """Put a star on pictures or take it away; doing so twice changes nothing."""
    if liked:
        stars = [Favourite(user=user, picture=picture) for picture in pictures]
        Favourite.objects.bulk_create(stars, ignore_conflicts=True)
    else:
        Favourite.objects.filter(user=user, picture__in=pictures).delete()
