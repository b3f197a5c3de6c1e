"""What goes wrong under /v1, in the envelope that every client of the API reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiError(Exception):
    """An answer that is no success; `message` says what happened and what to do."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.type = status, message, type
        self.code, self.param, self.headers = code, param, dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """The envelope, with all its keys."""
        error = {"message": self.message, "type": self.type, "param": self.param}
        return {"error": error | {"code": self.code}}
