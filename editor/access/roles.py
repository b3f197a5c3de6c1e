"""Role x action: one table of data. reliability.md section 3 is its source."""

from enum import StrEnum

from editor.models import Role


class Action(StrEnum):
    """Everything a member may or may not do in a project."""

    VIEW = "project.view"
    UPLOAD = "picture.upload"
    RENAME = "picture.rename"
    PREVIEW = "picture.preview"
    DOWNLOAD = "picture.download"
    DOWNLOAD_ORIGINAL = "picture.download_original"
    FAVOURITE = "picture.favourite"
    TRASH = "picture.trash"
    EXPORT = "export.zip"
    EDIT = "edit.create"
    CANCEL = "edit.cancel"
    DECIDE = "edit.decide"
    SEE_COST = "edit.cost"
    LIST_MEMBERS = "member.list"
    READ_EMAILS = "member.emails"
    MANAGE_MEMBERS = "member.manage"
    LEAVE = "member.leave"
    SETTINGS = "project.settings"
    PROVIDERS = "provider.manage"
    BUDGET = "budget.set"
    API_KEYS = "api_key.manage"
    NEW_API_KEY = "api_key.create"
    ARCHIVE = "project.archive"
    DELETE = "project.delete"


_EVERYONE = frozenset(Role)
_MAKERS = frozenset({Role.OWNER, Role.EDITOR})
_OWNERS = frozenset({Role.OWNER})

ROLES_FOR: dict[Action, frozenset[Role]] = {
    Action.VIEW: _EVERYONE,
    Action.UPLOAD: _MAKERS,
    Action.RENAME: _MAKERS,
    Action.PREVIEW: _EVERYONE,
    Action.DOWNLOAD: _EVERYONE,
    # The bytes as uploaded may carry the place they were taken at.
    Action.DOWNLOAD_ORIGINAL: _MAKERS,
    # A private mark; it changes nothing for others.
    Action.FAVOURITE: _EVERYONE,
    # An editor's own uploads and results only; see may_trash in fetch.
    Action.TRASH: _MAKERS,
    Action.EXPORT: _MAKERS,
    Action.EDIT: _MAKERS,
    # An editor cancels own edits only; see edit_to_cancel in fetch.
    Action.CANCEL: _MAKERS,
    # What becomes of an edit with an unknown outcome; an editor decides about own edits only.
    Action.DECIDE: _MAKERS,
    # An editor sees own spending only; see editor.services.usage.
    Action.SEE_COST: _MAKERS,
    Action.LIST_MEMBERS: _EVERYONE,
    Action.READ_EMAILS: _OWNERS,
    Action.MANAGE_MEMBERS: _OWNERS,
    # The last owner does not; see editor.services.members.
    Action.LEAVE: _EVERYONE,
    Action.SETTINGS: _OWNERS,
    Action.PROVIDERS: _OWNERS,
    Action.BUDGET: _OWNERS,
    # An editor lists and revokes own keys only; see api_keys in fetch.
    Action.API_KEYS: _MAKERS,
    # A key acts as the member who makes it.
    Action.NEW_API_KEY: _MAKERS,
    Action.ARCHIVE: _OWNERS,
    Action.DELETE: _OWNERS,
}

# What rests while a project is archived; everything else goes on.
RESTS_IN_ARCHIVE = frozenset(
    {
        Action.UPLOAD,
        Action.RENAME,
        Action.TRASH,
        Action.EDIT,
        Action.SETTINGS,
        Action.PROVIDERS,
        Action.BUDGET,
        Action.NEW_API_KEY,
    }
)

if missing := set(Action) - set(ROLES_FOR):
    raise RuntimeError(f"Actions without a row in the table: {sorted(missing)}")


def may(role: str, action: Action) -> bool:
    """Whether a member with `role` may do `action`."""
    return role in ROLES_FOR[action]
