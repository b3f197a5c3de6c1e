"""One model of one provider as an engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from editor.engines.costs import Cost, CostBasis
from editor.engines.errors import EngineCrashed, NoRunner, Refused
from editor.engines.openai import dial, planning, prices, wire
from editor.engines.openai.catalog import unlisted
from editor.engines.openai.client import Call
from editor.engines.openai.reading import Reader
from editor.imaging.focus import FocusRules
from editor.imaging.sandbox.errors import JobCrashed, JobRejected

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import httpx

    from editor.engines.base import Answer, EditRequest, EditResult, Instruction, Runner, Watch
    from editor.engines.openai.provider import ProviderConfig
    from editor.engines.plans import Abilities, Plan, Wanted

ENCODE: Final = "editor.engines.openai.outgoing:encode"
# What `prepare` made, for `edit`.
MADE: Final = "outgoing.json"

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
        return planning.plan(self._provider, self._model, wanted)

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        """Return what it cost: as the provider counted, else the most that was estimated."""
        if result and result.usage:
            charged = prices.charged(self._model, result.usage, len(result.images))
            if charged:
                return charged
        if plan.cost.high is None:
            return Cost(0, CostBasis.UNKNOWN)
        return Cost(plan.cost.high, CostBasis.ESTIMATE)

    async def prepare(self, request: EditRequest) -> None:
        """Write the files to be sent. Raises `EngineError`."""
        arguments = wire.encoding(self._provider, self._model, request)
        try:
            made = await self._child.run(ENCODE, progress=None, **arguments)
        except JobRejected as refusal:
            raise Refused(refusal.message, code=refusal.code, params=refusal.params) from None
        except JobCrashed as crash:
            raise EngineCrashed(
                f"The files to be sent could not be made ({crash.kind}).",
                kind=crash.kind,
                permanent=False,
            ) from crash
        (request.work / MADE).write_text(json.dumps(made), encoding="utf-8")

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        """Send, and keep the answer. Raises `ProviderError`, and what `prepare` raises."""
        made = request.work / MADE
        if not made.exists():
            await self.prepare(request)
        files = json.loads(made.read_text(encoding="utf-8"))
        asked = request.fields.get("n", 1)
        call = Call(
            provider=self._provider,
            transport=self._new_transport(),
            watch=watch,
            work=request.work,
            asked=asked if isinstance(asked, int) else 1,
            optional=frozenset(request.fields),
        )
        return await call.send(wire.build(self._provider, self._model, request, files))

    async def read(self, answer: Answer, work: Path) -> EditResult:
        """Open the answer in a child process. Raises `ProviderError` and `EngineCrashed`."""
        return await Reader(self._provider, self._child, self._new_transport).read(answer, work)

    @property
    def _child(self) -> Runner:
        if self._runner is None:
            raise NoRunner(self.id)
        return self._runner

    def _new_transport(self) -> httpx.AsyncBaseTransport:
        """Every attempt has a connection of its own."""
        if self._transport:
            return self._transport()
        policy = dial.Policy(self._provider.any_private, self._provider.networks)
        return dial.Transport(policy)
