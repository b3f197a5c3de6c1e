"""Tests: quick hashing, a data folder of their own, short leases."""

import os
import tempfile

_data = os.environ.setdefault("PENTIMENTO_DATA", tempfile.mkdtemp(prefix="pentimento-test-"))

from project.settings.base import *  # noqa: E402, F403  the data folder must be set first
from project.settings.base import CACHES, DATABASES, STORAGES  # noqa: E402

ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CACHES = CACHES | {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

# A file, as in production: threads and processes of one test meet in it. Nobody needs it to
# survive a power cut.
if DATABASES["default"]["ENGINE"] == "project.sqlite":
    DATABASES["default"]["TEST"] = {"NAME": f"{_data}/test.sqlite3"}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )

# No test asks the net for a name.
PROVIDER_RESOLVER = "tests.making.look_up"
# Nothing rests in tests, unless one is about that.
REST_SECONDS = PATIENCE_SECONDS = 0.0
