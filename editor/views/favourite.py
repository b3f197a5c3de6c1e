"""The star on one picture."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.roles import Action
from editor.forms.first_error import first_error
from editor.forms.selection import FavouriteForm
from editor.http import PageRequest, plain
from editor.services import favourites


@require_POST
def favourite(request: PageRequest, slug: str, picture: str) -> HttpResponse:
    """Put the user's star on a picture or take it away; without script, show the picture again."""
    opened = fetch.door(request.user, slug, Action.FAVOURITE)
    found = fetch.picture(opened, picture)
    form = FavouriteForm(request.POST)
    if not form.is_valid():
        return plain(first_error(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    favourites.mark(user=request.user, pictures=[found], liked=form.cleaned_data["liked"])
    if request.htmx:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return redirect("version", slug=slug, picture=found.public_id)
