"""Encrypts providers' keys at rest. What it opens goes into one outgoing header, and nowhere else."""

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class WrongKey(Exception):
    """What is stored was encrypted with a key that this instance does not have."""


def seal(secret: str) -> str:
    """Return the secret encrypted with the first of the instance's keys."""
    return _fernet().encrypt(secret.encode()).decode()


def open_sealed(sealed: str) -> str:
    """Return the secret. Raises WrongKey."""
    try:
        return _fernet().decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongKey from error


def resealed(sealed: str) -> str:
    """Return it encrypted anew with the first key. Raises WrongKey."""
    try:
        return _fernet().rotate(sealed.encode()).decode()
    except InvalidToken as error:
        raise WrongKey from error


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.ENCRYPTION_KEYS])
