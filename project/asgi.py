"""The ASGI entry: static files first, outside Django's middleware; everything else to Django.

WhiteNoise's middleware is not async-capable and would put a thread under every request, so its
WSGI application serves /static/ alone.
"""

import gc
import os
import re
from typing import Any

import django
from asgiref.wsgi import WsgiToAsgi
from django.conf import settings
from django.utils.module_loading import import_string
from whitenoise import WhiteNoise

from project.body_limit import BodyLimit, Refusal
from project.request_threads import RequestThreads

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings.prod")
django.setup(set_prefix=False)
# Each keeps a database connection, and PostgreSQL has 100 (docs/operations.md). More would not be
# quicker on the few cores of a studio: two slow ones work for each sandbox, the others wait.
QUICK_THREADS, SLOW_THREADS = 10, 6
TOO_LARGE = f"Larger than the {settings.MAX_UPLOAD_MB} MB allowed for one file.\n"
_django = BodyLimit(
    RequestThreads(quick=QUICK_THREADS, slow=SLOW_THREADS),
    limit=settings.MAX_BODY_BYTES,
    refusal=lambda: Refusal(TOO_LARGE.encode()),
)
# Imported by name: it knows the models, which are there only after the set-up above.
_api = import_string("project.api_handler.application")
# Else the first call to a provider would wait while certificates are read.
import_string("editor.engines.openai.dial.get_ready")()
API_PATHS = ("/v1/", "/openai/")
# Every hashed name has twelve digits before its ending (ManifestFilesMixin.file_hash).
HASHED_NAME = re.compile(r"\.[0-9a-f]{12}\.")


def _missing(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "10")])
    return [b"Not found\n"]


def _hashed(path: str, url: str) -> bool:
    """Whether the name carries a content hash and may be cached for ever."""
    return HASHED_NAME.search(url.rsplit("/", 1)[-1]) is not None


_static = WsgiToAsgi(  # type: ignore[no-untyped-call]
    WhiteNoise(
        _missing,
        root=str(settings.STATIC_ROOT),
        prefix=settings.STATIC_URL,
        immutable_file_test=_hashed,
        add_headers_function=lambda headers, path, url: headers.add_header(
            "X-Content-Type-Options", "nosniff"
        ),
    )
)


async def _no_body() -> dict[str, Any]:
    """Nobody has anything to say to a file, and asgiref would keep it all on the disk."""
    return {"type": "http.request", "body": b"", "more_body": False}


async def application(scope: Any, receive: Any, send: Any) -> None:
    """Route /static/ to WhiteNoise and all other http requests to Django: the API apart from pages."""
    if scope["type"] == "http" and scope["path"].startswith(settings.STATIC_URL):
        await _static(scope, _no_body, send)
    elif scope["type"] == "http" and f"{scope['path']}/".startswith(API_PATHS):
        await _api(scope, receive, send)
    elif scope["type"] == "http":
        await _django(scope, receive, send)


# All that was loaded is there for good. The garbage collector would look through it again and again,
# each time a tenth of a second in which nobody is answered, and would touch pages that the processes
# share (https://docs.python.org/3/library/gc.html#gc.freeze).
gc.collect()
gc.freeze()
