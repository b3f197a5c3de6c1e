"""Which of several a version is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.models import Edit, Picture
from editor.services.parts import part
from tests.making import make_result_row, make_rows

if TYPE_CHECKING:
    from tests.conftest import People


def named(picture: Picture) -> str:
    return part(Picture.objects.with_parts().select_related("edit").get(pk=picture.pk))


def test_results_are_told_apart_by_number_or_by_area(people: People) -> None:
    (picture,) = make_rows(people.project, people.olga, 1)
    result = make_result_row(picture, people.olga, "a red door")
    assert named(picture) == named(result) == ""
    Edit.objects.update(area=2, areas=3)
    assert named(result) == "area 2 of 3"
    # One that was not counted came alone.
    assert part(result) == ""
