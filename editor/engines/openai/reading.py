"""From an answer on disk to an `EditResult`: a child opens it, the worker fetches what it names."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from editor.engines.base import EditResult
from editor.engines.errors import EngineCrashed, ProviderError, Upstream
from editor.engines.openai import download, errors
from editor.engines.openai.complaints import clean
from editor.imaging.sandbox.errors import JobCrashed, JobRejected

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from editor.engines.base import Answer, Runner
    from editor.engines.openai.provider import ProviderConfig
    from editor.imaging.sandbox.wire import JSON

READ: Final = "editor.engines.openai.answer_job:read"
EXAMINE: Final = "editor.engines.openai.answer_job:examine"


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads the answers of one provider."""

    provider: ProviderConfig
    runner: Runner
    line_to: download.Line
    pauses: Sequence[float] = download.PAUSES

    async def read(self, answer: Answer, work: Path) -> EditResult:
        """Return the pictures of an answer; may be called again.

        Raises `ProviderError`, always of a request that was executed, and `EngineCrashed` when
        the operating system, not the answer, is to blame.
        """
        found: Mapping[str, Any] = await self._job(
            READ,
            body=str(answer.file),
            encoding=str(answer.head.get("content_encoding") or ""),
            out_dir=str(work),
            most=self.provider.max_answer_bytes,
        )
        images = [dict(image) for image in found["images"]]
        images += await self._fetched(found["urls"], work, has_some=bool(images))
        named = len(found["images"]) + len(found["urls"])
        actual = {
            **found["actual"],
            "pixels": [[image["width"], image["height"]] for image in images],
            "formats": [image["format"] for image in images],
            "count": len(images),
            "asked": answer.head.get("asked"),
            "unreadable": found["bad"] + named - len(images),
            "request_id": answer.head.get("request_id"),
        }
        inputs = answer.head.get("inputs")
        return EditResult(
            images=tuple(Path(image["file"]) for image in images),
            actual={name: value for name, value in actual.items() if value not in (None, "", 0)},
            usage=found["usage"],
            inputs=inputs if isinstance(inputs, int) else 1,
        )

    async def _fetched(
        self, urls: list[str], work: Path, *, has_some: bool
    ) -> list[dict[str, Any]]:
        """Fetch each result; one that is lost is no reason to lose the others.

        All of them together have the time of one attempt.
        """
        images: list[dict[str, Any]] = []
        failure: ProviderError | None = None
        try:
            async with asyncio.timeout(self.provider.timeouts.total):
                for number, url in enumerate(urls, 1):
                    try:
                        images.append(await self._fetch(url, work / f"fetched-{number}"))
                    except ProviderError as error:
                        failure = error
        except TimeoutError:
            failure = errors.failure("result_unreachable")
        if failure and not images and not has_some:
            raise failure
        return images

    async def _fetch(self, url: str, out: Path) -> dict[str, Any]:
        file = await download.fetch(
            url, out, provider=self.provider, line_to=self.line_to, pauses=self.pauses
        )
        return dict(await self._job(EXAMINE, file=str(file)))

    async def _job(self, function: str, **arguments: str | int) -> Mapping[str, JSON]:
        try:
            return await self.runner.run(function, progress=None, **arguments)
        except JobRejected as refusal:
            raise self._unreadable(refusal) from None
        except JobCrashed as crash:
            # What the system refused or killed may go well another time, and that costs nothing.
            if crash.errno is not None or crash.kind == "signal":
                raise EngineCrashed(
                    f"The answer could not be read ({crash.kind}).",
                    kind=crash.kind,
                    permanent=False,
                ) from crash
            raise errors.failure("answer_unreadable", Upstream(text=crash.kind)) from crash

    def _unreadable(self, refusal: JobRejected) -> ProviderError:
        key, said = self.provider.key, refusal.params
        code = said.get("code") or said.get("reason") or refusal.code
        upstream = Upstream(
            code=clean(str(code), key, 60), text=clean(str(said.get("text") or ""), key)
        )
        return errors.failure("answer_unreadable", upstream)
