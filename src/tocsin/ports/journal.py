"""The journal: ordered, durable, partitioned logs of frames. It joins the roles; nothing else does.

A topic has a fixed number of partitions. In a partition frames have offsets 0, 1, 2 … without gaps, and one
writer at a time. A frame is what some role wrote at once (a batch): it is never cut anew, and its place
(topic, partition, offset) is its identity for ever.

What every implementation promises:

- What an append's future has answered is durable: it outlives a kill of any process and a loss of power.
- A reader sees durable frames only, each one whole, in order, none twice.
- What was not answered may be there afterwards, or not: of the frames of one append a beginning, never a part
  of a frame, never a later one without those before it.
- Of the frames with one origin, a partition keeps the first: a role that repeats its work doubles nothing.
- A frame is deleted only when all consumers that the topic names have passed it.
- No room is a state: appends fail with a DeliveryError that may be retried, and succeed again when there is.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from enum import Enum
from typing import NamedTuple, Protocol, TypeAlias

from msgspec import Struct

from tocsin.model.place import Place

MAX_FRAME = 64 << 20
"""Bytes of one frame at most: payload and meta."""


class Stream(NamedTuple):
    """One partition of a topic."""

    topic: str
    partition: int


class Frame(Struct, frozen=True):
    """A batch, as its writer wrote it.

    payload: opaque. events: how many it holds. arrived: nanoseconds since 1970 UTC. origin: of a derived frame,
    the frame it was made from; appending frames of one source partition in order of their origins is the
    writer's business. meta: opaque and small (at most 65,535 bytes): what a reader wants before the payload.
    """

    payload: bytes
    events: int = 0
    arrived: int = 0
    origin: Place | None = None
    meta: bytes = b""


class Stored(NamedTuple):
    """A frame and its offset."""

    offset: int
    frame: Frame


class Topic(Struct, frozen=True):
    """What is settled about a topic. The number of partitions is fixed when it is first used.

    consumers: names; a frame that one of them has not passed is kept. None named: nothing is ever deleted.
    keep_seconds, keep_bytes: what consumers have passed is kept so long, or up to so much of it, for replays,
    as long as nobody needs the room. max_bytes: of one partition; above it appends are refused.
    """

    name: str
    partitions: int = 1
    consumers: tuple[str, ...] = ()
    keep_seconds: float = 0
    keep_bytes: int = 0
    max_bytes: int | None = None


class Room(Enum):
    """Whether a partition takes frames. Advice: an append finds out by itself, and tries each time."""

    FREE = "there is room"
    SCARCE = "there is little room left; somebody should be told"
    FULL = "appends are refused until consumers move on or somebody makes room"


Offsets: TypeAlias = tuple[int | None, ...]
"""The offset of each frame of an append; None for one that stood there before (by its origin)."""


class Appender(Protocol):
    """The one writer of a partition. Its methods may be called from any thread."""

    def append(self, frames: Sequence[Frame]) -> Future[Offsets]:
        """Write frames; the future answers once they are durable, those of many callers together.

        From asyncio: `await asyncio.wrap_future(appender.append(frames))`. The future fails with a
        DeliveryError: retryable if nothing was written (no room, too much waiting); not retryable if this
        writer is at its end (closed; the disk failed) and must be opened anew, and whether the frames are
        there is then unknown. Cancelling the future takes back what is not being written yet. Raises ValueError for a frame
        that no journal can hold.
        """

    def origins(self) -> Mapping[Stream, int]:
        """Return the highest origin offset of each source partition, with appends under way."""

    def room(self) -> Room:
        """Say whether there is room."""

    def retain(self) -> int:
        """Delete what retention allows; return how many bytes. Happens by itself while frames come."""

    def close(self) -> None:
        """Write what waits, and let another process write. Does nothing the second time."""


class Reader(Protocol):
    """Reads a partition from an offset on. For one thread at a time."""

    offset: int
    """Of the next frame."""

    def read(
        self, *, max_frames: int = 1_000, max_bytes: int = 8 << 20, wait: float = 0.0
    ) -> Sequence[Stored]:
        """Return the next frames, one at least if there is one; wait up to so many seconds for the first.

        max_bytes: of payload; a single frame may be larger. Raises GoneError if retention was faster than
        this reader, DamageError if what was written is not there any more.
        """

    def close(self) -> None:
        """Let go of files."""


class Consumer(Protocol):
    """How far a named consumer has come in a partition. One process at a time has it."""

    offset: int
    """Of the next frame it wants: all before it have had their effects."""

    def commit(self, offset: int) -> None:
        """Store durably that effects of all frames before `offset` are durable. Never goes back.

        Raises ValueError for an offset below the last one or beyond the durable end; DeliveryError when it
        could not be stored.
        """

    def close(self) -> None:
        """Let another process be this consumer."""


class Journal(Protocol):
    """Hands out writers, readers and consumers. Each role has one, on the same place."""

    def topic(self, name: str) -> Topic:
        """Return what is settled about a topic; ConfigError if there is none of that name."""

    def appender(self, topic: str, partition: int) -> Appender:
        """Become the writer; a retryable DeliveryError if another process is.

        Mends what the last writer left half written. DamageError if something that was durable is missing.
        """

    def reader(self, topic: str, partition: int, offset: int = 0) -> Reader:
        """Read from an offset on; needs no writer, and may start before there ever was one."""

    def consumer(self, name: str, topic: str, partition: int) -> Consumer:
        """Become a consumer that the topic names; a retryable DeliveryError if another process is."""

    def origins(self, topic: str, partition: int) -> Mapping[Stream, int]:
        """Return the highest origin offset of each source partition among the durable frames."""

    def kept(self, topic: str, partition: int) -> range:
        """Return the offsets from the oldest frame that is kept to the durable end."""

    def passed(self, name: str, topic: str, partition: int) -> int:
        """Return the offset that a consumer has committed, 0 if none: for others than itself."""
