"""The one application."""

from django.apps import AppConfig


class EditorConfig(AppConfig):
    """Named so that `editor.User` is the account model."""

    name = "editor"
    verbose_name = "Pentimento"

    def ready(self) -> None:
        """Listen to sign-ins and to changes of passwords."""
        from allauth.account.signals import password_changed, password_reset, password_set
        from django.contrib.auth.signals import user_logged_in

        from editor.services import sessions

        user_logged_in.connect(sessions.note_sign_in)
        for signal in (password_changed, password_reset, password_set):
            signal.connect(sessions.note_new_password)
