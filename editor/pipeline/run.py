"""One run of one claimed edit: prepare, send, receive, stitch, keep.

The steps that touch the database are in steps.py, those that touch pixels run in child processes;
this module only puts them in order and decides what an interruption means.
"""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from editor.engines.base import Answer, EditRequest, EditResult, Engine, Runner
from editor.engines.errors import EngineError
from editor.engines.registry import EngineSource
from editor.models import Attempt, PictureKind
from editor.pipeline import spool, steps
from editor.pipeline.states import Hold, LostLease, note_progress
from editor.services import media, pictures

logger = logging.getLogger(__name__)

type Database = Callable[..., Awaitable[Any]]
type Barrier = Callable[[str], None]

PROGRESS_STEP: Final = 5  # percent; a finer step would only make pages poll for nothing
ENGINE_SHARE: Final = (10, 90)  # where the engine's own 0..1 lies on the edit's 0..100


class Interruption(StrEnum):
    """Why a run is stopped from outside."""

    CANCELED = "canceled"
    LOST = "lost"
    STOPPING = steps.STOPPING


class Interrupted(Exception):
    """Raised inside the run where it could be stopped; carries an Interruption."""

    def __init__(self, why: Interruption) -> None:
        super().__init__(why)
        self.why = why


def no_barrier(_point: str) -> None:
    """Fault tests pass one that kills the process; everybody else this."""


