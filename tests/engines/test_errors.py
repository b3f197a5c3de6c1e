from __future__ import annotations

import pytest

from editor.engines import errors
from editor.engines.errors import EngineError, Execution


def make_errors() -> list[EngineError]:
    return [
        errors.UnknownEngine("x"),
        errors.NoRunner("x"),
        errors.NotUnderstood("m", code="not_understood", part="p", abilities=("a",)),
        errors.NeedsMask("m", part="p"),
        errors.CannotFill("m"),
        errors.EngineCrashed("m", kind="memory", permanent=True),
    ]


@pytest.mark.parametrize("error", make_errors(), ids=lambda error: type(error).__name__)
def test_every_error_says_what_a_caller_must_know(error: EngineError) -> None:
    assert isinstance(error.execution, Execution)
    assert isinstance(error.permanent, bool)
    assert error.code
    assert str(error) == error.message != ""


def test_refusals_were_not_executed() -> None:
    refusals = [error for error in make_errors() if isinstance(error, errors.Refused)]
    assert len(refusals) == 3
    assert {error.execution for error in refusals} == {Execution.NO}


def test_codes_tell_errors_apart() -> None:
    codes = [error.code for error in make_errors()]
    assert len(set(codes)) == len(codes)
