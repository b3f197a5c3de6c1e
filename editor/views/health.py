"""For the operator's monitoring: does the process live, can it work."""

from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from editor.services import status


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
    answer = HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE
    return JsonResponse(checks, status=answer)


def _checks() -> dict[str, str]:
    checks = {"disk": "full" if status.disk().is_full else "ok"}
    try:
        alive = status.worker_alive()
    except DatabaseError:
        return checks | {"database": "unreachable", "worker": "unknown"}
    return checks | {"database": "ok", "worker": "ok" if alive else "silent"}