@dataclass(slots=True)
class Run:
    """One claimed edit on its way through this process."""

    hold: Hold
    registry: EngineSource
    sandbox: Runner
    database: Database
    barrier: Barrier = no_barrier
    attempt: Attempt | None = None
    _percent: int = 0
    _notes: set[asyncio.Task[None]] = field(default_factory=set)
    _interruption: Interruption | None = None
    _child: asyncio.Future[Any] | None = None
    _paid: bool = False

    def interrupt(self, why: Interruption) -> None:
        """Kill the child process that works for this run now, or stop before the next one.

        Transactions are never cut: their outcome would be unknown to the code that wrote them.
        A wish to cancel stops no paid engine: what arrives is kept (reliability.md 4.3).
        """
        if why == Interruption.CANCELED and self._paid:
            return
        self._interruption = why
        if self._child is not None:
            self._child.cancel()

    async def execute(self) -> None:
        """Bring the edit to its next resting state. Raises only what the database raises."""
        job = await self.database(steps.load, self.hold, self.registry)
        engine = job.engine
        self._paid = not engine.replay_safe
        try:
            await self._settle(job, engine)
        except LostLease as error:
            logger.warning("edit %s: %s; it was taken away", job.edit.public_id, error)
            if not engine.replay_safe:
                return  # what was paid for is kept
        await asyncio.to_thread(spool.clear, job.edit, self.hold.fence)

    async def _settle(self, job: steps.Job, engine: Engine) -> None:
        """Execute, and write what became of it whatever happened. Raises LostLease."""
        try:
            await self._execute(job, engine)
        except Interrupted as interruption:
            await self._interrupted(engine, interruption.why)
        except LostLease:
            raise
        except Exception as error:  # noqa: BLE001  whatever broke, the row must learn of it
            await self._broken(engine, error)

    async def _work[T](self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Await work that may be interrupted. Raises Interrupted."""
        if self._interruption:
            coroutine.close()
            raise Interrupted(self._interruption)
        child: asyncio.Future[T] = asyncio.ensure_future(coroutine)
        self._child = child
        try:
            return await child
        except asyncio.CancelledError:
            if self._interruption is None:
                raise
            raise Interrupted(self._interruption) from None
        finally:
            self._child = None

    async def _execute(self, job: steps.Job, engine: Engine) -> None:
        self.barrier("claimed")
        folder = await asyncio.to_thread(spool.open_folder, job.edit, self.hold.fence)
        request = await self._prepare(job, folder)
        self.hold, self.attempt = await self.database(steps.intend, self.hold)
        self.barrier("sending")
        answer = await self._work(engine.edit(request, self))
        kept = await self._receive(answer, folder)
        result = await self._work(engine.read(kept, folder))
        await self._finish(job, request, result)

    async def _prepare(self, job: steps.Job, folder: Path) -> EditRequest:
        """Cut the crop and the mask's part of it, as the plan stored with the edit says."""
        crop, mask = folder / "crop.png", folder / "crop-mask.png"
        await self._child_job(
            "editor.imaging.render:crop", recipe=job.parent, box=job.crop_box, out=str(crop)
        )
        if job.mask_file:
            await self._child_job(
                "editor.imaging.stitch:mask_for_crop",
                mask=job.mask_file,
                mask_box=job.mask_box,
                crop_box=job.crop_box,
                out=str(mask),
            )
        edit = job.edit
        request = EditRequest(
            image=crop,
            mask=mask if job.mask_file else None,
            prompt=edit.prompt,
            instruction=edit.instruction,
            seed=edit.seed,
            work=folder,
        )
        await self._work(job.engine.prepare(request))
        return request

    async def sent(self) -> None:
        """The whole request has left."""
        self.hold = await self.database(steps.sent, self.hold, self.attempt)
        self.barrier("awaiting")

    async def headed(self, head: Mapping[str, Any]) -> None:
        """The head of the answer is here."""

    def partial(self, file: Path) -> None:
        """A preview is here."""

    async def _receive(self, answer: Answer, folder: Path) -> Answer:
        self.barrier("answered")
        file, sha256 = await asyncio.to_thread(spool.keep_answer, answer.file, folder)
        kept = Answer(file, answer.head)
        self.barrier("spooled")
        await self._settle_notes()
        self.hold = await self.database(
            steps.received,
            self.hold,
            self.attempt,
            answer=kept,
            sha256=sha256,
        )
        self.barrier("received")
        return kept

    async def _finish(self, job: steps.Job, request: EditRequest, drawn: EditResult) -> None:
        """Stitch the answer into the untouched parent, count what is protected, keep it."""
        out = request.work / "result"
        out.mkdir()
        if drawn.coverage:
            facts = await self._surround(job, drawn.images[0], drawn.coverage, out)
        elif job.mask_file:
            facts = await self._patch(job, request, drawn.images[0], out)
        else:
            facts = await self._whole(job, drawn.images[0], out)
        if job.parent["icc"] and facts.get("has_icc", True):
            shutil.copyfile(job.parent["icc"], out / "icc.bin")
        is_patch = job.mask_file is not None and drawn.coverage is None
        kind = PictureKind.PATCH if is_patch else PictureKind.WHOLE
        pixels = out / ("pixels.png" if is_patch else "whole.png")
        facts["sha256"] = await asyncio.to_thread(steps.file_sha256, pixels)
        facts["size_bytes"] = pixels.stat().st_size
        result = steps.new_result(job.edit, kind=kind, facts=facts)
        self.barrier("stitched")
        result.folder = await asyncio.to_thread(media.keep, out)
        self.barrier("stored")
        try:
            await self.database(steps.succeed, self.hold, self.attempt, result, drawn.actual)
        except BaseException:
            await self.database(pictures.drop_unless_kept, result.folder)
            raise
        self.barrier("committed")

    async def _patch(
        self, job: steps.Job, request: EditRequest, answer: Path, out: Path
    ) -> dict[str, Any]:
        pixels, alpha = str(out / "pixels.png"), str(out / "alpha.png")
        placed = await self._child_job(
            "editor.imaging.stitch:patch",
            crop=str(request.image),
            answer=str(answer),
            mask=job.mask_file,
            crop_box=job.crop_box,
            mask_box=job.mask_box,
            out_pixels=pixels,
            out_alpha=alpha,
        )
        layer = {"pixels": pixels, "alpha": alpha, "x": placed["x"], "y": placed["y"]}
        counted = await self._child_job(
            "editor.imaging.stitch:finish",
            parent=job.parent,
            recipe=job.parent | {"patches": [*job.parent["patches"], layer]},
            mask=job.mask_file,
            mask_box=job.mask_box,
            out_dir=str(out),
        )
        return {**placed, **counted}

    async def _whole(self, job: steps.Job, answer: Path, out: Path) -> dict[str, Any]:
        whole = str(out / "whole.png")
        await self._child_job(
            "editor.imaging.stitch:whole",
            answer=str(answer),
            parent=job.parent,
            out=whole,
        )
        recipe = {"base": whole, "icc": job.parent["icc"], "patches": []}
        await self._child_job("editor.imaging.render:previews", recipe=recipe, out_dir=str(out))
        return {}

    async def _surround(
        self, job: steps.Job, answer: Path, coverage: Path, out: Path
    ) -> dict[str, Any]:
        """Keep an answer that changed all but the subject the engine found."""
        counted = await self._child_job(
            "editor.imaging.surround:keep",
            parent=job.parent,
            answer=str(answer),
            coverage=str(coverage),
            out=str(out / "whole.png"),
            out_dir=str(out),
        )
        return {**counted, "has_icc": job.edit.picture.has_icc and counted["profile_fits"]}

    async def _child_job(self, function: str, **arguments: Any) -> dict[str, Any]:
        return dict(await self._work(self.sandbox.run(function, **arguments)))

    def progress(self, share: float) -> None:
        """So much of the engine's work is done."""
        low, high = ENGINE_SHARE
        percent = low + int((high - low) * min(1.0, max(0.0, share)))
        if percent - self._percent < PROGRESS_STEP:
            return
        self._percent = percent
        self.barrier("drawing")
        note = asyncio.get_running_loop().create_task(self._note(percent))
        self._notes.add(note)
        note.add_done_callback(self._notes.discard)

    async def _note(self, percent: int) -> None:
        try:
            await self.database(note_progress, self.hold, percent)
        except LostLease:
            logger.info("progress of edit %s came late", self.hold.edit_id)

    async def _settle_notes(self) -> None:
        """Wait for progress still being written, so that none is written after the next move."""
        await asyncio.gather(*self._notes, return_exceptions=True)

    async def _interrupted(self, engine: Engine, why: Interruption) -> None:
        """Only a free engine's work may be thrown away because somebody asked."""
        await self._settle_notes()
        if why == Interruption.LOST:
            return
        if why == Interruption.CANCELED:
            await self.database(steps.stop, self.hold, self.attempt)
        else:
            await self.database(steps.lose, self.hold, self.attempt, engine, code=why)

    async def _broken(self, engine: Engine, error: Exception) -> None:
        """Fail for good when trying again cannot help; else decide as if the worker had died."""
        await self._settle_notes()
        logger.warning("edit %s broke", self.hold.edit_id, exc_info=error)
        code = str(getattr(error, "code", "") or getattr(error, "kind", "") or "internal")
        if isinstance(error, EngineError) and error.permanent:
            await self.database(
                steps.fail, self.hold, self.attempt, code=code, message=error.message
            )
        else:
            await self.database(steps.lose, self.hold, self.attempt, engine, code=code)
