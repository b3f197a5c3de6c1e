"""`python -m tests.faults.fake_provider --port N --ledger FILE`: serves until it is stopped."""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
import tempfile
from pathlib import Path

from tests.faults.fake_provider.drifts import names
from tests.faults.fake_provider.faults import listing
from tests.faults.fake_provider.ledger import Ledger
from tests.faults.fake_provider.provider import Addresses, Provider
from tests.faults.fake_provider.script import Script

HOST = "127.0.0.1"
OTHER_HOST = "127.0.0.2"
BACKLOG = 1024
EXPLANATION = """\
A provider that is none answers at {base} until you press Ctrl-C.

Connect the studio to it, in one of two ways:
  start it with  OPENAI_BASE_URL={base} OPENAI_API_KEY=sk-fake make run
  or add a provider with this address, any key, and the model gpt-image-2.

What it receives and would charge is written to {ledger}
A prompt can order what happens: "a red hat [[fault:429-retry-after:5]]", "… [[drift:shift]]",
"… [[delay:20]]"; NAME*2 means the first two times. --faults lists all names.
"""


def arguments() -> argparse.Namespace:
    """Return what the command line says."""
    parser = argparse.ArgumentParser(prog="fake_provider", description=__doc__)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--ledger", type=Path, help="where received requests are written down")
    parser.add_argument("--delay", type=float, default=0, help="seconds before every answer")
    parser.add_argument("--drift", type=names, default=(), help="what happens to pixels: a+b")
    parser.add_argument("--done", action="store_true", help="end streams with [DONE]")
    parser.add_argument("--canned", type=int, default=0, help="one answer of so many bytes for all")
    parser.add_argument("--explain", action="store_true", help="say how to connect to it")
    parser.add_argument("--faults", action="store_true", help="list the faults and stop")
    return parser.parse_args()


async def main(options: argparse.Namespace) -> None:
    """Serve at home and elsewhere, and say where on the first line."""
    script = Script(drift=options.drift, delay=options.delay, done=options.done)
    provider = Provider(Ledger(options.ledger), script, canned_bytes=options.canned)
    try:
        home = await asyncio.start_server(
            provider.connection, options.host, options.port, backlog=BACKLOG
        )
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        sys.exit(f"Cannot listen on {options.host}, port {options.port}: {reason}.")
    elsewhere = await asyncio.start_server(provider.elsewhere, other_host(), 0, backlog=BACKLOG)
    provider.addresses = Addresses(*map(address, (home, elsewhere)))
    say(provider.addresses, options)
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    await stopped.wait()
    for server in (home, elsewhere):
        server.close()
        server.close_clients()


def say(addresses: Addresses, options: argparse.Namespace) -> None:
    """Tell programs where it is in one line, people in some more."""
    if options.explain:
        text = EXPLANATION.format(base=f"{addresses.home}/v1", ledger=options.ledger)
    else:
        text = f"{addresses.home} {addresses.elsewhere}\n"
    sys.stdout.write(text)
    sys.stdout.flush()


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
        given.ledger = Path(tempfile.mkdtemp(prefix="fake-provider-")) / "ledger.jsonl"
    asyncio.run(main(given))
