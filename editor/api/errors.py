"""What a call is refused with, in OpenAI's envelope."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NO_HEADERS: Mapping[str, str] = MappingProxyType({})


class ApiError(Exception):
    """An answer that is no picture; all four keys of the envelope are always there."""

    def __init__(  # noqa: PLR0913  the envelope has that many parts
        self,
        status: int,
        message: str,
        *,
        type: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.headers = headers

    def to_json(self) -> dict[str, Any]:
        """The envelope."""
        said = {"message": self.message, "type": self.type, "param": self.param, "code": self.code}
        return {"error": said}
