"""Development: errors in the browser, static files unhashed."""

from project.settings.base import *  # noqa: F403  settings are one namespace by design
from project.settings.base import STORAGES

DEBUG = True
ALLOWED_HOSTS = ["*"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
