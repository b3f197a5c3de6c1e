"""Providers: who may use which, and what their engines need to know of them."""

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from editor.engines.openai.catalog import Model, adapted, catalog, unlisted
from editor.engines.openai.provider import ProviderConfig, Timeouts
from editor.models import Project, Provider, ProviderSource
from editor.services import vault


def usable(project: Project) -> QuerySet[Provider]:
    """Return the providers a project's members may send edits to, the instance's first."""
    ours = Q(project=project) | Q(project=None)
    return Provider.objects.filter(ours, is_enabled=True, deleted_at=None).order_by(
        "project_id", "pk"
    )


def config(provider: Provider) -> ProviderConfig:
    """Return what an engine needs to know of a provider. Raises vault.WrongKey."""
    presets = catalog().presets
    return ProviderConfig(
        id=provider.public_id,
        name=provider.name,
        base_url=provider.base_url,
        preset=presets.get(provider.preset) or presets["generic"],
        models={name: model(provider, name) for name in provider.offered},
        key=_key(provider),
        resend_safe=provider.resend_safe,
        any_private=provider.source != ProviderSource.OWNER,
        networks=settings.PRIVATE_PROVIDERS,
        timeouts=Timeouts(**provider.timeouts),
        learned={name: frozenset(refused) for name, refused in provider.learned.items()},
    )


def model(provider: Provider, name: str) -> Model:
    """Return a model as this provider offers it."""
    known = catalog().models.get(name) or unlisted(name)
    changes: dict[str, Any] = provider.overrides.get(name, {})
    return adapted(known, changes)


def _key(provider: Provider) -> str:
    if provider.source == ProviderSource.ENVIRONMENT:
        return str(settings.OPENAI_API_KEY)
    return vault.open_sealed(provider.key_encrypted) if provider.key_encrypted else ""
