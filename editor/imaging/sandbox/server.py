"""A zygote process, and how it is started: with nothing of ours around it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from editor.imaging.sandbox.wire import Limits, Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).resolve().parents[3]
START = (
    "import sys; sys.path.insert(0, sys.argv[1]);"
    "from editor.imaging.sandbox.zygote import main; main(sys.argv[2])"
)
# A job touches much memory for a short time. Kept instead of given back to the kernel, and mapped in
# huge pages where those may be asked for, it costs a fifth less CPU (crop, mask and PNG of 512 x 512:
# 27 to 22 ms). Names: glibc manual, 39.3.2. Other C libraries ignore it.
MEMORY = ":".join(
    f"glibc.malloc.{name}={value}"
    for name, value in {
        "mmap_threshold": 32 << 20,
        "trim_threshold": 256 << 20,
        "top_pad": 16 << 20,
        "hugetlb": 1,
    }.items()
)
# Nothing of ours: no key, no home, no proxy. One BLAS thread, or forking would not be safe.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "HOME": "/nonexistent",
    "OPENBLAS_NUM_THREADS": "1",
    "GLIBC_TUNABLES": MEMORY,
}


class Server:
    """A zygote process and the socket to it, owned by the process `pid`."""

    def __init__(self, preload: Sequence[str], limits: Limits) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            settings = Settings(theirs.fileno(), os.getpid(), tuple(preload), limits)
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter and code
                [sys.executable, "-I", "-c", START, str(ROOT), settings.dump()],
                env=ENVIRONMENT,
                cwd="/",
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                start_new_session=True,
            )

    def open(self) -> socket.socket:
        """A new job's socket; OSError when the zygote is gone."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self.control, [b"j"], [theirs.fileno()])
        except OSError:
            ours.close()
            raise
        return ours

    def alive(self) -> bool:
        return self.process.poll() is None

    def stop(self) -> None:
        """End the zygote and with it every job."""
        self.control.close()
        try:
            self.process.wait(1)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def forget(self) -> None:
        """Drop it in a forked process, where it belongs to the parent."""
        self.control.close()
        # Popen would warn about a child that runs on; here it is nobody's child.
        self.process.returncode = 0
