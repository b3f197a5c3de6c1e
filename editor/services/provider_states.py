"""How a provider does, in a few words and with what to do about it."""

from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from editor.engines.errors import Trouble
from editor.models import Provider, ProviderSource
from editor.services import consents, providers

type Level = Literal["", "ok", "warn", "danger"]


@dataclass(frozen=True, slots=True)
class Sign:
    """A word for a badge, and, where there is something to do, a sentence."""

    level: Level
    word: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A provider as a list shows it; the first sign is the most pressing."""

    provider: Provider
    host: str
    signs: list[Sign]
    models: list[str]

    @property
    def hides_key(self) -> bool:
        """Whether its key is too short to show the end of."""
        return self.provider.key_tail == providers.HIDDEN_TAIL


def line(provider: Provider) -> Line:
    """Return what a list says of a provider. No queries."""
    names = [providers.model(provider, name).label for name in provider.offered]
    return Line(provider, consents.host_of(provider), signs(provider), names)


def signs(provider: Provider) -> list[Sign]:
    """Return what is to be said of a provider; what hinders everything stands alone."""
    stopped = _stopped(provider)
    if stopped is not None:
        return [stopped]
    found = [_resting(provider), _mask(provider), *_endings(provider)]
    lasting = [sign for sign in found if sign is not None]
    return lasting or [Sign("ok", _("Ready"))]


def _stopped(provider: Provider) -> Sign | None:
    follows = provider.source == ProviderSource.ENVIRONMENT
    if follows and not settings.OPENAI_API_KEY:
        return Sign("", _("Off"), _("The server\u2019s settings no longer name a key."))
    if not provider.is_enabled:
        return Sign("", _("Off"))
    if not providers.key_is_readable(provider):
        text = _("It was encrypted with a key that this server no longer has. Enter it once more.")
        return Sign("danger", _("Key cannot be read"), text)
    if provider.trouble == Trouble.KEY_REJECTED:
        return Sign("danger", _("Key rejected"), _key_advice(provider))
    return None


def _key_advice(provider: Provider) -> str:
    if provider.source == ProviderSource.ENVIRONMENT:
        return _("Edits wait. Put another key into OPENAI_API_KEY and start the server again.")
    return _("Edits wait until another key is entered, or a test is passed.")


def _resting(provider: Provider) -> Sign | None:
    until = provider.open_until
    if until is None or until <= timezone.now():
        return None
    at = time_format(timezone.localtime(until), "H:i")
    if provider.trouble == Trouble.QUOTA:
        text = _(
            "The service says that the credit is used up. Edits wait; we ask again at %(time)s."
        )
        return Sign("danger", _("Credit used up"), text % {"time": at})
    text = _("It failed several times. Edits wait; we ask again at %(time)s.")
    return Sign("warn", _("Rests"), text % {"time": at})


def _mask(provider: Provider) -> Sign | None:
    """The worst that was measured of any model on offer."""
    if named := _models_whose_mask_is(provider, "inverted"):
        return Sign("danger", _("Reads masks the other way round"), _advice(named, "inverted"))
    if named := _models_whose_mask_is(provider, "ignored"):
        return Sign("warn", _("Ignores masks"), _advice(named, "ignored"))
    return None


def _models_whose_mask_is(provider: Provider, found: str) -> list[str]:
    tests = provider.tests
    named = [name for name in provider.offered if tests.get(name, {}).get("mask") == found]
    return [providers.model(provider, name).label for name in named]


def _advice(models: list[str], found: str) -> str:
    facts = {"models": ", ".join(models), "advice": MASK_ADVICE[found]()}
    return _("%(models)s: %(advice)s") % facts


def _endings(provider: Provider) -> list[Sign]:
    today = timezone.localdate()
    models = (providers.model(provider, name) for name in provider.offered)
    ends = [(model.ends, model.label) for model in models if model.ends]
    gone = sum(day <= today for day, _label in ends)
    soon = sorted(one for one in ends if today < one[0] <= today + providers.ENDS_SOON)
    found = []
    if gone:
        text = ngettext("%(n)d model has ended", "%(n)d models have ended", gone) % {"n": gone}
        found.append(Sign("danger", text, _("Take it off the list, and offer a newer one.")))
    if soon:
        day, label = soon[0]
        word = ngettext("A model ends soon", "%(n)d models end soon", len(soon)) % {"n": len(soon)}
        advice = _("“%(model)s” ends on %(day)s.") % {"model": label, "day": date_format(day)}
        found.append(Sign("warn", word, advice))
    return found


MASK_ADVICE = {
    "ignored": lambda: _(
        "The service redraws everything. Outside the mask your pictures stay as they are all the "
        "same, since only the masked part of an answer is used; it may fit in less well."
    ),
    "inverted": lambda: _(
        "It changes what is protected and keeps what is painted. Send its masks the other way round."
    ),
}
