"""reliability.md 4.5 as data: what a service does, and where the edit must come to rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.faults.fake import Fake

type Address = Callable[["Places"], str]

# Seconds for services that let us wait; all others may take their time.
SHORT: dict[str, float] = {"connect": 1, "write": 2, "read": 2, "idle": 2, "total": 8}
LONG: dict[str, float] = {"connect": 20, "write": 60, "read": 60, "idle": 60, "total": 90}


@dataclass(frozen=True, slots=True)
class Places:
    """The fake provider, and three ports that are worse than it."""

    fake: Fake
    refused: int
    deaf: int
    hanging_up: int


@dataclass(frozen=True, slots=True)
class Case:
    """One row, or one of its causes.

    ``attempts`` are those written down, the last of them with ``execution``; ``received``: how
    many requests the service has in its ledger; ``waits``: the least and the most that the first
    pause may last; ``results``: how many pictures are kept.
    """

    name: str
    address: Address
    state: str
    execution: str
    error_class: str
    attempts: int = 1
    received: int = 1
    timeouts: dict[str, float] = field(default_factory=lambda: LONG)
    streams: bool = False
    waits: tuple[float, float] | None = None
    parameters: dict[str, Any] = field(default_factory=dict)
    trouble: str | None = None
    results: int | None = None

    @property
    def pictures(self) -> int:
        """How many results there are in the end: one, where nothing else is said."""
        return int(self.state == "succeeded") if self.results is None else self.results


def _fails(spec: str) -> Address:
    return lambda places: places.fake.failing(spec)


def _case(spec: str, *ending: Any, **more: Any) -> Case:
    return Case(spec, _fails(spec), *ending, **more)


BACKOFF = (0.95, 3.05)  # 2 s, by half more or less
NOT_RUN = ("failed", "no")
GIVEN_UP = (*NOT_RUN, "busy")
IN_DOUBT = ("unknown", "unknown", "unknown")
UNUSABLE = ("billed_unusable", "yes", "unknown")
DONE = ("succeeded", "yes", "")
UNREACHABLE: dict[str, Any] = {"attempts": 5, "received": 0, "waits": BACKOFF}
LIMITED: dict[str, Any] = {"attempts": 6, "received": 6}

TABLE: tuple[Case, ...] = (
    # Nothing has left.
    Case("dns", lambda _p: "https://nowhere.invalid/v1", *GIVEN_UP, **UNREACHABLE),
    Case("refused", lambda p: f"http://127.0.0.1:{p.refused}/v1", *GIVEN_UP, **UNREACHABLE),
    Case("connect-timeout", lambda p: f"http://127.0.0.1:{p.deaf}/v1", *GIVEN_UP,
         timeouts=SHORT, **UNREACHABLE),
    Case("tls", lambda p: p.fake.base_url.replace("http:", "https:"), *GIVEN_UP, **UNREACHABLE),
    Case("reset-before-a-byte", lambda p: f"https://127.0.0.1:{p.hanging_up}/v1", *GIVEN_UP,
         **UNREACHABLE),
    # Something has.
    _case("reset-upload:0.5", *IN_DOUBT, received=0),
    # It says no, and another time yes.
    _case("429", *GIVEN_UP, waits=BACKOFF, trouble="busy", **LIMITED),
    _case("429-slow-down", *GIVEN_UP, waits=BACKOFF, **LIMITED),
    _case("429-retry-after:7*1", *DONE, attempts=2, received=2, waits=(6.9, 7.1)),
    _case("429-retry-after:date20*1", *DONE, attempts=2, received=2, waits=(10, 20.1)),
    _case("429-retry-after:0*1", *DONE, attempts=2, received=2, waits=BACKOFF),
    _case("429-retry-after:-5*1", *DONE, attempts=2, received=2, waits=BACKOFF),
    _case("429-retry-after:soon*1", *DONE, attempts=2, received=2, waits=BACKOFF),
    _case("429-retry-after:1000000000*1", *DONE, attempts=2, received=2, waits=(299.9, 300.1)),
    _case("503-should-retry", *GIVEN_UP, attempts=4, received=4, waits=BACKOFF),
    # It says no, and would again.
    _case("429-quota", *NOT_RUN, "budget", trouble="quota"),
    _case("429-billing", *NOT_RUN, "budget", trouble="quota"),
    _case("429-credit", *NOT_RUN, "budget", trouble="quota"),
    _case("429-spend-limit", *NOT_RUN, "budget", trouble="quota"),
    _case("400", *NOT_RUN, "input"),
    _case("404", *NOT_RUN, "ours"),
    _case("413", *NOT_RUN, "input"),
    _case("413-html", *NOT_RUN, "input"),
    _case("415", *NOT_RUN, "ours"),
    _case("422", *NOT_RUN, "input"),
    _case("error-detail", *NOT_RUN, "input"),
    _case("error-text", *NOT_RUN, "input"),
    _case("error-empty", *NOT_RUN, "input"),
    _case("error-flood", *NOT_RUN, "input"),
    _case("moderation", *NOT_RUN, "refused"),
    _case("451", *NOT_RUN, "refused"),
    _case("401", *NOT_RUN, "ours", trouble="key_rejected"),
    _case("403", *NOT_RUN, "ours", trouble="key_rejected"),
    _case("error-echo", *NOT_RUN, "ours", trouble="key_rejected"),
    # The one thing that is sent again, without what it did not know.
    _case("unknown-parameter:quality", *DONE, attempts=2, received=2,
          parameters={"quality": "low"}),
    # Nobody can tell.
    *(_case(status, *IN_DOUBT) for status in ("408", "409", "425")),
    *(_case(status, *IN_DOUBT) for status in ("500", "502", "503", "504", "529")),
    *(_case(status, *IN_DOUBT) for status in ("520", "521", "522", "523", "524")),
    *(_case(status, *IN_DOUBT) for status in ("301", "302", "303", "307", "308")),
    _case("silence", *IN_DOUBT, timeouts=SHORT),
    _case("stall:0.5", *IN_DOUBT, timeouts=SHORT),
    _case("slowloris:0.5", *IN_DOUBT, timeouts=SHORT),
    _case("slow-head:0.5", *IN_DOUBT, timeouts=SHORT),
    _case("close", *IN_DOUBT),
    _case("reset", *IN_DOUBT),
    _case("reset:0.01", *IN_DOUBT),
    _case("reset:0.5", *IN_DOUBT),
    _case("reset:0.99", *IN_DOUBT),
    _case("eof:0.5", *IN_DOUBT),
    _case("bad-chunk", *IN_DOUBT),
    _case("cut-chunks", *IN_DOUBT),
    _case("many-headers", *IN_DOUBT),
    _case("huge-header", *IN_DOUBT),
    _case("no-http", *IN_DOUBT),
    _case("bad-length", *IN_DOUBT),
    _case("two-lengths", *IN_DOUBT),
    _case("sse-stops", *IN_DOUBT, streams=True),
    _case("sse-closes", *IN_DOUBT, streams=True),
    _case("sse-resets", *IN_DOUBT, streams=True),
    _case("sse-error", *IN_DOUBT, streams=True),
    _case("sse-error-flat", *IN_DOUBT, streams=True),
    _case("sse-silent", *IN_DOUBT, streams=True, timeouts=SHORT),
    _case("sse-pings-only:0.5", *IN_DOUBT, streams=True, timeouts=SHORT),
    # It did the work, and it is good for nothing.
    _case("huge", *UNUSABLE),
    _case("endless-chunks", *UNUSABLE),
    _case("gzip-bomb", *UNUSABLE),
    _case("blanks", *UNUSABLE),
    _case("sse-endless-line", *UNUSABLE, streams=True),
    *(_case(name, *UNUSABLE) for name in (
        *("empty-data", "no-data", "null-data", "b64-bad-char", "b64-padding", "b64-empty"),
        *("image-truncated", "image-garbage", "image-corrupt", "image-bomb", "image-svg"),
        *("image-html", "html", "svg", "empty", "invalid-json", "truncated-json", "deep-json"),
        *("list-json", "error-200", "url-elsewhere", "url-404", "url-redirect", "url-private", "url-file"),
        "url-html",
    )),
    _case("sse-bad-b64", *UNUSABLE, streams=True),
    # Odd, and good.
    *(_case(name, *DONE) for name in (
        *("chunked", "until-close", "no-usage", "bad-usage", "bare", "extra-keys"),
        *("data-url", "url", "url-flaky", "both", "text-plain", "bom"),
    )),
    *(_case(name, *DONE, streams=True) for name in (
        *("sse-json", "sse-done", "sse-crlf", "sse-no-event-line", "sse-split", "sse-chatter"),
        *("sse-no-partials", "sse-bare"),
    )),
    _case("n-mismatch", *DONE, results=2),  # what was paid for is kept
    # And the service itself, when nothing is wrong with it.
    Case("good", lambda p: p.fake.base_url, *DONE),
    Case("good stream", lambda p: p.fake.base_url, *DONE, streams=True),
)  # fmt: skip
