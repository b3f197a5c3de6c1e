"""One model of one provider as an engine."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from editor.engines.costs import Cost, CostBasis
from editor.engines.errors import NoRunner
from editor.engines.openai import dial, download, errors, planning, prices, wire
from editor.engines.openai.catalog import unlisted
from editor.engines.openai.client import Call
from editor.engines.openai.reading import Reader
from editor.imaging.sandbox.wire import ChildJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import httpx

    from editor.engines.base import Answer, EditRequest, EditResult, Instruction, Runner, Watch
    from editor.engines.openai.provider import ProviderConfig
    from editor.engines.openai.wire import Outgoing
    from editor.engines.plans import Abilities, Plan, Wanted
    from editor.imaging.focus import FocusRules

ENCODE: Final = "editor.engines.openai.outgoing:encode"
# What its runner must offer.
JOBS: Final = ("editor.engines.openai.outgoing", "editor.engines.openai.answer_job")
# Without these there is no request; everything else may be left out if a service asks for it.
REQUIRED: Final = frozenset(
    {"model", "prompt", "image", "images", "image[]", "input_references", "mask"}
)

type Transport = Callable[[], httpx.AsyncBaseTransport]


class OpenAICompatible:
    """Sends a crop with its mask to a service; keeps what comes back before it is read."""

    free = False
    replay_safe = False
    redraws = True

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
        """Where the pixels go; empty for an address that cannot be read."""
        try:
            return urlsplit(self._provider.base_url).hostname or ""
        except ValueError:
            return ""

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
        return planning.abilities(self._provider, self._model)

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        """The model reads the prompt itself."""
        return {}

    def rules(self, instruction: Instruction) -> FocusRules:
        """A context of 1.75 times the mask's box, in a shape that the model can draw."""
        return planning.rules(self._provider, self._model)

    def plan(self, wanted: Wanted) -> Plan:
        """Return what would be sent."""
        return planning.plan(self._provider, self._model, wanted)

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        """Return what it cost: as the provider counted, else the most that was estimated.

        Where fewer pictures came than were asked for, the count may be that of those few.
        """
        high = plan.cost.high
        estimated = Cost(0, CostBasis.UNKNOWN) if high is None else Cost(high, CostBasis.ESTIMATE)
        if result is None:
            return estimated
        charged = prices.charged(self._model, result.usage, _came(result), result.inputs)
        if charged and (high is None or charged.micros > high or _came(result) >= plan.count):
            return charged
        return estimated

    def preparation(self, request: EditRequest) -> ChildJob:
        """Return the job that makes the files to be sent."""
        return ChildJob(ENCODE, wire.encoding(self._provider, self._model, request))

    def forward(self, request: EditRequest) -> bool:
        """Whether the service takes them so."""
        return wire.forwarded(self._provider, self._model, request) is not None

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        """Send what was prepared, once, and keep the answer. Raises `ProviderError`."""
        outgoing = self._outgoing(request)
        asked = request.fields.get("n", 1)
        call = Call(
            provider=self._provider,
            transport=self._new_transport(),
            watch=watch,
            work=request.work,
            asked=asked if isinstance(asked, int) else 1,
            inputs=outgoing.pictures,
            optional=_names(outgoing) - REQUIRED,
        )
        return await call.send(outgoing)

    async def read(self, answer: Answer, work: Path) -> EditResult:
        """Open the answer in a child process. Raises `ProviderError` and `EngineCrashed`."""
        return await Reader(self._provider, self._child, self._line_to).read(answer, work)

    def _outgoing(self, request: EditRequest) -> Outgoing:
        try:
            made = self._made(request)
        except (OSError, ValueError) as error:
            raise errors.not_prepared(error) from error
        try:
            return wire.build(self._provider, self._model, request, made)
        except ValueError:
            raise errors.failure("bad_address") from None

    def _made(self, request: EditRequest) -> Mapping[str, Any]:
        """The files to be sent. Raises OSError, ValueError."""
        if not request.as_it_is:
            noted: dict[str, Any] = json.loads((request.work / wire.MADE).read_bytes())
            return noted
        made = wire.forwarded(self._provider, self._model, request)
        if made is None:
            raise ValueError("these files may not be sent as they are")
        return made

    @property
    def _child(self) -> Runner:
        if self._runner is None:
            raise NoRunner(self.id)
        return self._runner

    def _new_transport(self) -> httpx.AsyncBaseTransport:
        """Every attempt has a connection of its own."""
        policy = dial.Policy(self._provider.any_private, self._provider.networks)
        return self._transport() if self._transport else dial.Transport(policy)

    def _line_to(self, result: httpx.URL) -> httpx.AsyncBaseTransport:
        """What is open for the provider is open for nothing else that its answers name."""
        if self._transport or download.is_own(result, self._provider):
            return self._new_transport()
        return dial.Transport(dial.Policy(networks=self._provider.networks))


def _came(result: EditResult) -> int:
    """How many pictures were drawn, those that nobody can read among them."""
    bad = result.actual.get("unreadable")
    return len(result.images) + (bad if isinstance(bad, int) else 0)


def _names(outgoing: Outgoing) -> frozenset[str]:
    """The names of everything in a request that is no file."""
    return frozenset(outgoing.json or ()) | {name for name, _ in outgoing.data}
