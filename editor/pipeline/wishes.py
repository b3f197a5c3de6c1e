"""What may be wished for: a prompt, an engine that is there for the project, and understands it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from editor.engines.errors import EngineError
from editor.imaging.focus import UNFRAMED, Framing
from editor.services import engines, instructions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.core.files.uploadedfile import UploadedFile

    from editor.engines.base import Engine, Instruction
    from editor.engines.registry import EngineSource
    from editor.imaging.focus import Box
    from editor.models import Picture, Project, Provider
    from editor.pipeline.intents import ApiCall
    from editor.services.masks import Painted

PROMPT_LENGTH = 32_000
IDEM_LENGTH = 64


class SubmitRefused(Exception):
    """Nothing was queued; `message` tells the member why and what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Wish:
    """What the member asked for, checked for form only.

    With `apart` what is painted in each of these boxes is edited by itself, one after the other.
    """

    picture: Picture
    engine: str
    prompt: str
    # As it came, or checked already and in the store; then it is ours to drop.
    mask: UploadedFile[Any] | Painted | None
    idem_key: str
    seed: int | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    inputs: tuple[Picture, ...] = ()
    framing: Framing = UNFRAMED
    apart: tuple[Box, ...] = ()
    # The host that the member has agreed to send pictures to, on this very form.
    agreed_host: str = ""
    # How a program asked, where it was not a member on a page.
    call: ApiCall | None = None


@dataclass(frozen=True, slots=True)
class Understood:
    """A wish that can be fulfilled, by whom, and what they made of its prompt."""

    wish: Wish
    engine: Engine
    provider: Provider | None
    instruction: Instruction


def understand(project: Project, wish: Wish, registry: EngineSource) -> Understood:
    """Return what a wish means to the engine it names. Raises SubmitRefused."""
    wish = replace(wish, prompt=words(wish.prompt))
    provider = _provider(project, wish.engine)
    engine = _engine(registry, wish.engine, provider)
    instruction = _instruction(engine, wish.prompt, has_mask=wish.mask is not None)
    if provider is None:
        # Our own engine's effort follows what is painted already.
        wish = replace(wish, apart=())
    return Understood(wish, engine, provider, instruction)


def words(prompt: str) -> str:
    """Return the prompt as it is kept. Raises SubmitRefused."""
    text = prompt.strip()
    if not text:
        raise SubmitRefused("prompt_missing", _("Write what should change."))
    if len(text) > PROMPT_LENGTH:
        raise SubmitRefused(
            "prompt_too_long",
            _("The prompt has %(length)d characters; %(limit)d are allowed.")
            % {"length": len(text), "limit": PROMPT_LENGTH},
        )
    return text


def _engine(registry: EngineSource, name: str, provider: Provider | None) -> Engine:
    try:
        return registry.engine(name, provider)
    except EngineError as error:
        raise SubmitRefused(error.code, _("Choose an engine from the list.")) from error


def _provider(project: Project, engine: str) -> Provider | None:
    """The provider of an engine; one that the project may not use does not exist for it."""
    try:
        return engines.provider_of(project, engine)
    except EngineError as error:
        raise SubmitRefused(error.code, _("Choose an engine from the list.")) from error


def _instruction(engine: Engine, prompt: str, *, has_mask: bool) -> Instruction:
    try:
        return engine.understand(prompt, has_mask=has_mask)
    except EngineError as error:
        raise SubmitRefused(error.code, instructions.refusal(error)) from error
