"""All engines: our own and those of providers, by the id that an edit stores."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from editor.engines.errors import UnknownEngine
from editor.engines.openai.engine import OpenAICompatible
from editor.engines.registry import Registry
from editor.models import Provider
from editor.models.public_id import is_public_id
from editor.services import providers
from editor.services.vault import WrongKey

if TYPE_CHECKING:
    from editor.engines.base import Engine, Runner
    from editor.engines.openai.engine import Transport
    from editor.engines.openai.provider import ProviderConfig
    from editor.models import Project


class Engines:
    """Looks providers up in the database, so that a change of theirs counts at once.

    With a ``runner`` the engines draw; without one they only understand prompts and plan, and
    those of providers send what needs no child, if it ``sends``.
    """

    def __init__(
        self,
        runner: Runner | None = None,
        *,
        transport: Transport | None = None,
        sends: bool = False,
    ) -> None:
        self._own = Registry(runner)
        self._runner = runner
        self._transport = transport
        self._has_keys = sends or runner is not None

    def engine(self, name: str, row: Provider | None = None) -> Engine:
        """Return the engine of this id; `row` is its provider, if the caller has just read it.

        Raises `UnknownEngine`; vault.WrongKey.
        """
        if ":" not in name:
            return self._own.engine(name)
        row = row or _row(name)
        if row.deleted_at is not None:
            raise UnknownEngine(name)
        # What only plans needs no key, and must not fail for one that cannot be read.
        return self._model(providers.config(row, with_key=self._has_keys), name)

    def reader(self, name: str) -> Engine:
        """Return an engine for an answer that is here: its provider or key may be gone.

        Raises `UnknownEngine`.
        """
        if ":" not in name:
            return self._own.reader(name)
        row = _row(name)
        try:
            # With the key, so that a service that repeats it is not quoted with it.
            known = providers.config(row)
        except WrongKey:
            known = providers.config(row, with_key=False)
        return self._model(known, name)

    def _model(self, provider: ProviderConfig, name: str) -> Engine:
        model = name.partition(":")[2]
        return OpenAICompatible(provider, model, runner=self._runner, transport=self._transport)


def _row(name: str) -> Provider:
    """The provider of an engine, a deleted one too. Raises `UnknownEngine`."""
    row = Provider.objects.filter(public_id=name.partition(":")[0]).first()
    if row is None:
        raise UnknownEngine(name)
    return row


@cache
def planning_registry() -> Engines:
    """Return the engines without a runner."""
    return Engines()


def provider_of(project: Project, name: str) -> Provider | None:
    """Return the provider of an engine that the project's members may ask; None for our own.

    Raises `UnknownEngine`.
    """
    public_id, colon, model = name.partition(":")
    if not colon:
        return None
    found = providers.usable(project).filter(public_id=public_id) if is_public_id(public_id) else []
    for row in found:
        if model in row.offered:
            return row
    raise UnknownEngine(name)


def offered(project: Project, name: str) -> Engine:
    """Return an engine that the project's members may ask. Raises `UnknownEngine`."""
    return planning_registry().engine(name, provider_of(project, name))
