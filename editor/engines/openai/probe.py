"""One tiny edit with a picture of our own, to measure what a provider makes of a request."""

from __future__ import annotations

import tempfile
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypedDict
from uuid import uuid4

from editor.engines.base import EditRequest
from editor.engines.errors import EngineError, Execution, ProviderError, Trouble
from editor.engines.openai import errors
from editor.engines.openai.engine import JOBS, OpenAICompatible
from editor.engines.plans import Wanted
from editor.imaging.sandbox.client import Limits, Sandbox
from editor.imaging.sandbox.errors import SandboxError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from editor.engines.base import Engine, Runner
    from editor.engines.costs import Cost
    from editor.engines.openai.engine import Transport
    from editor.engines.openai.provider import ProviderConfig
    from editor.imaging.sandbox.wire import JSON

PAINT: Final = "editor.engines.openai.probe_job:paint"
MEASURE: Final = "editor.engines.openai.probe_job:measure"
MODULES: Final = (*JOBS, "editor.engines.openai.probe_job")
LIMITS: Final = Limits(
    cpu_seconds=60, memory_bytes=None, wall_seconds=90.0, file_bytes=512 * 1024**2
)
PROMPT: Final = (
    "Fill the marked right half of the picture with one flat bright red."
    " Leave the left half exactly as it is."
)


class Failure(TypedDict):
    """What went wrong, without secrets; ``execution`` says whether it may be charged."""

    code: str
    message: str
    execution: str
    status: int | None
    text: str
    request_id: str


class Findings(TypedDict, total=False):
    """What a probe found, as plain JSON; what it did not get to is absent.

    ``mask``: "obeyed", "inverted", "ignored" or "unclear"; ``polarity`` is what was sent as the
    mask's, absent where none was. ``inside`` and ``outside`` are the
    shares of the picture's halves that changed; ``shift`` is in pixels of the crop.
    """

    reachable: bool
    key: bool
    mask: str
    polarity: str
    asked: list[int]
    size: list[int]
    shift: float
    inside: float
    outside: float
    seconds: float
    cost_micros: int
    cost_basis: str
    usage: Mapping[str, JSON] | None
    error: Failure


@dataclass(slots=True)
class Watched:
    """What is known of the attempt while it runs."""

    status: int | None = None
    has_left: bool = False
    found: Findings = field(default_factory=Findings)

    def progress(self, share: float) -> None:
        """Nobody is told."""

    async def sent(self) -> None:
        """The whole request has left."""
        self.has_left = True

    async def leaving(self) -> None:
        """Nothing is kept of a probe."""

    async def headed(self, head: Mapping[str, JSON]) -> None:
        """The head of the answer is here."""
        status = head.get("status")
        self.status = status if isinstance(status, int) else None

    def partial(self, file: Path) -> None:
        """None is asked for."""


async def probe(
    provider: ProviderConfig,
    model: str,
    *,
    runner: Runner | None = None,
    transport: Transport | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Findings:
    """Send one synthetic edit and return what was found, whatever the provider does.

    It costs as much as a small edit in the lowest quality. Without a ``runner`` that offers
    `MODULES` it starts child processes of its own.
    """
    if runner is None:
        with closing(Sandbox(preload=MODULES, limits=LIMITS, slots=1)) as sandbox:
            return await probe(provider, model, runner=sandbox, transport=transport, clock=clock)
    engine = OpenAICompatible(provider, model, runner=runner, transport=transport)
    watched, begun = Watched(), clock()
    found = watched.found
    with tempfile.TemporaryDirectory(prefix="probe-") as work:
        try:
            await _measure(engine, runner, Path(work), watched)
        except EngineError as error:
            found["error"] = _told(error)
            found["reachable"] = watched.has_left or watched.status is not None
            _judge_key(watched, error)
        except SandboxError:
            found["error"] = _told(errors.failure("answer_unreadable"))
    if "mask" in found and engine.abilities.mask:
        found["polarity"] = provider.manner.mask
    found["seconds"] = round(clock() - begun, 1)
    return found


async def _measure(engine: Engine, runner: Runner, work: Path, watched: Watched) -> None:
    """Fill in what is found, as far as it goes. Raises what the engine raises."""
    found = watched.found
    image, mask = work / "crop.png", work / "crop-mask.png"
    painted: Mapping[str, Any] = await runner.run(
        PAINT, progress=None, image=str(image), mask=str(mask)
    )
    crop = painted["width"], painted["height"]
    wanted = Wanted(crop=crop, has_mask=True, prompt=PROMPT, parameters=_cheapest(engine))
    plan = engine.plan(wanted)
    found["asked"] = list(plan.size or crop)
    request = EditRequest(
        image=image,
        mask=mask,
        prompt=PROMPT,
        instruction=engine.understand(PROMPT, has_mask=True),
        seed=0,
        work=work,
        size=plan.size,
        fields=plan.fields,
        token=uuid4().hex,
    )
    await _prepare(engine, runner, request)
    answer = await engine.edit(request, watched)
    found["reachable"] = found["key"] = True
    _charge(found, engine.cost(plan, None))
    result = await engine.read(answer, work)
    _charge(found, engine.cost(plan, result))
    found["usage"] = result.usage
    measured: Mapping[str, Any] = await runner.run(
        MEASURE, progress=None, image=str(image), answer=str(result.images[0])
    )
    found["size"], found["shift"] = measured["size"], measured["shift"]
    found["inside"], found["outside"] = measured["inside"], measured["outside"]
    found["mask"] = measured["mask"]


async def _prepare(engine: Engine, runner: Runner, request: EditRequest) -> None:
    job = engine.preparation(request)
    if job is not None:
        await runner.run(job.function, progress=None, **job.arguments)


def _charge(found: Findings, cost: Cost) -> None:
    found["cost_micros"], found["cost_basis"] = cost.micros, cost.basis


def _cheapest(engine: Engine) -> dict[str, JSON]:
    """The first quality an engine lists is its lowest."""
    qualities = engine.abilities.qualities
    return {"quality": qualities[0]} if qualities else {}


def _judge_key(watched: Watched, error: EngineError) -> None:
    """A key is accepted when the provider says anything but that it is not."""
    if isinstance(error, ProviderError) and error.trouble == Trouble.KEY_REJECTED:
        watched.found["key"] = False
    elif watched.status is not None:
        watched.found["key"] = watched.status < 500 and not 300 <= watched.status < 400


def _told(error: EngineError) -> Failure:
    upstream = error.upstream if isinstance(error, ProviderError) else None
    return Failure(
        code=error.code,
        message=error.message,
        execution=Execution(error.execution),
        status=upstream.status if upstream else None,
        text=upstream.text if upstream else "",
        request_id=upstream.request_id if upstream else "",
    )
