"""`manage.py studio`: web and worker together, the whole of Pentimento in one command."""

import http.client
import ipaddress
import os
import socket
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from editor.management import data_lock
from editor.management.prepare import follow_settings, prepare
from editor.management.supervisor import Child, Supervisor
from editor.services import setup

# Sync views run in threads; a second process is there for the second core.
WEB_PROCESSES = min(2, os.cpu_count() or 1)
# Pictures and answers pass through a web process all the time, one or two megabytes each. glibc would
# give their memory back at once, and the kernel clear it anew for the next: a tenth of the CPU of a
# call. What is larger still goes back (mallopt(3)).
WEB_MEMORY = {
    "MALLOC_MMAP_THRESHOLD_": str(16 * 1024 * 1024),
    "MALLOC_TRIM_THRESHOLD_": str(64 * 1024 * 1024),
}
# Calls that are sent from here wait for a provider as those of a worker do.
WEB_GRACE_SECONDS = 30
# A worker may finish the edit it is at (reliability.md R12: 30 s), then it is ended.
GRACE_SECONDS = 35.0
# A web process that cannot start at all is a mistake in the settings, not an accident.
TRIES_BEFORE_UP = 3


class Command(BaseCommand):
    """Brings database and static files up to date, then runs web and worker until stopped."""

    help = "Runs the web server and a worker, restarts what dies, stops both on SIGTERM or Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Options override PENTIMENTO_HOST and PENTIMENTO_PORT."""
        parser.add_argument("--host", default=settings.HOST, help="address to listen on")
        parser.add_argument("--port", default=settings.PORT, type=int, help="port to listen on")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        """Run until stopped; exits with 1 when the port is taken or the web cannot start."""
        # Set-up decides by the address whether it asks for a token.
        settings.HOST, settings.PORT = host, port
        os.umask(0o077)  # what we and our children write is nobody else's to read
        try:
            with data_lock.using(settings.DATA_DIR), listen(host, port) as listener:
                prepare()
                follow_settings()
                status = self._run(listener, host, port)
        except data_lock.InUse as error:
            message = f"A restore is under way in {error}; start again when it is done."
            raise CommandError(message) from error
        except KeyboardInterrupt:
            status = 130
        sys.exit(status)

    def _run(self, listener: socket.socket, host: str, port: int) -> int:
        web, worker = children(listener, host, port)
        supervisor = Supervisor((web, worker), say=self._say, grace_seconds=GRACE_SECONDS)
        up = False

        def watch() -> None:
            nonlocal up
            if up:
                return
            if answers(host, port):
                up = True
                self._greet(host, port)
            elif web.failures >= TRIES_BEFORE_UP:
                self._say("The web server cannot start; the reason is printed above.")
                supervisor.give_up()

        return supervisor.run(watch)

    def _greet(self, host: str, port: int) -> None:
        address = public_url(host, port)
        self._say(f"Pentimento is at {address}/")
        if setup.needed():
            token = setup.token()
            proof = f" with the set-up token {token}" if token else ""
            self._say(f"Create the first account at {address}/setup/{proof}")
        if not is_local(host) and not (_given("BASE_URL") or _given("ALLOWED_HOSTS")):
            self._say(
                "Other machines are refused until they know its name: "
                f"set PENTIMENTO_BASE_URL=http://NAME:{port}"
            )

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()


def listen(host: str, port: int) -> socket.socket:
    """Return a listening socket. Raises CommandError with the way out when that is impossible.

    We hold it rather than the web server, so that visitors wait while that one restarts.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=256)
    except OSError as error:
        known = (error.errno or 0) > 0  # below 0: the name cannot be resolved
        reason = os.strerror(error.errno or 0) if known else error.strerror
        raise CommandError(
            f"Cannot listen on {host}, port {port}: {reason}. Stop what is using it, "
            f"or choose another port: PENTIMENTO_PORT={port + 1} make run"
        ) from error


def children(listener: socket.socket, host: str, port: int) -> tuple[Child, Child]:
    """Return the web server, listening on `listener`, and the worker; not yet started."""
    environment = {
        "PENTIMENTO_DATA": str(settings.DATA_DIR),
        "PENTIMENTO_HOST": host,
        "PENTIMENTO_PORT": str(port),
    }
    manage = str(settings.BASE_DIR / "manage.py")
    web = Child(
        "web server",
        web_command(listener.fileno()),
        environment | {name: os.environ.get(name, text) for name, text in WEB_MEMORY.items()},
        [listener.fileno()],
    )
    return web, Child("worker", [sys.executable, manage, "worker"], environment)


def web_command(descriptor: int) -> list[str]:
    """Return gunicorn's command line; GUNICORN_CMD_ARGS and WEB_CONCURRENCY can widen it.

    Django answers no lifespan events; what gunicorn says at `warning` is worth reading.
    """
    return [
        *(sys.executable, "-m", "gunicorn", "project.asgi:application"),
        *("--chdir", str(settings.BASE_DIR)),
        *("--preload", "--worker-class", "project.web_worker.FairWorker", "--asgi-lifespan", "off"),
        *("--bind", f"fd://{descriptor}"),
        *("--workers", os.environ.get("WEB_CONCURRENCY", str(WEB_PROCESSES))),
        *("--keep-alive", "5", "--timeout", "60", "--graceful-timeout", str(WEB_GRACE_SECONDS)),
        *("--log-level", "warning", "--no-control-socket"),
    ]


def answers(host: str, port: int) -> bool:
    """Whether the web server answers; any status will do."""
    connection = http.client.HTTPConnection(_reachable(host), port, timeout=2)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        connection.getresponse()
    except OSError:
        return False
    finally:
        connection.close()
    return True


def public_url(host: str, port: int) -> str:
    """Return the address people use, without a slash at the end."""
    if _given("BASE_URL"):
        return str(settings.BASE_URL)
    name = _reachable(host)
    return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"


def is_local(host: str) -> bool:
    """Whether only this machine can reach `host`."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _reachable(host: str) -> str:
    """Return an address that leads to a server listening on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(host, host)  # noqa: S104


def _given(name: str) -> bool:
    return any(os.environ.get(f"PENTIMENTO_{name}{suffix}") for suffix in ("", "_FILE"))
