"""`python -m tests.conformance.seed ADDRESS`: two projects and their keys, told as one line of JSON.

Runs beside a studio, on its data. ADDRESS is that of a fake provider, which the second project is
connected to; the first has the built-in engine alone.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.utils import timezone  # noqa: E402

from editor.models import Project, Provider, Scope, User  # noqa: E402
from editor.services import api_keys, setup, vault  # noqa: E402
from editor.services.api_keys import Wanted  # noqa: E402
from tests.conformance.registry import CLIENTS  # noqa: E402
from tests.faults.paying import ABILITIES, KEY, MODEL  # noqa: E402
from tests.making import agree, make_door, make_project, make_provider_row  # noqa: E402

EMAIL, PASSWORD = "olga@example.test", "correct horse battery"
OFTEN = 100_000
LISTED = [[1024, 1024], [1536, 1024], [1024, 1536]]
# One that draws at any size, two of the catalog, one with a list of sizes, one with a slash.
OFFERED = [MODEL, "gpt-image-2", "gpt-image-2.5-flare", "relay-image", "google/gemini-image"]
DRAWS = {
    "formats": ["png", "jpeg", "webp"],
    "compression": True,
    "backgrounds": ["auto", "transparent", "opaque"],
    "n_max": 10,
    "inputs_max": 16,
}
OVERRIDES = {MODEL: ABILITIES | DRAWS, "relay-image": {"sizes": {"listed": LISTED}}}


def main(address: str) -> dict[str, object]:
    """Make everything; return what the tests need to know of it."""
    user, plain = setup.create_administrator(email=EMAIL, password=PASSWORD)
    paid = make_project(user, "Paid")
    provider = connect(paid, user, address)
    return {
        "plain": key(plain, user),
        "paid": key(paid, user),
        "models_only": key(paid, user, scopes=(Scope.READ_MODELS,)),
        "expired": key(paid, user, expires_at=timezone.now() - timedelta(days=1)),
        "broke": key(paid, user, budget_micros=1),
        "slow": {name: key(plain, user, requests_per_minute=1) for name in CLIENTS},
        "broken": {name: key(plain, user) for name in CLIENTS},
        "provider": provider.public_id,
    }


def connect(project: Project, user: User, address: str) -> Provider:
    """Let the project use the fake provider, and its owner have agreed to it."""
    provider = make_provider_row(
        project,
        name="Fake",
        base_url=address,
        key_encrypted=vault.seal(KEY),
        offered=OFFERED,
        overrides=OVERRIDES,
        concurrency=32,
    )
    agree(provider, user)
    return provider


def key(project: Project, user: User, **wanted: Any) -> str:
    """Make one key; what is not said of it does not bind."""
    values: dict[str, Any] = {"name": "conformance", "requests_per_minute": OFTEN} | wanted
    return api_keys.create(door=make_door(project, user), wanted=Wanted(**values))[1]


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(sys.argv[1])) + "\n")
