"""Encrypts providers' keys at rest. What it opens goes into one outgoing header, and nowhere else."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from editor.engines.errors import ErrorClass, Execution, ProviderError, Trouble

# A key on its way through the session, while its owner confirms who they are.
IN_HAND_SECONDS = 600
_IN_HAND = "in hand:"


class WrongKey(ProviderError):
    """What is stored was encrypted with a key that this instance does not have.

    For an edit that is about to be sent it means what a rejected key means: nothing was sent, and
    nothing is sent to this provider until its key is entered again.
    """

    def __init__(self) -> None:
        super().__init__(
            "The provider's key cannot be read: it was encrypted with another encryption key.",
            code="key_unreadable",
            error_class=ErrorClass.OURS,
            execution=Execution.NO,
            trouble=Trouble.KEY_REJECTED,
        )


def seal(secret: str) -> str:
    """Return the secret encrypted with the first of the instance's keys."""
    return _fernet().encrypt(secret.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Return the secret. Raises WrongKey."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongKey from error


def opens(sealed: str) -> bool:
    """Whether this instance can read it; nothing sealed is nothing to read."""
    try:
        return not sealed or bool(open_sealed(sealed))
    except WrongKey:
        return False


def hand(secret: str, owner: object) -> str:
    """Return the secret sealed for the few minutes in which its owner confirms who they are."""
    return seal(f"{_IN_HAND}{owner}:{secret}")


def take(handed: str, owner: object) -> str:
    """Return what was handed; empty when it is too old, or not what `hand` made for this owner."""
    try:
        text = _fernet().decrypt(handed.encode(), ttl=IN_HAND_SECONDS).decode()
    except InvalidToken:
        return ""
    start = f"{_IN_HAND}{owner}:"
    return text.removeprefix(start) if text.startswith(start) else ""


def resealed(sealed: str) -> str:
    """Return it encrypted anew with the first key. Raises WrongKey."""
    try:
        return _fernet().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongKey from error


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
