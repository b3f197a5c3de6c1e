"""The circuit of each provider: one that does not answer, or takes no key, is left alone a while.

What is written here is about the provider alone and has transactions of its own, so that nobody
waits for a provider's row while holding a project's.
"""

import logging
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now

from editor.engines.errors import ErrorClass, Execution, ProviderError, Trouble
from editor.models import Edit, Provider, State

logger = logging.getLogger(__name__)

# So many failures in a row open it; the rest doubles with each one after that.
FAILURES_TO_OPEN: Final = 5
FIRST_REST: Final = timedelta(seconds=30)
LONGEST_REST: Final = timedelta(minutes=15)
QUOTA_REST: Final = timedelta(minutes=5)
# A refusal of one request says that the service is there.
HEALTHY: Final = frozenset({ErrorClass.INPUT, ErrorClass.REFUSED})
IN_FLIGHT: Final = (State.CLAIMED, State.SENDING, State.AWAITING)


def available() -> QuerySet[Provider]:
    """Providers that may be sent to now."""
    rested = Q(open_until=None) | Q(open_until__lte=Now())
    return Provider.objects.filter(rested, is_enabled=True, deleted_at=None).exclude(
        trouble=Trouble.KEY_REJECTED
    )


def rooms(providers: QuerySet[Provider]) -> dict[int | None, int]:
    """Return how many more edits each provider takes, over all workers. Two queries.

    After a rest one edit goes ahead and tries.
    """
    running: dict[int | None, int] = {}
    held = Edit.objects.filter(state__in=IN_FLIGHT, provider__isnull=False)
    for provider in held.values_list("provider_id", flat=True):
        running[provider] = running.get(provider, 0) + 1
    rows = providers.only("pk", "concurrency", "failures")
    return {row.pk: most_at_once(row) - running.get(row.pk, 0) for row in rows}


def most_at_once(provider: Provider) -> int:
    """Return how many edits it takes at once."""
    return 1 if provider.failures >= FAILURES_TO_OPEN else provider.concurrency


def rest_after(failures: int) -> timedelta:
    """Return how long a provider is left alone after so many failures in a row."""
    doublings = min(max(0, failures - FAILURES_TO_OPEN), 10)
    return min(LONGEST_REST, FIRST_REST * (1 << doublings))


def is_well(provider: Provider) -> bool:
    """Whether nothing was wrong with it when the request left; no query."""
    return not (provider.failures or provider.open_until or provider.trouble)


def succeeded(provider: Provider) -> None:
    """It answered: whatever was wrong when the request left is over.

    What went wrong since is for the next success to end.
    """
    if not is_well(provider):
        _row(provider).update(failures=0, open_until=None, trouble=Trouble.NONE)


def failed(provider: Provider, error: ProviderError) -> None:
    """Note what an error says about the provider as it was when the request left."""
    if error.trouble == Trouble.KEY_REJECTED:
        reject_key(provider)
    elif error.trouble == Trouble.QUOTA:
        _row(provider).update(trouble=Trouble.QUOTA, open_until=Now() + QUOTA_REST)
    elif error.error_class in HEALTHY:
        succeeded(provider)
    elif error.execution != Execution.YES:
        _count(provider)


def reject_key(provider: Provider) -> None:
    """Claim nothing for it until its key is changed or a test passes."""
    if _row(provider).update(trouble=Trouble.KEY_REJECTED):
        logger.warning("provider %s takes no key; its edits wait", provider.public_id)


def learn(provider: Provider, model: str, parameter: str) -> None:
    """Remember that the service does not take this parameter for this model."""
    with transaction.atomic():
        row = Provider.objects.select_for_update(no_key=True).get(pk=provider.pk)
        known = set(row.learned.get(model, ()))
        row.learned = {**row.learned, model: sorted(known | {parameter})}
        row.save(update_fields=["learned"])


def _row(provider: Provider) -> QuerySet[Provider]:
    """The provider, unless somebody changed its address or key meanwhile."""
    return Provider.objects.filter(pk=provider.pk, version=provider.version)


def _count(provider: Provider) -> None:
    """Count a failure; what was under way when the circuit opened is not counted again."""
    closed = Q(open_until=None) | Q(open_until__lte=Now())
    with transaction.atomic():
        if not _row(provider).filter(closed).update(failures=F("failures") + 1):
            return
        failures = Provider.objects.values_list("failures", flat=True).get(pk=provider.pk)
        if failures >= FAILURES_TO_OPEN:
            rest = rest_after(failures)
            _row(provider).update(trouble=Trouble.BUSY, open_until=Now() + rest)
            logger.warning("provider %s rests for %s", provider.public_id, rest)
