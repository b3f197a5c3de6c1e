"""One file comes in; its sender learns what became of it."""

from http import HTTPStatus

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from editor.access import fetch
from editor.access.roles import Action
from editor.forms.first_error import first_error
from editor.forms.gallery import GalleryForm
from editor.forms.upload import UploadForm
from editor.http import PageRequest, waits_for_sandbox
from editor.services import gallery, media, pictures

TOO_LARGE = "too_large"


@waits_for_sandbox("POST")
@require_POST
def upload(request: PageRequest, slug: str) -> HttpResponse:
    """Keep one file as a picture: 201, or 200 when the project has it already.

    Its card comes with the answer if the gallery it was sent from, as the query string tells,
    shows it.
    """
    opened = fetch.door(request.user, slug, Action.UPLOAD)
    form = UploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _refusal(request, first_error(form), HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        uploaded = pictures.upload(door=opened, file=form.cleaned_data["file"])
    except pictures.UploadRefused as refused:
        return _refusal(request, refused.message, _status(refused.code))
    except media.DiskFull:
        text = _("The server's disk is full. Tell the administrator. Nothing was kept.")
        return _refusal(request, text, HTTPStatus.INSUFFICIENT_STORAGE)
    look = GalleryForm(request.GET).look(may_restore=opened.may(Action.TRASH))
    card = gallery.card(opened, look, uploaded.picture)
    context = {"project": opened.project, "picture": card, "uploaded": uploaded, "look": look}
    status = HTTPStatus.CREATED if uploaded.created else HTTPStatus.OK
    return render(request, "upload/upload.html#taken", context, status=status)


def _status(code: str) -> HTTPStatus:
    too_large = code == TOO_LARGE
    return HTTPStatus.REQUEST_ENTITY_TOO_LARGE if too_large else HTTPStatus.UNPROCESSABLE_ENTITY


def _refusal(request: PageRequest, message: str, status: HTTPStatus) -> HttpResponse:
    return render(request, "upload/upload.html#refused", {"message": message}, status=status)
