"""Writes the record of a project; always inside the transaction of what it records."""

from collections.abc import Iterable
from typing import Any

from editor.models import Activity, Edit, Picture, Project, User
from editor.models.written import insert_values


def record(
    kind: str,
    project: Project,
    *,
    actor: User | None = None,
    edit: Edit | None = None,
    picture: Picture | None = None,
    **detail: Any,
) -> None:
    """Add one row. `detail` holds plain values; never prompts, keys or addresses."""
    Activity.objects.create(
        project=project, actor=actor, edit=edit, picture=picture, kind=kind, detail=detail
    )


def note(kind: str, *, project: int, edit: int, **detail: Any) -> None:
    """Add one row for a step of an edit that nobody took by hand, by keys alone."""
    Activity.objects.create(project_id=project, edit_id=edit, kind=kind, detail=detail)


def note_each(kind: str, edits: Iterable[tuple[int, int, dict[str, Any]]]) -> None:
    """The same for many edits: (project, edit, detail). One query."""
    rows: list[dict[str, Any]] = [
        {"project_id": project, "edit_id": edit, "kind": kind, "detail": detail}
        for project, edit, detail in edits
    ]
    insert_values(Activity, rows)


def record_each(kind: str, project: Project, *, actor: User, pictures: Iterable[Picture]) -> None:
    """Add a row for each of many pictures. One query."""
    Activity.objects.bulk_create(
        Activity(project=project, actor=actor, picture=picture, kind=kind) for picture in pictures
    )
