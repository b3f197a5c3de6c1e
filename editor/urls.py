"""The table of contents, grouped by page."""

from django.urls import path

from editor.views import (
    account,
    canvas,
    edits,
    gallery,
    health,
    media,
    members,
    project_settings,
    projects,
    pulse,
    samples,
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
    path("p/<slug:slug>/samples/", samples.samples, name="samples"),
    path("p/<slug:slug>/pulse", pulse.pulse, name="pulse"),
    path("p/<slug:slug>/canvas/<slug:picture>/", canvas.canvas, name="canvas"),
    path("p/<slug:slug>/v/<slug:picture>/", version.version, name="version"),
    path("p/<slug:slug>/v/<slug:picture>/rename/", version.rename, name="rename_picture"),
    path("p/<slug:slug>/edits/<slug:edit>/cancel/", edits.cancel, name="cancel_edit"),
]

members_urls = [
    path("p/<slug:slug>/members/", members.members, name="members"),
    path("p/<slug:slug>/members/<int:member>/role/", members.role, name="member_role"),
    path("p/<slug:slug>/members/<int:member>/remove/", members.remove, name="remove_member"),
    path("p/<slug:slug>/leave/", members.leave, name="leave_project"),
]

project_settings_urls = [
    path("p/<slug:slug>/settings/", project_settings.project_settings, name="project_settings"),
    path("p/<slug:slug>/archive/", project_settings.archive, name="archive_project"),
    path("p/<slug:slug>/restore/", project_settings.restore, name="restore_project"),
    path("p/<slug:slug>/delete/", project_settings.delete, name="delete_project"),
    path("p/<slug:slug>/undelete/", project_settings.undelete, name="undelete_project"),
]

media_urls = [
    path("p/<slug:slug>/m/<slug:picture>/<int:size>.webp", media.preview, name="preview"),
    path("p/<slug:slug>/m/<slug:picture>/full", media.full, name="full"),
    path("p/<slug:slug>/m/<slug:picture>/download", media.download, name="download"),
    path("p/<slug:slug>/edits/<slug:edit>/mask.png", media.mask, name="edit_mask"),
    path("p/<slug:slug>/m/<slug:picture>/original", media.original, name="original"),
]

health_urls = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
]

urlpatterns = [
    *account_urls,
    *project_urls,
    *members_urls,
    *project_settings_urls,
    *media_urls,
    *health_urls,
]
