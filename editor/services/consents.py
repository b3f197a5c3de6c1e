"""Before the first send to a provider a member reads, once, where the pictures go."""

from functools import cache
from urllib.parse import urlsplit

from editor.models import Provider, ProviderConsent, User
from editor.models.prepared import ANY_KEY, ANY_TEXT, OTHER_KEY, Prepared


class ConsentNeeded(Exception):
    """The member has not agreed yet that pictures leave for `host`."""

    def __init__(self, host: str) -> None:
        super().__init__(host)
        self.host = host


def host_of(provider: Provider) -> str:
    """Return the machine that sees the pictures."""
    return urlsplit(provider.base_url).hostname or ""


def check(provider: Provider, user: User, agreed_host: str = "") -> None:
    """Note the agreement if this is it. Raises ConsentNeeded when there is none for this host."""
    host = host_of(provider)
    if agreed_host == host:
        ProviderConsent.objects.get_or_create(provider=provider, user=user, host=host)
    elif not covers(provider, user.pk, host):
        raise ConsentNeeded(host)


def covers(provider: Provider, user_id: int | None, host: str) -> bool:
    """Whether the member agreed to this host; of one whose account is gone, whether anybody did."""
    if user_id is not None:
        return bool(_given()({ANY_KEY: provider.pk, OTHER_KEY: user_id, ANY_TEXT: host}))
    return ProviderConsent.objects.filter(provider=provider, host=host).exists()


@cache
def _given() -> Prepared[ProviderConsent, int]:
    rows = ProviderConsent.objects.filter(provider=ANY_KEY, user=OTHER_KEY, host=ANY_TEXT)
    return Prepared(rows.values_list("pk", flat=True)[:1])
