"""What each action is called where people read who may do it; the table itself is in roles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from editor.access.roles import RESTS_IN_ARCHIVE, Action, may
from editor.models import Role

type Text = str | Promise

# In the order in which they are read: what nearly everybody may comes first.
WORDS: Final[Mapping[Action, Text]] = {
    Action.VIEW: _("See the project and everything in it"),
    Action.PREVIEW: _("Look at pictures closely"),
    Action.DOWNLOAD: _("Download pictures, without the place they were taken at"),
    Action.FAVOURITE: _("Mark favourites, which nobody else sees"),
    Action.LIST_MEMBERS: _("See who the members are"),
    Action.LEAVE: _("Leave the project"),
    Action.UPLOAD: _("Add pictures"),
    Action.EDIT: _("Edit pictures"),
    Action.CANCEL: _("Cancel edits"),
    Action.DECIDE: _("Decide about edits whose outcome nobody knows"),
    Action.SEE_COST: _("See what edits cost"),
    Action.RENAME: _("Rename pictures"),
    Action.TRASH: _("Delete pictures"),
    Action.EXPORT: _("Download many pictures at once"),
    Action.DOWNLOAD_ORIGINAL: _("Download originals exactly as they were uploaded"),
    Action.NEW_API_KEY: _("Make API keys, with which programs edit pictures"),
    Action.API_KEYS: _("See and revoke API keys"),
    Action.READ_EMAILS: _("See the members\u2019 e-mail addresses"),
    Action.MANAGE_MEMBERS: _("Add and remove members, change their roles"),
    Action.SETTINGS: _("Rename the project"),
    Action.PROVIDERS: _("Connect providers and change their keys"),
    Action.BUDGET: _("Set the budgets"),
    Action.ARCHIVE: _("Archive the project and restore it"),
    Action.DELETE: _("Delete the project"),
}
# What the table cannot say with a tick; the rules are in fetch and in services.members.
NOTES: Final[Mapping[Action, Text]] = {
    Action.CANCEL: _("Editors: their own"),
    Action.DECIDE: _("Editors: their own"),
    Action.SEE_COST: _("Editors: their own"),
    Action.TRASH: _("Editors: their own uploads and results"),
    Action.API_KEYS: _("Editors: their own"),
    Action.LEAVE: _("The last owner cannot"),
}

if missing := set(Action) - set(WORDS):
    raise RuntimeError(f"Actions without words: {sorted(missing)}")


@dataclass(frozen=True, slots=True)
class Line:
    """One action: in words, for each role in order, and what the ticks leave unsaid."""

    words: Text
    note: Text
    allowed: list[bool]
    rests_in_archive: bool


def table() -> list[Line]:
    """Return the table of roles as people read it."""
    return [
        Line(
            words,
            NOTES.get(action, ""),
            [may(role, action) for role in Role],
            action in RESTS_IN_ARCHIVE,
        )
        for action, words in WORDS.items()
    ]
