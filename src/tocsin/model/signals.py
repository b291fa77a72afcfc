"""What a worker says of one frame of events: the payload of frames of the topic `signals`."""

import msgspec
from msgspec import Struct

from tocsin.errors import DataError
from tocsin.model.match import Match
from tocsin.model.observation import Observation
from tocsin.model.unreadable import UNREADABLE

TOPIC = "signals"


class Count(Struct, frozen=True, array_like=True):
    """What became of the records of one source: `events` went on, `refused` none could read (they are stored raw)."""

    source: str
    events: int
    refused: int = 0
    first: float = 0.0
    """The earliest and the latest event time, seconds since 1970; both 0 when no event had one."""
    last: float = 0.0


class Refused(Struct, frozen=True, array_like=True):
    """A reason for which records could not be read, how many, and the id of the first."""

    source: str
    reason: str
    count: int
    event: str


class Heard(Struct, frozen=True, array_like=True):
    """A canary among the records of a frame: its event, how it came into the input, when it was sent (ms since 1970)."""

    event: str
    way: str
    sent: int


class Signals(Struct, frozen=True, array_like=True):
    """All that hub needs to know of a frame of events.

    received: records in it. arrived: when intake stamped it, seconds since 1970. counts: for each source; what nobody knew
    counts under the source "". events + refused of all counts = rows that the store gets. clamped: event times
    in the future that were set to the arrival. Observations' and matches' times are clamped already.
    rules: hash of the snapshot that the worker had.
    """

    input: str
    received: int
    arrived: float
    rules: str
    counts: tuple[Count, ...] = ()
    refused: tuple[Refused, ...] = ()
    matches: tuple[Match, ...] = ()
    observations: tuple[Observation, ...] = ()
    clamped: int = 0
    timeless: int = 0
    """Matches of correlated rules whose events have no readable time: the arrival stands for it."""
    redacted: int = 0
    """Secrets that were redacted."""
    cut: int = 0
    """Values of which only the beginning was looked at."""
    canaries: tuple[Heard, ...] = ()
    """The canaries among the records; no rule sees those."""


_decoder = msgspec.msgpack.Decoder(Signals)
_encoder = msgspec.msgpack.Encoder()


def dump(signals: Signals) -> bytes:
    """Return the payload. What a match quotes is made plain beforehand."""
    return _encoder.encode(signals)


def load(payload: bytes) -> Signals:
    """Read a payload; raises DataError when it is none."""
    try:
        return _decoder.decode(payload)
    except UNREADABLE as error:
        raise DataError("no frame of signals", str(error)) from None
