"""The task of django-tasks-db, where its workers can import it by name."""

from __future__ import annotations

from django.tasks import task

from tests.bench.peers import call


@task()
def edit(number: int) -> None:
    call.edit(number)
