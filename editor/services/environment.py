"""The provider of the server's settings: its row follows OPENAI_API_KEY and OPENAI_BASE_URL.

The key itself stays in the settings and is never stored.
"""

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.crypto import salted_hmac
from django.utils.text import Truncator

from editor.engines.openai.catalog import Preset, catalog
from editor.models import Provider, ProviderSource
from editor.services import addresses
from editor.services.providers import NAME_LENGTH, lasting, tail


@transaction.atomic
def sync() -> Provider | None:
    """Make, update or switch off the row as the settings say. Safe to call from many processes.

    Raises addresses.BadAddress when OPENAI_BASE_URL is no address.
    """
    if not settings.OPENAI_API_KEY:
        _switch_off()
        return None
    preset = _preset()
    address = settings.OPENAI_BASE_URL or preset.base_url
    row, made = Provider.objects.select_for_update().get_or_create(
        source=ProviderSource.ENVIRONMENT,
        defaults={
            "name": _name(preset, address),
            "preset": preset.id,
            "base_url": address,
            "key_tail": tail(settings.OPENAI_API_KEY),
            "key_print": _print(settings.OPENAI_API_KEY),
            "offered": _models(preset),
        },
    )
    if not made:
        _follow(row, address, preset)
    return row


def _switch_off() -> None:
    """Without a key nothing can be sent; the missing tail says that it was us."""
    rows = Provider.objects.filter(source=ProviderSource.ENVIRONMENT).exclude(key_tail="")
    rows.update(is_enabled=False, key_tail="", version=F("version") + 1)


def _follow(row: Provider, address: str, preset: Preset) -> None:
    key = settings.OPENAI_API_KEY
    follows = {"base_url": address, "key_tail": tail(key), "key_print": _print(key)}
    moved = not addresses.same_origin(row.base_url, address)
    if all(getattr(row, name) == value for name, value in follows.items()):
        return
    # Staff who switched it off meant it; a key that comes back takes it into use again.
    row.is_enabled = row.is_enabled or not row.key_tail
    for name, value in follows.items():
        setattr(row, name, value)
    row.trouble, row.failures, row.open_until = "", 0, None
    if moved:
        row.manner = row.manner if row.preset == preset.id else {}
        row.preset, row.probe, row.probed_at, row.learned = preset.id, {}, None, {}
        row.offered = row.offered or _models(preset)
    row.version += 1
    row.save()


def _print(key: str) -> str:
    """Return what tells this key from any other, and nothing of it; two keys may end alike."""
    return salted_hmac("editor.environment.key", key, algorithm="sha256").hexdigest()


def _preset() -> Preset:
    """Return the preset whose own address is on the settings' server, else the general one."""
    presets = catalog().presets
    if not settings.OPENAI_BASE_URL:
        return _first()
    addresses.origin(settings.OPENAI_BASE_URL)
    found = (preset for preset in presets.values() if _is_at(preset, settings.OPENAI_BASE_URL))
    return next(found, presets["generic"])


def _first() -> Preset:
    return next(preset for preset in catalog().presets.values() if preset.base_url)


def _models(preset: Preset) -> list[str]:
    """What such a service offers; one that nobody knows probably passes on the first one's."""
    return lasting(preset if preset.models else _first())


def _name(preset: Preset, address: str) -> str:
    host = addresses.origin(address)[1]
    return preset.label if _is_at(preset, address) else Truncator(host).chars(NAME_LENGTH)


def _is_at(preset: Preset, address: str) -> bool:
    return addresses.same_origin(preset.base_url, address)
