"""From an answer's pictures to results in the store: stitched into the untouched parent, counted."""

import asyncio
import logging
import shutil
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from editor.engines.base import EditResult
from editor.engines.errors import EngineError, Execution
from editor.imaging.focus import Focus
from editor.imaging.sandbox.client import JobCrashed, JobRejected, SandboxError
from editor.models import Attempt, Picture, PictureKind
from editor.pipeline import prepare, steps
from editor.pipeline.desk import Database
from editor.pipeline.outcome import is_full
from editor.pipeline.steps import Job
from editor.services import media, pictures

type Child = Callable[..., Awaitable[dict[str, Any]]]

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Finisher:
    """Makes results of one answer; nothing of it asks an engine."""

    job: Job
    attempt: Attempt
    folder: Path
    child: Child
    barrier: Callable[[str], None]
    # Whether a picture that breaks its reader is left out: the others were paid for as well.
    is_last_try: bool = False
    # Whether results get their previews at once; else see previewing.
    previews: bool = True

    async def results(self, drawn: EditResult) -> list[Picture]:
        """Return unsaved rows whose files are in the store, one for each usable picture.

        Raises EngineError when there is none. Whoever does not save them drops their files.
        """
        made: list[Picture] = []
        refusal: SandboxError | None = None
        with ExitStack() as unfinished:
            for number, image in enumerate(drawn.images, start=1):
                try:
                    result = await self._result(image, drawn.coverage, number)
                except (JobRejected, JobCrashed) as rejected:
                    if not self._leaves_out(rejected):
                        raise
                    logger.warning("edit %s: picture %s is no use", self.job.edit, number)
                    refusal = rejected
                else:
                    made.append(result)
                    unfinished.callback(media.drop, result.folder)
            unfinished.pop_all()
        if not made:
            raise EngineError(
                "The answer holds no picture that can be read.",
                code="answer_unreadable",
                execution=Execution.YES,
            ) from refusal
        return made

    def _leaves_out(self, error: SandboxError) -> bool:
        return isinstance(error, JobRejected) or (self.is_last_try and not is_full(error))

    async def _result(self, image: Path, coverage: Path | None, number: int) -> Picture:
        out = self.folder / f"result-{number}"
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir()
        is_patch = coverage is None and self._is_patch
        if coverage:
            facts = await self._surround(image, coverage, out)
        elif is_patch:
            facts = await self._patch(image, out)
        else:
            facts = await self._whole(image, out)
        if self.job.parent["icc"] and facts.get("has_icc", True):
            shutil.copyfile(self.job.parent["icc"], out / "icc.bin")
        facts["kind"] = PictureKind.PATCH if is_patch else PictureKind.WHOLE
        pixels = out / ("pixels.png" if is_patch else "whole.png")
        facts["sha256"] = await asyncio.to_thread(steps.file_sha256, pixels)
        facts["size_bytes"] = pixels.stat().st_size
        self.barrier("stitched")
        facts["folder"] = await asyncio.to_thread(media.keep, out)
        self.barrier("stored")
        return steps.new_result(self.job, self.attempt, number=number, facts=facts)

    @property
    def _is_patch(self) -> bool:
        """Whether only what was painted is taken from the answer."""
        return self.job.mask_file is not None and self.job.protects

    async def _patch(self, answer: Path, out: Path) -> dict[str, Any]:
        job, parent = self.job, self.job.edit.picture
        framing = Focus.from_json(job.edit.focus).framing
        return await self.child(
            "editor.imaging.stitch:land",
            scene={
                "size": [parent.width, parent.height],
                "crop": str(self.folder / prepare.CROP),
                "crop_box": job.crop_box,
                "mask": job.mask_file,
                "mask_box": job.mask_box,
            },
            answer=str(answer),
            manner={
                "redraws": job.engine.redraws,
                "feather": framing.feather,
                "blend": framing.blend,
            },
            parent=job.parent,
            out_dir=str(out),
            previews=self.previews,
        )

    async def _whole(self, answer: Path, out: Path) -> dict[str, Any]:
        job, parent = self.job, self.job.edit.picture
        return await self.child(
            "editor.imaging.stitch:whole",
            answer=str(answer),
            parent=job.parent,
            size=[parent.width, parent.height],
            mode=parent.mode,
            crop_box=job.crop_box,
            keeps_raw=job.engine.redraws,
            out_dir=str(out),
            previews=self.previews,
        )

    async def _surround(self, answer: Path, coverage: Path, out: Path) -> dict[str, Any]:
        """Keep an answer that changed all but the subject the engine found."""
        counted = await self.child(
            "editor.imaging.surround:keep",
            parent=self.job.parent,
            answer=str(answer),
            coverage=str(coverage),
            out=str(out / "whole.png"),
            out_dir=str(out),
        )
        has_icc = self.job.edit.picture.has_icc and counted["profile_fits"]
        return {**counted, "has_icc": has_icc}


async def keep(
    database: Database, results: list[Picture], write: Callable[..., None], *arguments: Any
) -> None:
    """Save the results by `write`; drop their files unless that was done."""
    try:
        await database(write, *arguments)
    except BaseException:
        for result in results:
            await database(pictures.drop_unless_kept, result.folder)
        raise
