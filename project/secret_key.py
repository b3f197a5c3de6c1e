"""Keys made once, kept in the data folder, readable by their owner only."""

import os
import secrets
from collections.abc import Callable
from pathlib import Path


def new_secret() -> str:
    """Return a key that signs sessions."""
    return secrets.token_urlsafe(50)


def load_or_create(
    data_dir: Path, *, name: str = "secret_key", make: Callable[[], str] = new_secret
) -> str:
    """Return the key kept in `data_dir`, making it at the first start with mode 600.

    Two processes that start at once agree: the file is linked into place whole, and only once.
    Raises OSError when the folder cannot be written.
    """
    path = data_dir / name
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
        _create(path, make())
    return path.read_text().strip()


def _create(path: Path, key: str) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first: its key counts
    finally:
        draft.unlink()
