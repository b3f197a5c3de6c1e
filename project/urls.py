"""The whole table of contents: the administration, and everything else by the editor."""

from django.urls import include, path

from editor.admin import site

handler400 = "editor.views.errors.bad_request"
handler403 = "editor.views.errors.forbidden"
handler404 = "editor.views.errors.not_found"
handler429 = "editor.views.errors.too_many_requests"
handler500 = "editor.views.errors.server_error"

urlpatterns = [
    path("admin/", site.urls),
    path("", include("editor.urls")),
]
