"""A picture: an original as uploaded, or a result as parent plus patch, or a result kept whole."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from editor.models.public_id import new_public_id
from editor.models.search_text import KEY_LENGTH, name_key, search_text

# What a name may end with that says nothing but how the file was packed.
NAME_ENDINGS = frozenset({"jpg", "jpeg", "png", "webp", "avif", "heic", "heif", "tif", "tiff"})

# The notice of an original whose pixels nobody has read yet: a call went ahead of that.
UNREAD = "unread"
# That of one which turned out to be broken when it was read.
BROKEN = "broken"


class PictureKind(models.TextChoices):
    """How the picture came to be, and so which files lie in its folder."""

    ORIGINAL = "original", _("Original")
    PATCH = "patch", _("Result")
    WHOLE = "whole", _("Result")


class PictureQuerySet(models.QuerySet["Picture"]):
    """Which pictures, in the words of the house."""

    def newest_first(self) -> Self:
        """The gallery's order."""
        return self.order_by("-created_at", "-pk")

    def live(self) -> Self:
        """Those not in the trash."""
        return self.filter(trashed_at=None)

    def family_of(self, picture: "Picture") -> Self:
        """The picture's original and everything made from it, oldest first."""
        root = picture.root_id or picture.pk
        return self.filter(models.Q(pk=root) | models.Q(root_id=root)).order_by("created_at", "pk")

    def with_parts(self) -> Self:
        """Each with `parts`: how many pictures its execution gave; `number` says which it is."""
        beside = self.model.objects.filter(
            edit=models.OuterRef("edit"), attempt=models.OuterRef("attempt")
        )
        counted = beside.order_by().values("edit").annotate(n=models.Count("pk")).values("n")
        return self.annotate(parts=Coalesce(models.Subquery(counted), 1))


