"""Role x action: one table of data. reliability.md section 3 is its source."""

from enum import StrEnum

from editor.models import Role


class Action(StrEnum):
    """Everything a member may or may not do in a project."""

    VIEW = "project.view"
    UPLOAD = "picture.upload"
    PREVIEW = "picture.preview"
    DOWNLOAD = "picture.download"
    DOWNLOAD_ORIGINAL = "picture.download_original"
    EDIT = "edit.create"
    CANCEL = "edit.cancel"


_EVERYONE = frozenset(Role)
_MAKERS = frozenset({Role.OWNER, Role.EDITOR})

ROLES_FOR: dict[Action, frozenset[Role]] = {
    Action.VIEW: _EVERYONE,
    Action.UPLOAD: _MAKERS,
    Action.PREVIEW: _EVERYONE,
    Action.DOWNLOAD: _EVERYONE,
    # The bytes as uploaded may carry the place they were taken at.
    Action.DOWNLOAD_ORIGINAL: _MAKERS,
    Action.EDIT: _MAKERS,
    # An editor cancels own edits only; see edit_to_cancel in fetch.
    Action.CANCEL: _MAKERS,
}

if missing := set(Action) - set(ROLES_FOR):
    raise RuntimeError(f"Actions without a row in the table: {sorted(missing)}")


def may(role: str, action: Action) -> bool:
    """Whether a member with `role` may do `action`."""
    return role in ROLES_FOR[action]
