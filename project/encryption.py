"""The keys that providers' keys are encrypted with: given, or made once and kept apart."""

from pathlib import Path

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from project.secret_key import load_or_create

NAME = "PENTIMENTO_ENCRYPTION_KEY"


def keys(given: str, data_dir: Path) -> list[str]:
    """Return Fernet keys, the one to encrypt with first.

    `given` holds them with commas between; without, the one in `data_dir` is used, made at the
    first start. Raises ImproperlyConfigured for what is no such key.
    """
    found = [key.strip() for key in given.split(",") if key.strip()]
    found = found or [load_or_create(data_dir, name="encryption_key", make=_new_key)]
    for key in found:
        _check(key)
    return found


def _new_key() -> str:
    return Fernet.generate_key().decode()


def _check(key: str) -> None:
    try:
        Fernet(key)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{NAME} must be 32 bytes in URL-safe base64 (44 characters), several with commas "
            "between; make one with: python -c 'from cryptography.fernet import Fernet; "
            "print(Fernet.generate_key().decode())'"
        ) from error
