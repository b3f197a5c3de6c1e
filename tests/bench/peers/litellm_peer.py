"""LiteLLM's proxy before a fake provider: what people put between an SDK and a provider today.

It keeps nothing: no row, no file, no budget. Its packages and its version are those of the tests.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.bench.process_tree import Tree
from tests.faults.litellm_proxy import KEY, litellm_proxy

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Peer:
    """A running proxy: where and with which key it is asked, and what it uses meanwhile.

    After `tree.stop()`, `tree.own` is the most that was resident, in bytes, and `tree.cpu_until`
    tells the CPU seconds.
    """

    base_url: str
    key: str
    tree: Tree


@contextmanager
def litellm_peer(upstream: str, folder: Path, *, models: Mapping[str, str]) -> Iterator[Peer]:
    """Start one that sends these models' edits, each with its key, to this host; ended at the end."""
    folder.mkdir(exist_ok=True)
    with litellm_proxy(upstream, folder, models=models) as proxy:
        tree = Tree(proxy.pid).start()
        try:
            yield Peer(proxy.base_url, KEY, tree)
        finally:
            if not tree.stopped:
                tree.stop()
