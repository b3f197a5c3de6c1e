"""The table of contents, grouped by page."""

from django.urls import path

from editor.views import (
    account,
    canvas,
    edits,
    favourite,
    gallery,
    health,
    media,
    projects,
    pulse,
    selection,
    setup,
    upload,
    version,
)

account_urls = [
    path("setup/", setup.setup, name="setup"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/signup/", account.signup, name="account_signup"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
]

project_urls = [
    path("", projects.projects, name="projects"),
    path("p/<slug:slug>/", gallery.gallery, name="gallery"),
    path("p/<slug:slug>/upload/", upload.upload, name="upload"),
    path("p/<slug:slug>/pulse", pulse.pulse, name="pulse"),
    path("p/<slug:slug>/canvas/<slug:picture>/", canvas.canvas, name="canvas"),
    path("p/<slug:slug>/v/<slug:picture>/", version.version, name="version"),
    path("p/<slug:slug>/edits/<slug:edit>/cancel/", edits.cancel, name="cancel_edit"),
]

picture_urls = [
    path("p/<slug:slug>/v/<slug:picture>/favourite/", favourite.favourite, name="favourite"),
    path("p/<slug:slug>/pictures/favourite/", selection.favourite, name="favourite_pictures"),
    path("p/<slug:slug>/pictures/delete/", selection.delete, name="delete_pictures"),
    path("p/<slug:slug>/pictures/restore/", selection.restore, name="restore_pictures"),
    path("p/<slug:slug>/pictures/export/", selection.export, name="export_pictures"),
]

media_urls = [
    path("p/<slug:slug>/m/<slug:picture>/<int:size>.webp", media.preview, name="preview"),
    path("p/<slug:slug>/m/<slug:picture>/full", media.full, name="full"),
    path("p/<slug:slug>/m/<slug:picture>/download", media.download, name="download"),
    path("p/<slug:slug>/m/<slug:picture>/original", media.original, name="original"),
]

health_urls = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

urlpatterns = [*account_urls, *project_urls, *picture_urls, *media_urls, *health_urls]
