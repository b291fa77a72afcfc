"""The load: bodies of NDJSON whose events are made from real ones, the same for the same seed.

To make an event takes some 10 µs, which is too much beside what is measured: `prepare` writes bodies to a file
beforehand, dated by the schedule on which they will be sent.
"""

import hashlib
import math
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from itertools import accumulate
from random import Random
from typing import NamedTuple

from live_load import marker
from live_load.corpora import Corpora
from live_load.template import MARKER, Template, template
from live_load.values import Draw, Values

MEAN = 900
"""Bytes of an event, on average."""
SHARES: Mapping[str, float] = {
    "windows": 6, "AWS.CloudTrail": 4, "kubernetes": 3, "web": 3, "sshd": 2, "auditd": 2, "Okta.SystemLog": 2,
    "GitHub.Audit": 2, "cloudtrail": 4, "windows_winlogbeat": 4, "windows_evtx": 2, "kubernetes_audit": 4,
    "okta": 2, "github_audit": 2, "web_access": 3, "linux_auth": 2, "github_webhook": 2,
}  # fmt: skip
"""How much of the stream is of a kind, before sizes are looked at; all others have 1."""


class Body(NamedTuple):
    """Events of one request: their numbers are first, first + 1 …; data: NDJSON, with a newline at the end."""

    first: int
    events: int
    data: bytes

    @property
    def numbers(self) -> range:
        """Of its events."""
        return range(self.first, self.first + self.events)


LOUD = 0.002
"""Share of events that rules match, where the loud records are known. Published attacks are nearly all loud; logs are not."""


class _Form:
    """A template with what fills its holes."""

    __slots__ = ("draws", "pieces", "size", "where")

    def __init__(self, cut: Template, values: Values, sign: Draw) -> None:
        self.size = cut.size
        self.where = cut.where
        self.draws = [sign if hole == MARKER else values.drawer(hole) for hole in cut.holes]
        self.pieces = [part for piece in cut.pieces for part in (piece, b"")][:-1]

    def event(self) -> bytes:
        drawn = [draw() for draw in self.draws]
        self.pieces[1::2] = [drawn[at] for at in self.where]
        return b"".join(self.pieces)


class Stream:
    """Makes bodies.

    run: goes into the markers, so that runs can be told apart; nothing else depends on it. loud: records that
    together get only the share LOUD.
    """

    def __init__(
        self,
        corpora: Corpora,
        seed: int,
        *,
        run: int = 0,
        mean: float = MEAN,
        loud: Container[bytes] = (),
    ) -> None:
        self._random = Random(seed)  # noqa: S311 (made-up events that must be the same again, no secrets)
        self.values = Values(self._random)
        self._head = marker.head(run)
        self.made = 0
        all_records = [(kind, record) for kind, records in corpora.items() for record in records]
        self._forms = [_Form(template(record), self.values, self._sign) for _, record in all_records]
        each = {kind: SHARES.get(kind, 1) / len(records) for kind, records in corpora.items()}
        shares = quieted(
            [each[kind] for kind, _ in all_records], [record in loud for _, record in all_records]
        )
        self._shares = list(accumulate(tilted(shares, [form.size for form in self._forms], mean)))

    def _sign(self) -> bytes:
        return b"%s%08x" % (self._head, self.made)

    def body(self, count: int, now: float) -> Body:
        """Return the next events, dated now (seconds since 1970)."""
        self.values.clock.set(now)
        first, made = self.made, []
        for form in self._random.choices(self._forms, cum_weights=self._shares, k=count):
            made.append(form.event())
            self.made += 1
        return Body(first, count, b"\n".join(made) + b"\n")

    def bodies(self, count: int, now: Callable[[], float]) -> Iterator[Body]:
        """Yield bodies for ever."""
        while True:
            yield self.body(count, now())


def quieted(shares: Sequence[float], loud: Sequence[bool]) -> list[float]:
    """Return the shares with those that are loud scaled to be LOUD of the whole together."""
    noise = sum(share for share, is_loud in zip(shares, loud, strict=True) if is_loud)
    rest = sum(shares) - noise
    if not noise or not rest:
        return list(shares)
    scale = LOUD / (1 - LOUD) * rest / noise
    return [share * scale if is_loud else share for share, is_loud in zip(shares, loud, strict=True)]


def tilted(shares: Sequence[float], sizes: Sequence[int], mean: float) -> list[float]:
    """Return the shares changed as little as can be, so that sizes have this mean.

    Each is multiplied by exp(-tilt * size); of all changes with that mean it has the least relative entropy.
    """
    low, high = -0.02, 0.02
    for _ in range(60):
        tilt = (low + high) / 2
        found = [share * math.exp(-tilt * size) for share, size in zip(shares, sizes, strict=True)]
        average = sum(weight * size for weight, size in zip(found, sizes, strict=True)) / sum(found)
        low, high = (tilt, high) if average > mean else (low, tilt)
    return found


def digest(stream: Stream, events: int = 5_000) -> str:
    """Return the SHA-256 of the first events of a stream, at a moment that is always the same."""
    return hashlib.sha256(stream.body(events, 1_795_000_000.0).data).hexdigest()
