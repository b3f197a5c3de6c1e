"""For the operator's monitoring: does the process live, can it work."""

import shutil
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from editor.models import Worker


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process serves."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@require_GET
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when database, worker and disk are as they should be, else 503; says which."""
    checks = _checks()
    ready = all(value == "ok" for value in checks.values())
    status = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(checks, status=status)


def _checks() -> dict[str, str]:
    free = shutil.disk_usage(settings.DATA_DIR).free
    checks = {"disk": "ok" if free >= settings.MIN_FREE_BYTES else "full"}
    try:
        alive = Worker.objects.alive(settings.WORKER_SILENT_SECONDS).exists()
    except DatabaseError:
        return checks | {"database": "unreachable", "worker": "unknown"}
    return checks | {"database": "ok", "worker": "ok" if alive else "silent"}
