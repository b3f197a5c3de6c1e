"""How a member looks at a gallery: which pictures, found by which words, in which order."""

from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlencode

from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from editor.access.fetch import Door, may_trash
from editor.models import Edit, Favourite, Picture, PictureKind
from editor.models.edit import EditQuerySet
from editor.models.picture import PictureQuerySet
from editor.models.search_text import words_of


class Show(TextChoices):
    """Which of a project's pictures or edits."""

    ALL = "all", pgettext_lazy("pictures", "All")
    ORIGINALS = "originals", _("Originals")
    RESULTS = "results", _("Results")
    FAVOURITES = "favourites", _("Favourites")
    MINE = "mine", pgettext_lazy("pictures", "Mine")
    RUNNING = "running", pgettext_lazy("edits", "Running")
    FAILED = "failed", pgettext_lazy("edits", "Failed")
    TRASH = "trash", _("Trash")


class Sort(TextChoices):
    """In which order."""

    NEWEST = "newest", _("Newest first")
    OLDEST = "oldest", _("Oldest first")
    NAME = "name", _("By name")
    LARGEST = "largest", _("Largest first")


class Order(NamedTuple):
    """A field and its direction; the key decides between equals, in the same direction."""

    field: str
    descending: bool


ORDERS = {
    Sort.NEWEST: Order("created_at", descending=True),
    Sort.OLDEST: Order("created_at", descending=False),
    Sort.NAME: Order("name_key", descending=False),
    Sort.LARGEST: Order("pixels", descending=True),
}
TRASH_ORDER = Order("trashed_at", descending=True)
EDIT_SORTS = (Sort.NEWEST, Sort.OLDEST)


@dataclass(frozen=True, slots=True)
class Look:
    """One way to look at a gallery; its text is the search as it was typed."""

    show: Show = Show.ALL
    sort: Sort = Sort.NEWEST
    text: str = ""

    @property
    def lists_edits(self) -> bool:
        """Whether it lists edits rather than pictures."""
        return self.show in {Show.RUNNING, Show.FAILED}

    @property
    def is_trash(self) -> bool:
        """Whether it lists what was deleted."""
        return self.show == Show.TRASH

    @property
    def leads_with_edits(self) -> bool:
        """Whether the edits on their way come before the pictures."""
        return self.show == Show.ALL and not self.text

    @property
    def order(self) -> Order:
        """What the list is sorted by."""
        if self.is_trash:
            return TRASH_ORDER
        return ORDERS[self.sort] if self.sort in self.sorts else ORDERS[Sort.NEWEST]

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """The orders to choose from."""
        if self.is_trash:
            return ()
        return EDIT_SORTS if self.lists_edits else tuple(Sort)

    def query(self, **more: str) -> str:
        """Return the query string of this look, "" for the plain one."""
        values = {"show": self.show, "sort": self.sort, "q": self.text} | more
        plain = {"show": Show.ALL, "sort": Sort.NEWEST}
        told = {name: value for name, value in values.items() if value and value != plain.get(name)}
        return f"?{urlencode(told)}" if told else ""


def pictures(door: Door) -> PictureQuerySet:
    """Return the project's pictures with what their cards say.

    `is_favourite` of the member; `may_trash`: whether the member may delete or restore it;
    `parent_public_id` or None.
    """
    stars = Favourite.objects.filter(user=door.user, picture=OuterRef("pk"))
    return (
        Picture.objects.filter(project=door.project)
        .select_related("edit")
        .defer("search", "edit__search")
        .annotate(
            is_favourite=Exists(stars),
            may_trash=ExpressionWrapper(may_trash(door), BooleanField()),
            parent_public_id=F("parent__public_id"),
        )
    )


def belongs(door: Door, look: Look) -> Q:
    """Return which pictures of the project the look shows."""
    shown = Q(trashed_at__isnull=not look.is_trash) & _words(look)
    match look.show:
        case Show.ORIGINALS:
            shown &= Q(kind=PictureKind.ORIGINAL)
        case Show.RESULTS:
            shown &= Q(kind__in=[PictureKind.PATCH, PictureKind.WHOLE])
        case Show.MINE:
            shown &= Q(created_by=door.user)
        case Show.FAVOURITES:
            shown &= Q(pk__in=Favourite.objects.filter(user=door.user).values("picture"))
        case Show.TRASH:
            shown &= may_trash(door)
    return shown


def edits(edits: EditQuerySet, look: Look) -> EditQuerySet:
    """Narrow edits to those the look lists."""
    narrowed = edits.troubled() if look.show == Show.FAILED else edits.open()
    return narrowed.filter(_words(look))


def concerned(edits: EditQuerySet, look: Look) -> EditQuerySet:
    """Narrow changed edits to those a page with this look wants to hear of.

    A page of running edits shows how they end.
    """
    edits = edits.filter(_words(look))
    return edits.troubled() if look.show == Show.FAILED else edits


def _words(look: Look) -> Q:
    """Every word must be found; a substring will do."""
    found = Q()
    for word in words_of(look.text):
        found &= Q(search__contains=word)
    return found


def in_order[Rows: (PictureQuerySet, EditQuerySet)](
    rows: Rows, order: Order, after: Picture | Edit | None = None
) -> Rows:
    """Sort rows, and leave out those up to `after`.

    The first term is a range the index begins at; the second decides between equals.
    """
    sign = "-" if order.descending else ""
    rows = rows.order_by(f"{sign}{order.field}", f"{sign}pk")
    value = getattr(after, order.field, None)
    if after is None or value is None:
        return rows
    past = "lt" if order.descending else "gt"
    beyond = Q(**{f"{order.field}__{past}": value}) | Q(**{f"pk__{past}": after.pk})
    return rows.filter(Q(**{f"{order.field}__{past}e": value}) & beyond)


def place(row: Picture | Edit, order: Order) -> str:
    """Return a text that sorts as the row does, for the page that puts new cards among old."""
    value = getattr(row, order.field)
    if order.field == "name_key":
        return f"{value} {row.pk:020d}"
    if order.field == "pixels":
        return f"{value:020d} {row.pk:020d}"
    return f"{value:%Y%m%d%H%M%S%f} {row.pk:020d}" if value else ""
