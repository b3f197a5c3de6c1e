"""A mask: which pixels of a picture an edit may change."""

from django.db import models

from editor.models.public_id import new_public_id


class Mask(models.Model):
    """Coverage 0 (protected) to 255, kept as a grey PNG cropped to the box that is painted.

    One that nobody has read yet has no painted pixel, all of the picture as its box, and the file
    as it came, whose alpha says what to edit.
    """

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    project = models.ForeignKey("editor.Project", models.CASCADE, related_name="masks")
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    left = models.PositiveIntegerField()
    top = models.PositiveIntegerField()
    right = models.PositiveIntegerField()
    bottom = models.PositiveIntegerField()
    painted = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    folder = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(left__lt=models.F("right"), top__lt=models.F("bottom"))
                & models.Q(right__lte=models.F("width"), bottom__lte=models.F("height")),
                name="mask_box_inside",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom in picture pixels; right and bottom exclusive."""
        return (self.left, self.top, self.right, self.bottom)

    @property
    def is_unread(self) -> bool:
        """Whether its file is the one that came."""
        return self.painted == 0

    @property
    def file(self) -> str:
        """The cropped grey PNG, or what came."""
        return f"{self.folder}/upload" if self.is_unread else f"{self.folder}/mask.png"
