"""The one writer of a partition: writes frames, syncs, moves the end. Not for several threads at once.

After a kill the machine still runs: the marker is exact, and what stands behind it was answered to nobody and
may never have been synced, so it is cut. After a loss of power what can be read is what was durable: frames
count up to the first that is not whole. That one may not stand before the last end that the marker knew.
"""

import errno
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from msgspec import Struct

from tocsin.errors import DeliveryError
from tocsin.journal.disk import Disk, File
from tocsin.journal.frames import Packed, seal
from tocsin.journal.marker import End, Marker
from tocsin.journal.retention import Keeper
from tocsin.journal.segment import (
    FRESH,
    SUFFIX,
    Head,
    Window,
    create,
    damaged,
    firsts,
    note,
    path_of,
    read_head,
)
from tocsin.model.place import Place
from tocsin.ports.journal import Offsets, Room, Stream

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LOCK = "writer"


class Limits(Struct, frozen=True):
    """Sizes in bytes, of one partition.

    segment: above it the next one is begun. group: written with one sync at most. pending: what may wait to be
    written. reserve: what appends leave free on the disk, for consumers and databases to go on.
    scarce: less room than this is told.
    """

    segment: int = 64 << 20
    group: int = 8 << 20
    pending: int = 64 << 20
    reserve: int = 256 << 20
    scarce: int = 1 << 30


