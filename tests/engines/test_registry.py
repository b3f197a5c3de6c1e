from __future__ import annotations

import subprocess
import sys

import pytest

from editor.engines.builtin.engine import Builtin
from editor.engines.errors import UnknownEngine
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.registry import Registry
from tests.engines.openai.setting import make_provider


def test_the_built_in_engine_is_offered_first() -> None:
    first = Registry().engines()[0]
    assert (first.id, first.free, first.replay_safe) == ("builtin", True, True)


def test_only_what_draws_everything_anew_must_be_put_in_its_place() -> None:
    assert not Builtin().redraws
    assert OpenAICompatible(make_provider(), "brush-1").redraws


def test_an_engine_is_found_by_its_id_and_made_once() -> None:
    registry = Registry()
    assert registry.engine("builtin") is registry.engine("builtin")
    assert isinstance(registry.engine("builtin"), Builtin)


def test_an_unknown_id_is_named() -> None:
    with pytest.raises(UnknownEngine, match="crayon") as caught:
        Registry().engine("crayon")
    assert caught.value.params == {"engine": "crayon"}


def test_planning_loads_neither_numpy_nor_opencv_nor_pillow() -> None:
    code = (
        "import sys; from editor.engines.registry import Registry;"
        "engine = Registry().engine('builtin');"
        "engine.rules(engine.understand('remove this', has_mask=True));"
        "heavy = {'numpy', 'cv2', 'PIL', 'patchmatch', 'django'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert (done.returncode, done.stderr) == (0, b"")
