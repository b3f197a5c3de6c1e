"""The one application."""

from django.apps import AppConfig


class EditorConfig(AppConfig):
    """Named so that `editor.User` is the account model."""

    name = "editor"
    verbose_name = "Pentimento"
