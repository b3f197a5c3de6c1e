"""From the address that somebody typed to the one an edit is sent to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

if TYPE_CHECKING:
    from editor.engines.openai.manner import Manner

# What people paste who copy the address of a call: it names the call, not the service.
CALLS: Final = re.compile(r"(/deployments/[^/]+)?/images(/[a-z]+)?$")
VERSION: Final = re.compile(r"v[0-9][a-z0-9.]*")


def endpoint(base_url: str, manner: Manner, model: str) -> str:
    """Return where edits go: the address with as much of root and path as it lacks.

    With or without the version, a trailing slash, a prefix before it, or the whole call: all
    lead to one place. A version of another kind in the address is kept. The address's own query
    wins over the preset's. What is no address at all stays none: whoever dials it says so.
    """
    try:
        parts = urlsplit(base_url.strip())
    except ValueError:
        return base_url.strip()
    prefix = CALLS.sub("", re.sub(r"/{2,}", "/", parts.path).rstrip("/"))
    path = manner.path.replace("{model}", quote(model, safe=""))
    query = urlencode({**manner.query, **dict(parse_qsl(parts.query))})
    return urlunsplit((parts.scheme, parts.netloc, _rooted(prefix, manner.root) + path, query, ""))


def _rooted(prefix: str, root: str) -> str:
    """The path of the address, with the part of the root that it does not end with already."""
    have, want = prefix.split("/")[1:], root.split("/")[1:]
    for shared in range(len(want), 0, -1):
        if have[-shared:] == want[:shared]:
            return "/".join(["", *have, *want[shared:]])
    if have and VERSION.fullmatch(have[-1]) and VERSION.fullmatch(want[-1]):
        return prefix
    return prefix + root
