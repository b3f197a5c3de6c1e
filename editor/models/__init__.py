"""Nouns, one file each."""

from editor.models.activity import Activity
from editor.models.api_key import ApiKey, Scope
from editor.models.attempt import Attempt, Execution
from editor.models.edit import (
    HELD_STATES,
    OPEN_STATES,
    TERMINAL_STATES,
    TROUBLED_STATES,
    UNDECIDED_STATES,
    WAITING_STATES,
    Edit,
    State,
)
from editor.models.edit_input import EditInput
from editor.models.favourite import Favourite
from editor.models.ledger import CostBasis, LedgerEntry, LedgerKind
from editor.models.leftover import Leftover, LeftoverKind
from editor.models.mask import Mask
from editor.models.membership import Membership, Role
from editor.models.picture import Picture, PictureKind
from editor.models.project import Project
from editor.models.provider import Provider, ProviderConsent, ProviderSource
from editor.models.user import User
from editor.models.worker import Worker

__all__ = [
    "HELD_STATES",
    "OPEN_STATES",
    "TERMINAL_STATES",
    "TROUBLED_STATES",
    "UNDECIDED_STATES",
    "WAITING_STATES",
    "Activity",
    "ApiKey",
    "Attempt",
    "CostBasis",
    "Edit",
    "EditInput",
    "Execution",
    "Favourite",
    "LedgerEntry",
    "LedgerKind",
    "Leftover",
    "LeftoverKind",
    "Mask",
    "Membership",
    "Picture",
    "PictureKind",
    "Project",
    "Provider",
    "ProviderConsent",
    "ProviderSource",
    "Role",
    "Scope",
    "State",
    "User",
    "Worker",
]
