"""What a body holds, whichever form it came in."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from editor.api.call import File
    from editor.api.values import Values


@dataclass(slots=True)
class Body:
    """Fields, and files that are ours: closed they are gone.

    `pictures` are in the client's order. `unread` are names that were left out on purpose.
    """

    values: Values
    pictures: list[File] = field(default_factory=list)
    masks: list[File] = field(default_factory=list)
    has_markup: bool = False
    unread: set[str] = field(default_factory=set)

    @property
    def ignored(self) -> set[str]:
        """Names of fields that nobody asked for."""
        return self.unread | (self.values.given.keys() - self.values.known)

    @property
    def picture_field(self) -> str:
        """What its pictures are called in errors."""
        return "image" if self.values.as_text else "images"

    def close(self) -> None:
        """Let go of all files."""
        for file in (*self.pictures, *self.masks):
            file.close()
