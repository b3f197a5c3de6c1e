"""How a provider is asked: what its owner changes of the manner that its kind of service has."""

from collections.abc import Mapping
from typing import Any, Final

from django.db import transaction

from editor.access import fetch
from editor.access.fetch import ProviderRoom
from editor.engines.openai.catalog import spoken
from editor.engines.openai.manner import Manner
from editor.models import Provider
from editor.services import providers

# What a service understands that does the reverse of what it was asked. One that looks at colours
# and not at transparency is told in colours, the other way round.
OTHER_POLARITY: Final = {"alpha": "black", "white": "black", "black": "white"}


def listed(provider: Provider) -> Manner:
    """Return the manner as the preset has it."""
    return Manner.of(providers.listed_preset(provider).manner)


def current(provider: Provider) -> Manner:
    """Return the manner in which the provider is asked."""
    return Manner.of(providers.spoken_preset(provider).manner)


def better_polarity(provider: Provider, name: str) -> str:
    """Return what masks should be instead where a model was found to read them the other way round.

    Empty where there is nothing better: masks are alike for all models of a provider, so one that
    obeys them as they are stands in the way.
    """
    sent = current(provider).mask
    tests = provider.tests
    found = tests.get(name, {})
    if found.get("mask") != "inverted" or found.get("polarity", sent) != sent:
        return ""
    obeyed = any(tests.get(other, {}).get("mask") == "obeyed" for other in provider.offered)
    return "" if obeyed else OTHER_POLARITY.get(sent, "")


@transaction.atomic
def change(*, room: ProviderRoom, provider: Provider, changes: Mapping[str, Any]) -> Provider:
    """Lay words over the preset's; none puts the preset's back.

    Raises ValueError when they make no sense, and what the doorkeeper raises.
    """
    row = fetch.provider_again(room, provider)
    return _lay(room, row, changes)


@transaction.atomic
def send_masks_as(*, room: ProviderRoom, provider: Provider, polarity: str) -> Provider:
    """Change what marks the area to edit, and nothing else. Raises as `change`."""
    row = fetch.provider_again(room, provider)
    others = {word: value for word, value in row.manner.items() if word != "mask"}
    own = {} if polarity == listed(row).mask else {"mask": polarity}
    return _lay(room, row, others | own)


def _lay(room: ProviderRoom, row: Provider, changes: Mapping[str, Any]) -> Provider:
    spoken(providers.listed_preset(row), changes)
    if row.manner != changes:
        words = _differing(row.manner, changes)
        row.manner = dict(changes)
        providers.forget_tests(row)
        providers.save(row)
        providers.record("provider.manner_changed", room, row, fields=words)
    return row


def _differing(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return the words of which one says something else than the other, or nothing."""
    same = {word for word in {*before} & {*after} if before[word] == after[word]}
    return sorted({*before, *after} - same)
