"""Answers that mean no: each kind of service has its own envelope."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """The request is answered with an error and costs nothing."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        code: str | None = None,
        param: str | None = None,
        kind: str = "invalid_request_error",
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.param = param
        self.kind = kind
        self.more = more


def envelope(refusal: Refusal, dialect: str = "openai") -> dict[str, Any]:
    """Return the body as a service of this dialect writes it."""
    if dialect in {"vllm", "sglang"}:
        where = ["body", refusal.param] if refusal.param else ["body"]
        detail = [{"loc": where, "msg": refusal.message, "type": refusal.code or "value_error"}]
        return {"detail": detail if refusal.status == 422 else refusal.message}
    if dialect in {"localai", "openrouter"}:
        return {"error": {"message": refusal.message, "code": refusal.status, "type": ""}}
    if dialect == "xai":
        return {"code": refusal.code or "invalid-argument", "error": refusal.message}
    return {
        "error": {
            "message": refusal.message,
            "type": refusal.kind,
            "param": refusal.param,
            "code": refusal.code,
            **refusal.more,
        }
    }
