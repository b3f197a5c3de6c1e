"""The web server's worker processes: connections that come together are shared among them."""

import asyncio
from typing import Any, Final

from gunicorn.workers.gasgi import ASGIWorker

# What may wait to be accepted, as the supervisor's socket says as well.
QUEUE: Final = 256


class OneByOne(asyncio.SelectorEventLoop):
    """Accepts one connection, then lets the other processes look.

    asyncio accepts a hundred at once: whichever process woke first had all clients of a program, and
    the other cores nothing to do.
    """

    async def create_server(self, protocol_factory: Any, *args: Any, **how: Any) -> Any:
        """Serve; `sock` is a socket that listens already."""
        how["backlog"] = 1
        server = await super().create_server(protocol_factory, *args, **how)
        if how.get("sock") is not None:
            # Asked for again it only says how many may wait: the kernel was told one.
            how["sock"].listen(QUEUE)
        return server


class FairWorker(ASGIWorker):  # type: ignore[misc]  gunicorn has no types
    """Gunicorn's own, on such a loop."""

    def _setup_event_loop(self) -> None:
        self.loop = OneByOne()
        asyncio.set_event_loop(self.loop)
