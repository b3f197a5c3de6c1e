"""`python -m tests.faults.fake_provider --port N --ledger FILE`: serves until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import signal
import socket
import sys
from pathlib import Path

from tests.faults.fake_provider.drifts import names
from tests.faults.fake_provider.faults import listing
from tests.faults.fake_provider.ledger import Ledger
from tests.faults.fake_provider.provider import Addresses, Provider
from tests.faults.fake_provider.script import Script

HOST = "127.0.0.1"
OTHER_HOST = "127.0.0.2"
BACKLOG = 1024


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="fake_provider", description=__doc__)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--ledger", type=Path, help="where received requests are written down")
    parser.add_argument("--delay", type=float, default=0, help="seconds before every answer")
    parser.add_argument("--drift", default="", help="what happens to pixels nobody painted: a+b")
    parser.add_argument("--done", action="store_true", help="end streams with [DONE]")
    parser.add_argument("--canned", type=int, default=0, help="one answer of so many bytes for all")
    parser.add_argument("--faults", action="store_true", help="list the faults and stop")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> None:
    """Serve at home and elsewhere, and say where on the first line."""
    script = Script(drift=names(options.drift), delay=options.delay, done=options.done)
    provider = Provider(Ledger(options.ledger), script, canned_bytes=options.canned)
    home = await asyncio.start_server(
        provider.connection, options.host, options.port, backlog=BACKLOG
    )
    elsewhere = await asyncio.start_server(provider.elsewhere, other_host(), 0, backlog=BACKLOG)
    provider.addresses = Addresses(*map(address, (home, elsewhere)))
    sys.stdout.write(f"{provider.addresses.home} {provider.addresses.elsewhere}\n")
    sys.stdout.flush()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    for server in (home, elsewhere):
        server.close()
        server.close_clients()


def other_host() -> str:
    """Return an address of this machine that is not the first; there may be only one."""
    with socket.socket() as probe:
        try:
            probe.bind((OTHER_HOST, 0))
        except OSError:
            return HOST
    return OTHER_HOST


def address(server: asyncio.Server) -> str:
    """Return the http address that leads to a server."""
    host, port = server.sockets[0].getsockname()[:2]
    return f"http://{host}:{port}"


if __name__ == "__main__":
    given = arguments()
    if given.faults:
        sys.stdout.write(listing() + "\n")
        sys.exit()
    if given.ledger is None:
        sys.exit("--ledger is needed")
    asyncio.run(main(given))
