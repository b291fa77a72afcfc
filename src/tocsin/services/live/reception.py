"""What inputs hand to: batches become frames of `events`, and an input hears when they are durable.

Batches that come while others are being written are joined: a thousand senders of one event each make few frames.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path

import msgspec

from tocsin.errors import DeliveryError
from tocsin.model import received
from tocsin.model.received import Context, Received
from tocsin.model.unreadable import UNREADABLE
from tocsin.ports.input import Refusal
from tocsin.ports.journal import Appender, Frame, Journal
from tocsin.services.live.topics import EVENTS, LEAP_SECONDS

FRAME_RECORDS = 1_000
FRAME_BYTES = 4 << 20
"""A frame has no more records, and, unless one record is larger, no more bytes than this."""
LINGER_MS = 5
"""Milliseconds for which a small batch waits for others of its kind, when one was written just before."""
TICK_SECONDS = 1.0
QUIET_SECONDS = 10.0
"""After so long without a record ticks are further apart: nothing is about to be decided by a second."""
QUIET_TICK = 5
"""Of so many ticks one is written then."""


class _Joined:
    """Batches of one context that will be written together."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.records: list[bytes] = []
        self.size = 0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()


class Reception:
    """See ports/input.Intake. For one event loop; holds the appenders of all partitions of `events`.

    folder: where it is noted which batches an input need not be told of again.
    """

    def __init__(
        self,
        journal: Journal,
        appenders: Sequence[Appender],
        folder: Path,
        clock: Callable[[], int] = time.time_ns,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.journal = journal
        self.appenders = appenders
        self.folder = folder
        self.clock, self.steady = clock, steady
        self.records: Counter[str] = Counter()
        """Durable records, by input."""
        self.refusals: Counter[tuple[str, Refusal]] = Counter()
        self.open: dict[str, int] = {}
        """Connections that are open, by input."""
        self._turn = count()
        self._joined: dict[Context, _Joined] = {}
        self._written: dict[Context, float] = {}
        self._arrived = 0
        self._heard = steady()
        self._skipped = 0
        self._ends: dict[int, int] = {}
        """Partition -> the offset after the last frame that is known to be durable."""

    async def take(self, batch: Received) -> None:
        """See the port."""
        if batch.context.redo:
            await self._write(batch, self._own(batch.context.input))
        elif len(batch.records) >= FRAME_RECORDS // 2:
            await self._write(batch, next(self._turn) % len(self.appenders))
        else:
            await self._join(batch)

    async def _join(self, batch: Received) -> None:
        joined = self._joined.get(batch.context)
        if joined is None:
            joined = self._joined[batch.context] = _Joined(batch.context)
            asyncio.get_running_loop().call_later(self._linger(batch.context), self._flush, joined)
        joined.records += batch.records
        joined.size += sum(map(len, batch.records))
        if len(joined.records) >= FRAME_RECORDS or joined.size >= FRAME_BYTES:
            self._flush(joined)
        await asyncio.shield(joined.done)

    def _linger(self, context: Context) -> float:
        now = asyncio.get_running_loop().time()
        linger = LINGER_MS / 1_000
        return max(0.0, min(linger, self._written.get(context, 0.0) + linger - now))

    def _flush(self, joined: _Joined) -> None:
        if self._joined.get(joined.context) is not joined:
            return
        del self._joined[joined.context]
        loop = asyncio.get_running_loop()
        self._written[joined.context] = loop.time()
        batch = Received(joined.context, joined.records)
        task = loop.create_task(self._write(batch, next(self._turn) % len(self.appenders)))
        task.add_done_callback(lambda made: _pass_on(made, joined.done))

    async def _write(self, batch: Received, partition: int) -> None:
        self._heard = self.steady()
        frames = [self._frame(piece) for piece in _pieces(batch)]
        offsets = await asyncio.wrap_future(self.appenders[partition].append(frames))
        self.records[batch.context.input] += len(batch.records)
        self._ends[partition] = max(self._ends.get(partition, 0), (offsets[-1] or 0) + 1)

    def _frame(self, batch: Received) -> Frame:
        payload, meta = received.dump(batch)
        return Frame(payload, len(batch.records), self._now(), None, meta)

    def _now(self) -> int:
        """Return the arrival: the clock may be set back, arrivals are not, unless it is by so much that it was wrong."""
        now = self.clock()
        self._arrived = now if now < self._arrived - LEAP_SECONDS * 10**9 else max(self._arrived, now)
        return self._arrived

    async def beat(self) -> None:
        """Write a tick if one is due; to be called every TICK_SECONDS."""
        is_quiet = self.steady() - self._heard > QUIET_SECONDS
        self._skipped = (self._skipped + 1) % QUIET_TICK if is_quiet else 0
        if not self._skipped:
            await self.tick()

    async def tick(self) -> None:
        """Write an empty frame to every partition: nothing that arrived before is still to come."""
        frame = self._frame(Received(Context(""), []))
        answers = [asyncio.wrap_future(one.append([frame])) for one in self.appenders]
        for answer in await asyncio.gather(*answers, return_exceptions=True):
            if isinstance(answer, BaseException) and not _no_room(answer):
                raise answer

    def refused(self, name: str, why: Refusal, count: int = 1) -> None:
        """See the port."""
        self.refusals[name, why] += count

    def connections(self, name: str, count: int) -> None:
        """See the port."""
        self.open[name] = count

    def redo(self, name: str) -> Sequence[bytes]:
        """See the port."""
        partition = self._own(name)
        kept = self.journal.kept(EVENTS, partition)
        reader = self.journal.reader(EVENTS, partition, max(kept.start, self._saved(name)))
        found: list[bytes] = []
        try:
            while some := reader.read():
                contexts = (received.context_of(stored.frame.meta) for stored in some)
                found += [one.redo for one in contexts if one.input == name and one.redo]
        finally:
            reader.close()
        return found

    def saved(self, name: str) -> None:
        """See the port."""
        end = self._ends.get(self._own(name))
        if end is not None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            fresh = self.folder / f"{name}.new"
            fresh.write_bytes(msgspec.msgpack.encode(end))
            fresh.replace(self.folder / f"{name}.offset")

    def _saved(self, name: str) -> int:
        # Not synced: an older one costs a longer search, and finds the same.
        try:
            return msgspec.msgpack.decode((self.folder / f"{name}.offset").read_bytes(), type=int)
        except (OSError, *UNREADABLE):
            return 0

    def _own(self, name: str) -> int:
        """Return the partition in which batches of this input stand in order."""
        return sum(name.encode()) % len(self.appenders)


def _pieces(batch: Received) -> list[Received]:
    """Cut a batch into frames; not one with redo, which says of all of it that it is durable."""
    if batch.context.redo or (
        len(batch.records) <= FRAME_RECORDS and sum(map(len, batch.records)) <= FRAME_BYTES
    ):
        return [batch]
    pieces: list[list[bytes]] = [[]]
    size = 0
    for record in batch.records:
        if pieces[-1] and (len(pieces[-1]) >= FRAME_RECORDS or size + len(record) > FRAME_BYTES):
            pieces.append([])
            size = 0
        pieces[-1].append(record)
        size += len(record)
    return [Received(batch.context, piece) for piece in pieces]


def _no_room(error: BaseException) -> bool:
    return isinstance(error, DeliveryError) and error.retryable


def _pass_on(made: "asyncio.Task[None]", done: "asyncio.Future[None]") -> None:
    if done.cancelled():
        return
    if made.cancelled():
        done.set_exception(DeliveryError("the role is about to end", retryable=False))
    elif error := made.exception():
        done.set_exception(error)
        done.exception()  # those who waited may be gone: then nobody asks, and that is no mistake
    else:
        done.set_result(None)
