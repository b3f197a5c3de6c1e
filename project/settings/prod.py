"""Production, and what `make run` uses: plain http on a laptop, https behind a proxy.

Cookies, HSTS and CSRF origins follow the scheme of PENTIMENTO_BASE_URL, so that plain http on a
local network works and https is strict.
"""

from urllib.parse import urlsplit

from project.settings.base import *  # noqa: F403  settings are one namespace by design
from project.settings.base import ALLOWED_HOSTS, BASE_URL

_url = urlsplit(BASE_URL)
SECURE = _url.scheme == "https"

if not ALLOWED_HOSTS:
    ALLOWED_HOSTS = sorted({_url.hostname or "localhost", "localhost", "127.0.0.1", "[::1]"})
CSRF_TRUSTED_ORIGINS = [f"{_url.scheme}://{_url.netloc}"]

SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-session" if SECURE else "pentimento_session"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE else "pentimento_csrf"
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if SECURE else None
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
# One host is ours to promise for, not its whole domain: a studio at example.org must not force
# https on every neighbour, nor put the domain on the browsers' list for years.
# Mail goes to the log until EMAIL_URL is set, and the pages that need it say so.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021", "mail.E001"]
