"""django-tasks-db: `manage`-like program with its own settings; `enqueue N` or `db_worker`."""

from __future__ import annotations

import os
import sys

from django.conf import settings

settings.configure(
    SECRET_KEY="bench",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    INSTALLED_APPS=["django_tasks_db"],
    TASKS={"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}},
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": os.environ["BENCH_DATABASE"],
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
            },
        }
    },
)

import django  # noqa: E402

django.setup()

from django.core.management import execute_from_command_line  # noqa: E402

from tests.bench.peers.tasks import edit  # noqa: E402

if __name__ == "__main__":
    if sys.argv[1] == "enqueue":
        for number in range(int(sys.argv[2])):
            edit.enqueue(number)
    else:
        execute_from_command_line(sys.argv)
