"""Where the account is signed in."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from editor.http import PageRequest
from editor.services import sessions as service


@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: PageRequest) -> HttpResponse:
    """List sessions; POST ends all but this one."""
    key = request.session.session_key
    if request.method == "POST":
        count = service.end_others(user=request.user, key=key)
        text = ngettext("{count} session is ended.", "{count} sessions are ended.", count)
        messages.success(request, text.format(count=count))
        return redirect("usersessions_list")
    places = service.places(user=request.user, key=key)
    return render(request, "sessions/sessions.html", {"places": places})


@require_POST
def end(request: PageRequest, pk: int) -> HttpResponse:
    """End one other session of the account."""
    if not service.end(user=request.user, pk=pk, key=request.session.session_key):
        raise Http404
    messages.success(request, _("The session is ended."))
    return redirect("usersessions_list")
