"""What an engine gets to see of an edit, written into its work folder before anything leaves."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from django.utils.crypto import salted_hmac

from editor.engines.base import EditRequest
from editor.engines.errors import EngineError
from editor.pipeline.steps import Job

type ChildJob = Callable[..., Awaitable[dict[str, Any]]]

# No model looks closer at a further picture; the first is sent as the plan says.
INPUT_SIDE = 4096
CROP = "crop.png"


async def write_files(job: Job, folder: Path, child: ChildJob) -> EditRequest:
    """Cut the crop and the mask's part of it, as the plan stored with the edit says; draw the inputs.

    Raises EngineError when one of the inputs is gone.
    """
    inputs = [one for one in job.inputs if one is not None]
    if len(inputs) < len(job.inputs):
        raise EngineError("One of the further pictures was deleted.", code="input_gone")
    files = tuple(folder / f"input-{number}.png" for number in range(2, len(inputs) + 2))
    crop, mask = folder / CROP, folder / "crop-mask.png"
    await child(
        "editor.imaging.errand:write",
        recipe=job.parent,
        box=job.crop_box,
        out=str(crop),
        mask=job.mask_file,
        mask_box=job.mask_box or [],
        mask_out=str(mask),
        inputs=inputs,
        input_outs=[str(file) for file in files],
        max_side=INPUT_SIDE,
    )
    edit = job.edit
    return EditRequest(
        image=crop,
        mask=mask if job.mask_file else None,
        prompt=edit.prompt,
        instruction=edit.instruction,
        seed=edit.seed,
        work=folder,
        inputs=files,
        size=job.plan.size,
        fields=job.plan.fields,
        user=pseudonym(edit.actor_id),
    )


def pseudonym(actor: int | None) -> str:
    """Return a name for a member that is always the same and means nothing to anybody else."""
    if actor is None:
        return ""
    digest: str = salted_hmac("editor.pipeline.member", str(actor), algorithm="sha256").hexdigest()
    return digest[:32]
