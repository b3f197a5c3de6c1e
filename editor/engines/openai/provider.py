"""A provider as its engine knows it: plain values, made from the row by services."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from editor.engines.openai.manner import Manner

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from ipaddress import IPv4Network, IPv6Network

    from editor.engines.openai.catalog import Model, Preset

type Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds, each by our own clock (reliability.md 4.5).

    ``read`` bounds the wait for the first byte and every silence of a plain answer, ``idle`` the
    silence after the first byte of a stream, ``total`` the whole attempt.
    """

    connect: float = 10.0
    write: float = 120.0
    read: float = 600.0
    idle: float = 60.0
    total: float = 900.0


@dataclass(frozen=True, slots=True)
class ProviderConfig:
    """Where to send, with which key, in which manner.

    ``networks``: private addresses that may be dialled; ``any_private`` opens them all (a
    provider of the staff or of the environment). ``learned``: parameters that this service
    refused once, by model. ``manner`` is the preset's, read once.
    """

    id: str
    name: str
    base_url: str
    preset: Preset
    models: Mapping[str, Model]
    key: str = field(default="", repr=False)
    resend_safe: bool = False
    any_private: bool = False
    networks: Sequence[Network] = ()
    timeouts: Timeouts = Timeouts()
    max_answer_bytes: int = 128 * 1024 * 1024
    learned: Mapping[str, frozenset[str]] = field(default_factory=dict)
    manner: Manner = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Raises ValueError for a preset that means nothing."""
        object.__setattr__(self, "manner", Manner.of(self.preset.manner))
