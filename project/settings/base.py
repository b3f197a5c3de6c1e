"""Everything the three endings share, read from top to bottom.

Values come from the environment by django-environ: NAME, or NAME_FILE for secrets kept in files.
A value that cannot be understood stops the start with a message that names it.
"""

from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

from project import csp, encryption, mail, networks
from project.secret_key import load_or_create
from project.settings.accounts import *  # noqa: F403  settings are one namespace by design

BASE_DIR = Path(__file__).resolve().parent.parent.parent
env = FileAwareEnv()


def _choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    value: str = env.str(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, not {value!r}.")
    return value


def _number(name: str, default: int, *, low: int, high: int) -> int:
    try:
        value: int = env.int(name, default=default)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number.") from error
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must lie between {low} and {high}, not {value}.")
    return value


# Where everything lives.
DATA_DIR = Path(env.str("PENTIMENTO_DATA", default=str(BASE_DIR / "data"))).expanduser().resolve()
PICTURES_DIR = DATA_DIR / "pictures"
SPOOL_DIR = DATA_DIR / "spool"
RENDERS_DIR = DATA_DIR / "renders"
SCRATCH_DIR = DATA_DIR / "scratch"
BELLS_DIR = DATA_DIR / "bells"
# The folder itself is closed to others; what lies in it need not be.
DATA_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
SCRATCH_DIR.mkdir(exist_ok=True, mode=0o700)

# How it is reached.
HOST: str = env.str("PENTIMENTO_HOST", default="127.0.0.1")
PORT = _number("PENTIMENTO_PORT", 8000, low=1, high=65535)
BASE_URL: str = env.str("PENTIMENTO_BASE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
SIGNUP = _choice("PENTIMENTO_SIGNUP", "closed", ("open", "closed"))
DISPATCH = _choice("PENTIMENTO_DISPATCH", "local", ("local",))

# What is accepted.
MAX_UPLOAD_MB = _number("PENTIMENTO_MAX_UPLOAD_MB", 50, low=1, high=2000)
MAX_UPLOAD_BYTES = MAX_UPLOAD_MB * 1024 * 1024
MAX_MEGAPIXELS = _number("PENTIMENTO_MAX_MEGAPIXELS", 80, low=1, high=1000)
# One file and its form fields; Django itself counts only the fields against this figure.
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
MAX_BODY_BYTES = MAX_UPLOAD_BYTES + 10 * 1024 * 1024
# A call of the API may hold its picture in base64.
MAX_CALL_BYTES = MAX_UPLOAD_BYTES * 4 // 3 + 10 * 1024 * 1024
# Uploads wait here, on the same file system as the pictures, so that keeping one is a rename.
FILE_UPLOAD_TEMP_DIR = str(SCRATCH_DIR)
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "editor.http.UploadsOnDisk",
]

# Providers: one of the environment, and where those of projects may live besides the public net.
OPENAI_API_KEY: str = env.str("OPENAI_API_KEY", default="")
OPENAI_BASE_URL: str = env.str("OPENAI_BASE_URL", default="")
PRIVATE_PROVIDERS = networks.parse(env.list("PENTIMENTO_PRIVATE_PROVIDERS", default=[]))
# How a form learns where a name leads, and what the test of a provider sends: tests have their own.
PROVIDER_RESOLVER = "editor.services.addresses.look_up"
PROVIDER_PROBE = "editor.engines.openai.probe.probe"

# How long a call of the programming interface is held until its edit is done, and how often one
# that streams is sent a sign of life: proxies cut what is silent for a minute.
API_WAIT_SECONDS = _number("PENTIMENTO_API_WAIT_SECONDS", 900, low=5, high=86_400)
API_KEEPALIVE_SECONDS = _number("PENTIMENTO_API_KEEPALIVE_SECONDS", 10, low=1, high=60)

# Calls that come by the API: whether they may name pictures by their address on the web, which
# this server then fetches; tests have a line of their own.
API_FETCH_URLS: bool = env.bool("PENTIMENTO_API_FETCH_URLS", default=False)
API_FETCH_LINE = "editor.api.links.line"

# How long deleted things can be taken back, and how often a worker looks what is past that.
TRASH_DAYS = _number("PENTIMENTO_TRASH_DAYS", 30, low=1, high=365)
HOUSEKEEPING_SECONDS = 3600.0

# How edits are run: seconds on the database's clock (reliability.md 4.4, shortened: a lost
# edit of the free engine is taken up again 15 s after its worker fell silent).
LEASE_SECONDS = 15.0
HEARTBEAT_SECONDS = 3.0
# Answers that programs have already are finished when none has called for so long, or at the latest
# after that.
REST_SECONDS, PATIENCE_SECONDS = 2.0, 30.0
RESCUE_SECONDS = 3.0
WORKER_SILENT_SECONDS = 10.0
WORKER_CALLS = _number("PENTIMENTO_WORKER_CALLS", 256, low=1, high=2000)
WORKER_SLOTS = _number("PENTIMENTO_WORKER_SLOTS", 2, low=1, high=256)
MIN_FREE_BYTES = 256 * 1024 * 1024
# Rendered pictures, which can be made again: those used longest ago go first.
RENDER_CACHE_MB = _number("PENTIMENTO_RENDER_CACHE_MB", 4096, low=64, high=100_000_000)
RENDER_CACHE_BYTES = RENDER_CACHE_MB * 1024 * 1024

SECRET_KEY: str = env.str("PENTIMENTO_SECRET_KEY", default="") or load_or_create(DATA_DIR)
# Providers' keys are encrypted with the first of these; the others still open what is older.
ENCRYPTION_KEYS: list[str] = encryption.keys(
    env.str("PENTIMENTO_ENCRYPTION_KEY", default=""), DATA_DIR
)
DEBUG = False
ALLOWED_HOSTS: list[str] = env.list("PENTIMENTO_ALLOWED_HOSTS", default=[])

INSTALLED_APPS = [
    "editor",
    # Without autodiscovery: our site in editor/admin shows what is registered there alone.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "heroicons",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "editor.http.utf8_only",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "editor.http.local_time",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "editor.services.presence.Presence",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
WSGI_APPLICATION = "project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.csp",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]


def _database() -> dict[str, Any]:
    """SQLite in WAL mode with immediate transactions, or what DATABASE_URL says.

    IMMEDIATE: 6 processes x 300 transactions gave 0 "locked" failures, DEFERRED 1176 of 1800.
    """
    config: dict[str, Any] = env.db_url(
        "DATABASE_URL", default=f"sqlite:///{DATA_DIR}/pentimento.sqlite3"
    )
    # The threads that answer requests last, and so do their connections.
    config |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    if config["ENGINE"] == "django.db.backends.sqlite3":
        config["ENGINE"] = "project.sqlite"
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        }
    if config["ENGINE"] == "django.db.backends.postgresql":
        # A process that was stopped amid a transaction must not keep its locks from all others.
        limit = "-c idle_in_transaction_session_timeout=60s"
        config["OPTIONS"] = {"options": limit} | config.get("OPTIONS", {})
    return config


DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "project.storage.PictureStorage", "OPTIONS": {"location": PICTURES_DIR}},
    "staticfiles": {"BACKEND": "project.storage.HashedStaticFiles"},
}
STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Mail: into the log until EMAIL_URL names a server. Pages that need mail say so.
_email_url: str = env.str("EMAIL_URL", default=mail.CONSOLE)
MAILERS = mail.mailers(_email_url)
MAIL_IS_SENT = mail.is_sent(_email_url)
DEFAULT_FROM_EMAIL = mail.sender(env.str("PENTIMENTO_MAIL_FROM", default=""), BASE_URL)
SERVER_EMAIL = DEFAULT_FROM_EMAIL

# Who is asking, for the limits: the address that the last of so many proxies saw.
ALLAUTH_TRUSTED_PROXY_COUNT = _number("PENTIMENTO_TRUSTED_PROXIES", 0, low=0, high=9)
# allauth counts attempts in the default cache; one instance shares it through the database. With
# the 300 entries that Django keeps, a crowd of attempts would push out each other's counts.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "pentimento_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    },
    # What one process remembers by itself: which sessions it noted as seen.
    "process": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "process",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
LOCALE_PATHS = [BASE_DIR / "editor" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

SECURE_CSP = csp.POLICY
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "editor.views.errors.csrf_failure"

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django": {"handlers": ["console"], "level": "WARNING", "propagate": False}},
}
