"""One model of one provider as an engine."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from editor.engines.costs import Cost, CostBasis, CostRange
from editor.engines.openai.catalog import unlisted
from editor.engines.plans import Abilities, Plan, Wanted
from editor.imaging.focus import FocusRules

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from editor.engines.base import Answer, EditRequest, EditResult, Instruction, Runner, Watch
    from editor.engines.openai.provider import ProviderConfig

type Transport = Callable[[], httpx.AsyncBaseTransport]


class OpenAICompatible:
    """Sends a crop with its mask to a service; keeps what comes back before it is read."""

    free = False
    replay_safe = False

    def __init__(
        self,
        provider: ProviderConfig,
        model: str,
        *,
        runner: Runner | None = None,
        transport: Transport | None = None,
    ) -> None:
        self._provider = provider
        self._model = provider.models.get(model) or unlisted(model)
        self._runner = runner
        self._transport = transport

    @property
    def id(self) -> str:
        """Provider and model."""
        return f"{self._provider.id}:{self._model.id}"

    @property
    def label(self) -> str:
        """The model's name and whose it is."""
        return f"{self._model.label} · {self._provider.name}"

    @property
    def host(self) -> str:
        """Where the pixels go."""
        return urlsplit(self._provider.base_url).hostname or ""

    @property
    def resend_safe(self) -> bool:
        """Whether the service recognises a token it has seen."""
        return self._provider.resend_safe

    @property
    def max_answer_bytes(self) -> int:
        """The cap on the body."""
        return self._provider.max_answer_bytes

    @property
    def abilities(self) -> Abilities:
        """Those of the model at this provider."""
        return self._model.abilities

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        """The model reads the prompt itself."""
        return {}

    def rules(self, instruction: Instruction) -> FocusRules:
        """A context of 1.75 times the mask's box."""
        return FocusRules(margin_factor=0.375, margin_min=64)

    def plan(self, wanted: Wanted) -> Plan:
        """Return what would be sent."""
        return Plan(None, {}, (), CostRange(None, None))

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        """Return what it cost."""
        return Cost(0, CostBasis.UNKNOWN)

    async def prepare(self, request: EditRequest) -> None:
        """Write the files to be sent."""
        raise NotImplementedError

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        """Send, and keep the answer."""
        raise NotImplementedError

    async def read(self, answer: Answer, work: Path) -> EditResult:
        """Open the answer in a child process."""
        raise NotImplementedError
