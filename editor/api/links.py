"""Pictures that lie elsewhere: fetched only where the operator allows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from editor.api import errors

if TYPE_CHECKING:
    from editor.api.call import File


def is_one(text: str) -> bool:
    """Whether a text is an address of the web."""
    return text[:8].lower().startswith(("http://", "https://"))


def fetched(url: str, param: str) -> File:
    """The picture at an address. Raises ApiError."""
    raise off(param)


def off(param: str) -> errors.ApiError:
    """Why no address is fetched here, and what to do instead."""
    return errors.invalid(
        param,
        f"Invalid '{param}': this server fetches no pictures from addresses. Send the file itself, "
        "or a data URL (data:image/png;base64,…). Its operator can allow addresses with "
        "PENTIMENTO_API_FETCH_URLS.",
    )
