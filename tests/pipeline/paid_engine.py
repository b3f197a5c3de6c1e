"""A provider's engine for tests: it charges for every request that arrives, and does as told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from PIL import Image

from editor.engines.base import Answer, EditRequest, EditResult, Instruction, Watch
from editor.engines.costs import Cost, CostBasis, CostRange
from editor.engines.errors import ErrorClass, Execution, ProviderError, Trouble, Upstream
from editor.engines.plans import Abilities, Plan, Wanted
from editor.imaging.focus import FocusRules
from editor.models import Edit, Provider, ProviderSource
from editor.pipeline.submit import Wish, submit
from tests.making import as_bytes, make_door, make_image, make_mask, make_picture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from editor.imaging.sandbox.wire import ChildJob
    from editor.models import Project, User

MODEL = "stub-1"
HOST = "provider.test"
ESTIMATE, CHARGED = 50_000, 40_000
BOX = (20, 10, 40, 30)


@dataclass
class PaidEngine:
    """Each call runs the next of `script` once the request has left; None means a good answer.

    `early` holds errors raised before anything leaves. `executed` is the provider's own book.
    """

    script: list[Callable[[], None] | Exception | None] = field(default_factory=list)
    early: list[Exception] = field(default_factory=list)
    unreadable: list[Exception] = field(default_factory=list)
    previews: int = 0
    count: int = 1
    free: bool = False
    replay_safe: bool = False
    resend_safe: bool = False
    redraws: bool = True
    id: str = "paid"
    label: str = "Paid"
    host: str = HOST
    max_answer_bytes: int = 1_000_000
    abilities: Abilities = field(default_factory=lambda: Abilities(n_max=10, inputs_max=16))
    seconds: float = 0.0
    hold_back: bool = False
    # Whether it takes pictures just as they came.
    forwards: bool = False
    fields: Mapping[str, Any] = field(default_factory=dict)
    # Whether its answers say how long they are.
    announces: bool = True

    executed: list[str] = field(default_factory=list)
    seen: list[EditRequest] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    read_times: int = 0
    started: asyncio.Event = field(default_factory=asyncio.Event)
    release: asyncio.Event = field(default_factory=asyncio.Event)

    def engine(self, _name: str, row: object = None) -> PaidEngine:
        """It is its own registry."""
        return self

    def reader(self, name: str) -> PaidEngine:
        """The same, for what was answered."""
        return self.engine(name)

    def understand(self, prompt: str, *, has_mask: bool) -> Instruction:
        return {}

    def rules(self, instruction: Instruction) -> FocusRules:
        return FocusRules(margin_factor=0.5, margin_min=4)

    def plan(self, wanted: Wanted) -> Plan:
        return Plan(None, {"n": self.count, **self.fields}, (), CostRange(ESTIMATE, ESTIMATE))

    def cost(self, plan: Plan, result: EditResult | None) -> Cost:
        if result is None or not result.usage:
            return Cost(ESTIMATE, CostBasis.ESTIMATE)
        return Cost(CHARGED, CostBasis.USAGE)

    def preparation(self, request: EditRequest) -> ChildJob | None:
        return None

    def forward(self, request: EditRequest) -> bool:
        return self.forwards

    async def edit(self, request: EditRequest, watch: Watch) -> Answer:
        await self._leave(request, watch)
        await watch.sent()
        self.started.set()
        if self.hold_back:
            await self.release.wait()
        if self.seconds:
            await asyncio.sleep(self.seconds)
        step = self.script.pop(0) if self.script else None
        if isinstance(step, Exception):
            if getattr(step, "execution", None) != Execution.NO:
                self.executed.append(request.token)
            raise step
        self.executed.append(request.token)
        if step:
            step()
        for number in range(self.previews):
            preview = request.work / f"partial-{number}.b64"
            preview.write_bytes(b"cHJldmlldw==")
            watch.partial(preview)
            await asyncio.sleep(0)
        return await self._answer(request, watch)

    async def _leave(self, request: EditRequest, watch: Watch) -> None:
        if not self.early:
            await watch.leaving()
        self.asked.append(request.token)
        self.seen.append(request)
        if self.early:
            raise self.early.pop(0)

    async def _answer(self, request: EditRequest, watch: Watch) -> Answer:
        body, head = answer_of(request, self.count)
        if not self.announces:
            head["content_length"] = None
        await watch.headed(head)
        write_answer(request.work, body, head)
        return Answer(request.work / "answer.body", head)

    async def read(self, answer: Answer, work: Path) -> EditResult:
        self.read_times += 1
        if self.unreadable:
            raise self.unreadable.pop(0)
        return read_answer(answer, work)


def answer_of(request: EditRequest, count: int) -> tuple[bytes, dict[str, Any]]:
    """A body as a service would send it, and its head."""
    with Image.open(request.image) as crop:
        size, mode = crop.size, crop.mode
    body = json.dumps({"size": size, "mode": mode, "n": count, "pad": "x" * 2000}).encode()
    head = {"status": 200, "content_type": "application/json", "content_length": len(body)}
    return body, {**head, "request_id": "req-1"}


def write_answer(work: Path, body: bytes, head: Mapping[str, Any]) -> None:
    """What a client leaves in the work folder."""
    (work / "answer.head").write_text(json.dumps(dict(head)))
    (work / "answer.body").write_bytes(body)


def read_answer(answer: Answer, work: Path) -> EditResult:
    """The pictures that a body of `answer_of` names."""
    said = json.loads(answer.file.read_bytes())
    images = []
    for number in range(said["n"]):
        image = work / f"image-{number + 1}.png"
        Image.new(said["mode"], tuple(said["size"]), None).save(image)
        images.append(image)
    return EditResult(tuple(images), {"size": said["size"]}, {"output_tokens": 100})


def fault(code: str, execution: Execution, **more: Any) -> ProviderError:
    """A row of the table, in short."""
    error_class = more.pop("error_class", ErrorClass.BUSY)
    said = {name: more.pop(name) for name in ("status", "text", "retry_after") if name in more}
    upstream = Upstream(request_id="req-7", **said)
    return ProviderError(
        f"It said {code}.",
        code=code,
        error_class=error_class,
        execution=execution,
        upstream=upstream,
        **more,
    )


def busy(retry_after: float | None = None) -> ProviderError:
    return fault(
        "rate_limited",
        Execution.NO,
        retries=5,
        status=429,
        text="slow down",
        retry_after=retry_after,
        trouble=Trouble.BUSY,
    )


def timed_out() -> ProviderError:
    return fault("timed_out", Execution.UNKNOWN, error_class=ErrorClass.UNKNOWN)


def unusable() -> ProviderError:
    return fault("answer_unreadable", Execution.YES, error_class=ErrorClass.OURS, status=200)


def make_provider(project: Project | None = None, **more: Any) -> Provider:
    values: dict[str, Any] = {"name": "Stub", "preset": "generic", "offered": [MODEL]}
    values |= {"base_url": f"https://{HOST}/v1"}
    values |= {"source": ProviderSource.OWNER if project else ProviderSource.STAFF}
    return Provider.objects.create(project=project, **values | more)


def queue_paid(
    engine: PaidEngine,
    project: Project,
    user: User,
    *,
    provider: Provider | None = None,
    box: Any = BOX,
    key: str = "k",
    **wish: Any,
) -> Edit:
    """One edit; with `apart` what is painted are those boxes, and it is the first of them."""
    found = provider or Provider.objects.first() or make_provider()
    engine.id = f"{found.public_id}:{MODEL}"
    picture = wish.pop("picture", None) or make_picture(
        project, user, as_bytes(make_image(80, 60, seed=sum(key.encode())))
    )
    boxes = wish.get("apart") or ([box] if box else [])
    mask = make_mask((picture.width, picture.height), *boxes) if boxes else None
    wanted = Wish(picture, engine.id, "make it flat", mask, key, agreed_host=HOST, **wish)
    return submit(door=make_door(project, user), wish=wanted, registry=engine)
