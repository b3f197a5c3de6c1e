"""The engines of a project as they are offered: by whose they are, and what is to be known of each."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from editor.engines.builtin.engine import Builtin
from editor.engines.errors import Trouble
from editor.engines.openai import planning
from editor.engines.openai.provider import ProviderConfig
from editor.models import Project, Provider
from editor.services import consents, providers


@dataclass(frozen=True, slots=True)
class Entry:
    """One engine to choose: `note` says in a few words what is special about it now.

    With `blocked` it cannot be chosen, and the note says why. `pictures` is how many it takes.
    """

    id: str
    label: str
    note: str = ""
    blocked: bool = False
    pictures: int = 1


@dataclass(frozen=True, slots=True)
class Group:
    """The engines of one provider; `host` is where pictures go, empty for the house's own."""

    label: str
    host: str
    entries: tuple[Entry, ...]


def menu(project: Project) -> list[Group]:
    """Return what a project's members may choose from, the house's own first. One query."""
    own = Group(_("On this server"), "", (Entry(Builtin.id, _("Built-in")),))
    return [own, *(_group(provider) for provider in providers.usable(project))]


def rests_until(provider: Provider) -> str:
    """Return the time until which nothing is sent to a provider; empty when it is not resting."""
    until = provider.open_until
    if until is None or until <= timezone.now():
        return ""
    return time_format(timezone.localtime(until))


def is_blocked(provider: Provider) -> bool:
    """Whether nothing can be sent to a provider before somebody mends it."""
    return provider.trouble == Trouble.KEY_REJECTED


def end(provider: Provider, model: str) -> date | None:
    """Return the day on which a model goes out of service, if one is known."""
    return providers.model(provider, model).ends


def farewell(ends: date | None, today: date) -> str:
    """Return in a few words when a model goes or went; empty when it stays."""
    if ends is None:
        return ""
    words = _("ended on %(day)s") if ends <= today else _("ends on %(day)s")
    return words % {"day": date_format(ends, "SHORT_DATE_FORMAT")}


def _group(provider: Provider) -> Group:
    config = providers.config(provider, with_key=False)
    entries = tuple(_entry(provider, config, model) for model in provider.offered)
    return Group(provider.name, consents.host_of(provider), entries)


def _entry(provider: Provider, config: ProviderConfig, model: str) -> Entry:
    return Entry(
        id=f"{provider.public_id}:{model}",
        label=config.models[model].label,
        note=_note(provider, model),
        blocked=is_blocked(provider),
        pictures=planning.abilities(config, config.models[model]).inputs_max,
    )


def _note(provider: Provider, model: str) -> str:
    if is_blocked(provider):
        return _("key rejected")
    if until := rests_until(provider):
        return _("busy, resting until %(time)s") % {"time": until}
    return farewell(end(provider, model), timezone.localdate())
