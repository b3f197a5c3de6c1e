"""Names and reasons are worded once, and every reason an engine gives has words."""

from __future__ import annotations

import pytest

from editor.engines.openai.planning import Reason
from editor.engines.plans import Change
from editor.services import exchange, parameter_words


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_words(reason: Reason) -> None:
    words = parameter_words.reason(reason)
    assert reason in parameter_words.REASONS
    assert not words.endswith(".")
    after = exchange.reason(Change("size", "1x1", None, reason))
    assert after == f"{words[0].upper()}{words[1:]}."
