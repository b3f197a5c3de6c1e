"""What a call is refused with: the error envelope that clients of OpenAI's API read.

Its texts are for programmers and are, like the names of the fields, the same in every language.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiError(Exception):
    """A call that is answered with an error; `param` names the field to mend."""

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
        self.status = status
        self.message = message
        self.type = type
        self.code = code
        self.param = param
        self.headers = dict(headers or {})

    def to_json(self) -> dict[str, Any]:
        """The envelope, with all of its keys."""
        return {
            "error": {
                "message": self.message,
                "type": self.type,
                "param": self.param,
                "code": self.code,
            }
        }


def invalid(param: str | None, message: str, code: str = "invalid_value") -> ApiError:
    """A field that holds what it cannot hold."""
    return ApiError(400, message, code=code, param=param)


def missing(param: str, message: str = "") -> ApiError:
    """A field without which there is nothing to do."""
    return invalid(
        param, message or f"Missing required parameter: '{param}'.", "missing_required_parameter"
    )


def wrong_type(param: str, wanted: str) -> ApiError:
    """A field of another type; `wanted` is said as in "a whole number"."""
    return invalid(param, f"Invalid type for '{param}': expected {wanted}.", "invalid_type")


def repeated(param: str, message: str = "") -> ApiError:
    """A field that was given twice."""
    return invalid(param, message or f"Duplicate parameter: '{param}'.", "duplicate_parameter")


def not_a_picture(param: str, message: str) -> ApiError:
    """A file that is no picture we take."""
    return invalid(param, message, "invalid_image_file")


def too_large(message: str, param: str | None = None) -> ApiError:
    """More bytes than are taken."""
    return ApiError(413, message, code="request_too_large", param=param)
