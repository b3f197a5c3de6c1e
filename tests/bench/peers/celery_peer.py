"""Celery with redis: `celery -A tests.bench.peers.celery_peer worker`; run as a program it sends."""

from __future__ import annotations

import os
import sys

from celery import Celery

from tests.bench.peers import call

app = Celery("peer", broker=os.environ["BENCH_REDIS"], backend=os.environ["BENCH_REDIS"])
# One task a thread, acknowledged when it is done: what somebody who pays for calls would set.
app.conf.update(
    worker_prefetch_multiplier=1, task_acks_late=True, broker_connection_retry_on_startup=True
)


@app.task(name="edit")  # type: ignore[untyped-decorator]
def edit(number: int) -> None:
    call.edit(number)


if __name__ == "__main__":
    for number in range(int(sys.argv[1])):
        edit.delay(number)