@dataclass
class Log:
    """Open it, write, close it. An error that is not retryable is its end: open another."""

    disk: Disk
    folder: Path
    stream: Stream
    keeper: Keeper
    limits: Limits
    clock: Callable[[], int]
    next: int = 0
    """Offset of the next frame: the durable end."""
    origins: dict[Stream, int] = field(default_factory=dict)
    _tainted: bool = False
    """The next frames go to a segment of their own."""
    _refused: bool = False
    """The last frames were not taken, whatever the disk says of free bytes."""
    _closed: bool = False

    def __post_init__(self) -> None:
        self._boot = self.disk.boot()
        lock = self.disk.lock(self.folder / LOCK)
        if lock is None:
            raise DeliveryError(f"{self.folder}: another process writes it", retryable=True)
        self._lock = lock
        self._file: File | None = None
        self._marker = Marker.open(self.disk, self.folder, create=True)
        try:
            self._open()
        except BaseException:
            self.close()
            raise

    def _open(self) -> None:
        for name in self.disk.names(self.folder):
            if name.endswith(SUFFIX + FRESH):
                self.disk.unlink(self.folder / name)
        self.disk.sync_folder(self.folder)
        end = self._marker.read()
        found = firsts(self.disk, self.folder)
        if not found and end and end.next:
            raise damaged(path_of(self.folder, end.segment), 0, "the file is gone")
        if found:
            self._recover(found[-1], end)
            self.keeper.load(found)
            self._publish()
        else:
            self._rotate()

    def _recover(self, first: int, end: End | None) -> None:
        """Find the end in the last segment, and cut what is behind it."""
        path = path_of(self.folder, first)
        file = self._file = self.disk.open(path)
        head, begin = read_head(file, path)
        self._first, self.next = first, first
        self.origins = {Stream(one.topic, one.partition): one.offset for one in head.origins}
        stop = end.next if end and end.boot == self._boot and end.next >= first else None
        window, size = Window(file, begin, first), file.size()
        while self.next != stop and (stored := window.next(size)):
            self.next = window.offset
            note(self.origins, stored.frame.origin)
        self._size = window.position
        proven = max(end.next if end else 0, self.keeper.committed())
        if self.next < proven:
            raise damaged(path, self._size, f"no whole frame {self.next:,}; all before {proven:,} were there")
        if size > self._size:
            file.truncate(self._size)
            # A file whose sync may have failed is not written to again, unless no frame is in it.
            self._tainted = self.next > first
        file.sync()

    def write(self, frames: Sequence[Packed]) -> Offsets:
        """Write frames and sync; return once they are durable.

        Raises DeliveryError: retryable when there is no room (nothing was written), else this log is at its end.
        """
        self._alive()
        fresh, offsets, origins = self._numbered(frames)
        if not fresh:
            return offsets
        self._make_room(sum(one.size for one in fresh))
        if self._tainted or self._size >= self.limits.segment:
            self._rotate()
            self.retain()
        data = b"".join([piece for at, one in enumerate(fresh, self.next) for piece in seal(one, at)])
        self._put(self._alive(), data)
        self._size += len(data)
        self.next += len(fresh)
        self.origins.update(origins)
        self._refused = False
        self._publish()
        return offsets

    def _numbered(self, frames: Sequence[Packed]) -> tuple[list[Packed], Offsets, dict[Stream, int]]:
        """Tell frames whose origin is in this partition already from those to be written."""
        fresh: list[Packed] = []
        offsets: list[int | None] = []
        origins: dict[Stream, int] = {}
        for one in frames:
            if one.origin is not None:
                source = Stream(one.origin.topic, one.origin.partition)
                if one.origin.offset <= origins.get(source, self.origins.get(source, -1)):
                    offsets.append(None)
                    continue
                origins[source] = one.origin.offset
            offsets.append(self.next + len(fresh))
            fresh.append(one)
        return fresh, tuple(offsets), origins

    def _put(self, file: File, data: bytes) -> None:
        try:
            file.write(data, self._size)
        except OSError as error:
            self._undo(file, error)
        try:
            file.sync()
        except OSError as error:
            # The system may have thrown the pages away and report the error only once: a second sync would
            # succeed and mean nothing. The marker stays behind them, so whoever opens this next cuts them.
            self._die(f"{self._path()}: sync failed: {error}", error)

    def _undo(self, file: File, error: OSError) -> NoReturn:
        """Cut what a failed write left, and say what it means."""
        try:
            file.truncate(self._size)
            # Or a loss of power could bring back what the caller is told was not written.
            file.sync()
        except OSError:
            self._die(f"{self._path()}: neither written nor cut: {error}", error)
        if error.errno not in NO_ROOM:
            self._die(f"{self._path()}: write failed: {error}", error)
        self._refused = True
        raise DeliveryError(f"{self.folder}: the disk is full: {error}", retryable=True) from error

    def _make_room(self, wanted: int) -> None:
        """Delete what may be deleted if there is not enough room; refuse if that does not help."""
        if self._left() < wanted:
            self.retain(pressed=True)
        if self._left() < wanted and self.keeper.passed() >= self.next > self._first:
            self._rotate()  # nobody waits for what is in this one either
            self.retain(pressed=True)
        if (left := self._left()) < wanted:
            self._refused = True
            raise DeliveryError(
                f"{self.folder}: {wanted:,} bytes are too many for the room that is left ({max(left, 0):,}); "
                "let consumers catch up, or give it more room",
                retryable=True,
            )

    def _left(self) -> int:
        """Return the bytes that may be written still."""
        free = self.disk.free(self.folder) - self.limits.reserve
        limit = self.keeper.topic.max_bytes
        return free if limit is None else min(free, limit - self.keeper.sealed - self._size)

    def room(self) -> Room:
        """Say whether there is room."""
        left = self._left()
        if left <= 0 or self._refused:
            return Room.FULL
        return Room.SCARCE if left < self.limits.scarce else Room.FREE

    def retain(self, *, pressed: bool = False) -> int:
        """Delete segments that may go; return their bytes. pressed: also those kept for replays only."""
        self._alive()
        deleted = self.keeper.retain(self._first, self._size, self.clock(), pressed=pressed)
        self._refused = self._refused and not deleted
        return deleted

    def _rotate(self) -> None:
        """Begin a segment at the next offset."""
        origins = tuple(Place(*source, offset) for source, offset in sorted(self.origins.items()))
        head = Head(*self.stream, self.next, self.clock(), origins)
        try:
            file, begin = create(self.disk, self.folder, head)
        except OSError as error:
            if error.errno not in NO_ROOM:
                self._die(f"{self.folder}: no new segment: {error}", error)
            self._refused = True
            raise DeliveryError(f"{self.folder}: the disk is full: {error}", retryable=True) from error
        if self._file:
            self._file.close()
            self.keeper.seal(self._first, self._size)
        self._file, self._first, self._size, self._tainted = file, self.next, begin, False
        self._publish()

    def _publish(self) -> None:
        try:
            self._marker.write(End(self.next, self._first, self._size, self._boot))
        except OSError as error:
            self._die(f"{self.folder}: the durable end could not be told: {error}", error)

    def _alive(self) -> File:
        if self._file is None:
            raise DeliveryError(f"{self.folder}: its writer is at its end; open it anew", retryable=False)
        return self._file

    def _path(self) -> Path:
        return path_of(self.folder, self._first)

    def _die(self, message: str, error: OSError) -> NoReturn:
        self.close()
        raise DeliveryError(message, retryable=False) from error

    def close(self) -> None:
        """Let go of files and of the lock. Does nothing the second time."""
        if self._closed:
            return
        self._closed = True
        for file in (self._file, self._marker, self._lock):
            if file:
                with suppress(OSError):
                    file.close()
        self._file = None
