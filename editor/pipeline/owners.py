"""Names of processes that hold leases."""

import os
import secrets
import socket


def new_owner() -> str:
    """Return a name for this process that no other ever had."""
    return f"{socket.gethostname()[:30]}:{os.getpid()}:{secrets.token_hex(6)}"
