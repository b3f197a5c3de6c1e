"""A real worker process for fault tests: `python -m tests.faults.worker_main [POINT]`.

It kills itself with SIGKILL the first time its run passes the named barrier. It lives in tests,
so no production process can be told to do so.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys

import django

LEASE_SECONDS = 1.5


def main(point: str) -> None:
    django.setup()
    from editor.pipeline.assembly import new_dispatch
    from editor.pipeline.dispatch.local import Timing

    def barrier(passed: str) -> None:
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    async def run() -> None:
        timing = Timing(lease=LEASE_SECONDS, heartbeat=0.3, rescue=0.2, tick=0.05, grace=1)
        dispatch = new_dispatch(slots=2, timing=timing, barrier=barrier)
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, dispatch.stop)
        await dispatch.run()

    asyncio.run(run())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
