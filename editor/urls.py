"""The table of contents, grouped by page."""

from collections.abc import Callable

from django.http import HttpResponse
from django.urls import path

from editor.views import (
    account,
    api_help,
    budget,
    canvas,
    decide,
    edits,
    favourite,
    forgotten,
    gallery,
    health,
    inputs,
    keys,
    media,
    members,
    parameters,
    passkeys,
    password,
    profile,
    project_settings,
    projects,
    provider_manner,
    provider_model,
    provider_probe,
    providers,
    pulse,
    quote,
    raw_answer,
    samples,
    selection,
    sessions,
    setup,
    status,
    two_step,
    understand,
    upload,
    usage,
    version,
)

account_urls = [
    path("setup/", setup.setup, name="setup"),
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/signup/", account.signup, name="account_signup"),
    path("accounts/code/", account.address_code, name="account_email_verification_sent"),
    path("accounts/reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("accounts/profile/", profile.profile, name="profile"),
    path("accounts/address/", profile.address, name="account_email"),
    path("accounts/password/", password.password, name="account_change_password"),
    path("accounts/password/first/", password.first_password, name="account_set_password"),
    path("accounts/sessions/", sessions.sessions, name="usersessions_list"),
    path("accounts/sessions/<int:pk>/end/", sessions.end, name="end_session"),
]

forgotten_urls = [
    path("accounts/forgotten/", forgotten.forgotten, name="account_reset_password"),
    path("accounts/forgotten/code/", forgotten.code, name="account_confirm_password_reset_code"),
    path("accounts/forgotten/new/", forgotten.new_password, name="account_complete_password_reset"),
    path("accounts/forgotten/done/", forgotten.done, name="account_password_reset_completed"),
]

two_step_urls = [
    path("accounts/two-step/", two_step.two_step, name="mfa_index"),
    path("accounts/two-step/login/", two_step.step, name="mfa_authenticate"),
    path("accounts/two-step/confirm/", two_step.confirm, name="mfa_reauthenticate"),
    path("accounts/two-step/app/", two_step.activate, name="mfa_activate_totp"),
    path("accounts/two-step/app/remove/", two_step.remove, name="mfa_deactivate_totp"),
    path("accounts/two-step/codes/", two_step.codes, name="mfa_view_recovery_codes"),
    path("accounts/two-step/codes/new/", two_step.new_codes, name="mfa_generate_recovery_codes"),
    path("accounts/passkeys/", passkeys.passkeys, name="mfa_list_webauthn"),
    path("accounts/passkeys/add/", passkeys.add, name="mfa_add_webauthn"),
    path("accounts/passkeys/login/", passkeys.login, name="mfa_login_webauthn"),
    path("accounts/passkeys/confirm/", passkeys.confirm, name="mfa_reauthenticate_webauthn"),
    path("accounts/passkeys/<int:pk>/rename/", passkeys.rename, name="mfa_edit_webauthn"),
    path("accounts/passkeys/<int:pk>/remove/", passkeys.remove, name="mfa_remove_webauthn"),
]

project_urls = [
    path("", projects.projects, name="projects"),
    path("p/<slug:slug>/", gallery.gallery, name="gallery"),
    path("p/<slug:slug>/upload/", upload.upload, name="upload"),
    path("p/<slug:slug>/samples/", samples.samples, name="samples"),
    path("p/<slug:slug>/api/", api_help.api_help, name="api_help"),
    path("p/<slug:slug>/pulse", pulse.pulse, name="pulse"),
    path("p/<slug:slug>/canvas/<slug:picture>/", canvas.canvas, name="canvas"),
    path("p/<slug:slug>/understand", understand.understand, name="understand"),
    path("p/<slug:slug>/parameters", parameters.parameters, name="parameters"),
    path("p/<slug:slug>/quote/<slug:picture>/", quote.quote, name="quote"),
    path("p/<slug:slug>/inputs", inputs.inputs, name="inputs"),
    path("p/<slug:slug>/v/<slug:picture>/", version.version, name="version"),
    path("p/<slug:slug>/v/<slug:picture>/rename/", version.rename, name="rename_picture"),
    path("p/<slug:slug>/edits/<slug:edit>/cancel/", edits.cancel, name="cancel_edit"),
    path("p/<slug:slug>/edits/<slug:edit>/decide/", decide.decide, name="decide_edit"),
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

money_urls = [
    path("p/<slug:slug>/usage/", usage.usage, name="usage"),
    path("p/<slug:slug>/usage/csv", usage.csv, name="usage_csv"),
    path("p/<slug:slug>/budget/", budget.budget, name="budget"),
    path("p/<slug:slug>/budget/<int:member>/", budget.member, name="member_budget"),
]

keys_urls = [
    path("p/<slug:slug>/keys/", keys.keys, name="keys"),
    path("p/<slug:slug>/keys/new/", keys.new, name="new_key"),
    path("p/<slug:slug>/keys/<slug:key>/revoke/", keys.revoke, name="revoke_key"),
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
    path("p/<slug:slug>/edits/<slug:edit>/mask.png", media.mask, name="edit_mask"),
    path("p/<slug:slug>/edits/<slug:edit>/partial", media.partial, name="edit_partial"),
    path("p/<slug:slug>/m/<slug:picture>/original", media.original, name="original"),
    path("p/<slug:slug>/m/<slug:picture>/heat.webp", raw_answer.heat, name="heat_map"),
    path("p/<slug:slug>/m/<slug:picture>/raw.webp", raw_answer.show, name="raw_answer"),
    path("p/<slug:slug>/v/<slug:picture>/use-raw/", raw_answer.use, name="use_raw"),
]

# Each page twice: for the whole instance, and in a project, where its name begins with project_.
_one = "providers/<slug:provider>/"
_providers_pages: list[tuple[str, Callable[..., HttpResponse], str]] = [
    ("providers/", providers.providers, "providers"),
    ("providers/add/", providers.add, "add_provider"),
    (_one, providers.provider, "provider"),
    (f"{_one}switch/", providers.switch, "switch_provider"),
    (f"{_one}delete/", providers.delete, "delete_provider"),
    (f"{_one}test/", provider_probe.provider_probe, "provider_probe"),
    (f"{_one}manner/", provider_manner.provider_manner, "provider_manner"),
    (f"{_one}models/<path:model>/", provider_model.provider_model, "provider_model"),
]
providers_urls = [
    *(path(route, view, name=name) for route, view, name in _providers_pages),
    *(
        path(f"p/<slug:slug>/{route}", view, name=f"project_{name}")
        for route, view, name in _providers_pages
    ),
]

health_urls = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("health/", status.status, name="status"),
]

urlpatterns = [
    *account_urls,
    *forgotten_urls,
    *two_step_urls,
    *project_urls,
    *picture_urls,
    *members_urls,
    *project_settings_urls,
    *money_urls,
    *keys_urls,
    *providers_urls,
    *media_urls,
    *health_urls,
]