class Picture(models.Model):
    """Pixels that never change once the row exists.

    Files in `folder`: an original has `original.<ext>` (the bytes as uploaded) and, where these
    had to be converted, `master.png`; a patch has `pixels.png` and `alpha.png` (0 or 255), placed
    at (patch_x, patch_y) of its parent; a whole has `whole.png`. Each has `icc.bin` when it carries
    a colour profile and, perhaps only once somebody has looked, `320.webp` and `1280.webp`. A
    result may have `raw.<ext>`, the engine's answer as it came, and a patch `heat.webp`, where that
    answer changed what is protected.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey(
        "editor.Project",
        models.CASCADE,
        related_name="pictures",
        db_index=False,  # there is one with the pulse
    )
    kind = models.CharField(max_length=8, choices=PictureKind)
    name = models.CharField(max_length=200)
    # Asked for by person only when an account goes; an index would cost at every upload.
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(auto_now_add=True)
    pulse = models.BigIntegerField(default=0)

    # How it is found and sorted: name and prompt folded, the name with its numbers filled up.
    search = models.TextField(blank=True, default="", editable=False)
    name_key = models.CharField(max_length=KEY_LENGTH, blank=True, default="", editable=False)

    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    pixels = models.GeneratedField(
        expression=models.F("width") * models.F("height"),
        output_field=models.BigIntegerField(),
        db_persist=True,
    )
    mode = models.CharField(max_length=4)
    folder = models.CharField(max_length=120)
    extension = models.CharField(max_length=5, blank=True)
    has_master = models.BooleanField(default=False)
    has_icc = models.BooleanField(default=False)
    has_gps = models.BooleanField(default=False)
    notices = models.JSONField(default=list, blank=True)
    sha256 = models.CharField(max_length=64, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)

    # An original has none of these, and no place in their indexes.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="children", db_index=False
    )
    root = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="family", db_index=False
    )
    edit = models.ForeignKey(
        "editor.Edit", models.PROTECT, null=True, related_name="results", db_index=False
    )
    # Which execution drew it, and which of its pictures it is.
    attempt = models.ForeignKey(
        "editor.Attempt", models.SET_NULL, null=True, related_name="results", db_index=False
    )
    number = models.PositiveSmallIntegerField(default=1)
    patch_x = models.PositiveIntegerField(default=0)
    patch_y = models.PositiveIntegerField(default=0)
    protected_pixels = models.PositiveBigIntegerField(default=0)
    changed_protected_pixels = models.PositiveBigIntegerField(default=0)
    # How the answer fitted in, for people: compose.Facts, and under "raw" what is kept of the
    # answer as it came: {"file", "format", "width", "height", "bytes"}. An answer that was used
    # without protection names its result under "raw_of". Empty for an original.
    proof = models.JSONField(default=dict, blank=True)

    # In the trash: its pixels stay readable until it is purged, for what was made from it.
    trashed_at = models.DateTimeField(null=True, blank=True)
    trashed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+", db_index=False
    )

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["project", "sha256"],
                condition=models.Q(kind="original"),
                name="picture_original_once_per_project",
            ),
            models.CheckConstraint(
                condition=models.Q(kind="original", parent=None, edit=None)
                | models.Q(kind__in=["patch", "whole"], parent__isnull=False, edit__isnull=False),
                name="picture_kind_has_its_parts",
            ),
        ]
        indexes = [
            # One for each order; kind and author ride along, so that a filter which matches
            # little reads the index alone.
            models.Index(
                fields=["project", "-created_at", "-id", "kind", "created_by"],
                condition=models.Q(trashed_at=None),
                name="picture_by_time",
            ),
            models.Index(
                fields=["project", "name_key", "id", "kind", "created_by"],
                condition=models.Q(trashed_at=None),
                name="picture_by_name",
            ),
            models.Index(
                fields=["project", "-pixels", "-id", "kind", "created_by"],
                condition=models.Q(trashed_at=None),
                name="picture_by_size",
            ),
            models.Index(
                fields=["project", "-trashed_at", "-id"],
                condition=models.Q(trashed_at__isnull=False),
                name="picture_in_trash",
            ),
            models.Index(fields=["project", "pulse"], name="picture_pulse"),
            *(
                models.Index(
                    fields=[name],
                    condition=models.Q((f"{name}__isnull", False)),
                    name=f"picture_by_{name}",
                )
                for name in ("parent", "root", "edit", "attempt")
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Note a new picture's texts for search and sorting."""
        if self._state.adding:
            self.note_texts()
        super().save(*args, **kwargs)

    def note_texts(self) -> None:
        """Fill what the picture is found and sorted by; after a change and without `save`."""
        self.search = search_text(self.name, self.edit.prompt if self.edit else "")
        self.name_key = name_key(self.name)

    @property
    def is_original(self) -> bool:
        """Whether it was uploaded rather than made here."""
        return self.kind == PictureKind.ORIGINAL

    @property
    def is_unread(self) -> bool:
        """Whether its pixels were never looked at; all else was told from the file's head."""
        return UNREAD in self.notices

    @property
    def is_broken(self) -> bool:
        """Whether its pixels cannot be had."""
        return BROKEN in self.notices

    @property
    def base_file(self) -> str:
        """The file that holds all pixels; empty for a patch."""
        if self.kind == PictureKind.PATCH:
            return ""
        if self.kind == PictureKind.WHOLE:
            return f"{self.folder}/whole.png"
        return f"{self.folder}/master.png" if self.has_master else self.original_file

    @property
    def original_file(self) -> str:
        """The bytes as uploaded."""
        return f"{self.folder}/original.{self.extension}"

    @property
    def stem(self) -> str:
        """The name without the ending of a picture file, for files made of it."""
        stem, dot, ending = self.name.rpartition(".")
        return stem if dot and stem and ending.lower() in NAME_ENDINGS else self.name

    @property
    def ratio_class(self) -> str:
        """CSS class of the aspect ratio in twentieths, so that rows are laid out before loading."""
        return f"ratio-{min(60, max(7, round(self.width / self.height * 20)))}"
