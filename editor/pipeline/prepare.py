"""What an engine gets to see of an edit, written into its work folder before anything leaves."""

from pathlib import Path
from typing import Final

from django.utils.crypto import salted_hmac

from editor.engines.base import EditRequest
from editor.engines.errors import EngineError, Refused
from editor.imaging.focus import Focus
from editor.imaging.sandbox.errors import JobCrashed, JobRejected
from editor.imaging.sandbox.wire import ChildJob
from editor.pipeline.desk import Desk
from editor.pipeline.steps import Job

# No model looks closer at a further picture; the first is sent as the plan says.
INPUT_SIDE: Final = 4096
CROP: Final = "crop.png"
MASK: Final = "crop-mask.png"
# The same job would end the same way; a signal may have come from outside.
PERMANENT_CRASHES: Final = frozenset({"memory", "cpu", "time", "exception"})


def request(job: Job, folder: Path) -> EditRequest:
    """Return what the engine will be asked; `errand` writes the files that it names."""
    edit = job.edit
    return EditRequest(
        image=folder / CROP,
        mask=folder / MASK if job.mask_file else None,
        prompt=edit.prompt,
        instruction=edit.instruction,
        seed=edit.seed,
        work=folder,
        inputs=tuple(folder / f"input-{number}.png" for number in range(2, len(job.inputs) + 2)),
        size=job.plan.size,
        fields=job.plan.fields,
        user=pseudonym(edit.actor_id),
    )


def errand(job: Job, wanted: EditRequest) -> ChildJob:
    """Return the job that cuts the crop and the mask's part of it, and draws the inputs.

    Raises EngineError when one of the inputs is gone.
    """
    inputs = [one for one in job.inputs if one is not None]
    if len(inputs) < len(job.inputs):
        raise EngineError("One of the further pictures was deleted.", code="input_gone")
    arguments = {
        "recipe": job.parent,
        "box": job.crop_box,
        "out": str(wanted.image),
        "mask": job.mask_file,
        "mask_box": job.mask_box or [],
        "mask_out": str(wanted.work / MASK),
        "grow": Focus.from_json(job.edit.focus).grow,
        "inputs": inputs,
        "input_outs": [str(file) for file in wanted.inputs],
        "max_side": INPUT_SIDE,
    }
    return ChildJob("editor.imaging.errand:write", arguments)


async def write_files(job: Job, folder: Path, desk: Desk) -> None:
    """Write again what the engine was shown: the stitch needs it. Raises as `errand`."""
    await desk.child_jobs(errand(job, request(job, folder)))


async def prepare(job: Job, folder: Path, desk: Desk) -> EditRequest:
    """Write what the engine is shown and what will be sent, by one child.

    Raises EngineError, JobCrashed and Interrupted.
    """
    wanted = request(job, folder)
    making = job.engine.preparation(wanted)
    jobs = [errand(job, wanted), *([making] if making else [])]
    try:
        # Many edits of one picture are prepared by few children.
        await desk.child_jobs(*jobs, same="" if job.inputs else job.parent["base"])
    except JobRejected as refusal:
        raise Refused(refusal.message, code=refusal.code, params=refusal.params) from refusal
    except JobCrashed as crash:
        if not desk.paid:
            raise
        raise not_prepared(crash) from crash
    return wanted


def not_prepared(crash: JobCrashed) -> EngineError:
    """Return the crash of a child before anything left, as the engine's error that it is."""
    return EngineError(
        f"The files to be sent could not be made ({crash.kind}).",
        code="not_prepared",
        params={"kind": crash.kind},
        # What the operating system refused, a full disk above all, it may grant later.
        permanent=crash.kind in PERMANENT_CRASHES and crash.errno is None,
    )


def pseudonym(actor: int | None) -> str:
    """Return a name for a member that is always the same and means nothing to anybody else."""
    if actor is None:
        return ""
    digest: str = salted_hmac("editor.pipeline.member", str(actor), algorithm="sha256").hexdigest()
    return digest[:32]
