"""Reads a partition, in any process, while another one writes it.

It waits by looking at the marker again and again: every millisecond at first, less and less often up to every
20. A look costs a few microseconds, and no writer needs to know who waits.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tocsin.errors import GoneError
from tocsin.journal.disk import Disk, File
from tocsin.journal.marker import End, Marker
from tocsin.journal.segment import Window, damaged, firsts, note, path_of, read_head
from tocsin.model.place import Place
from tocsin.ports.journal import Stored, Stream

FIRST_PAUSE = 0.001
LONGEST_PAUSE = 0.020


class LocalReader:
    """Holds one segment open, and a chunk of it."""

    def __init__(self, disk: Disk, folder: Path, offset: int = 0) -> None:
        self.offset = offset
        self._disk = disk
        self._folder = folder
        self._marker: Marker | None = None
        self._file: File | None = None
        self._window: Window | None = None
        self._segment = 0
        self.before: tuple[Place, ...] = ()
        """Highest origins of all that was before the segment that is open."""

    def read(
        self, *, max_frames: int = 1_000, max_bytes: int = 8 << 20, wait: float = 0.0
    ) -> Sequence[Stored]:
        """Return the next frames; see the port."""
        deadline = time.monotonic() + wait
        pause = FIRST_PAUSE
        while not (found := self._take(max_frames, max_bytes)):
            left = deadline - time.monotonic()
            if left <= 0:
                break
            time.sleep(min(pause, left))
            pause = min(pause * 1.5, LONGEST_PAUSE)
        return found

    def end(self) -> End | None:
        """Return the durable end; None if there was no writer yet, or none since a loss of power."""
        if self._marker is None:
            try:
                self._marker = Marker.open(self._disk, self._folder)
            except FileNotFoundError:
                return None
        return self._marker.read()

    def _take(self, max_frames: int, max_bytes: int) -> list[Stored]:
        found: list[Stored] = []
        end, size = self.end(), 0
        while end and self.offset < end.next and len(found) < max_frames and size < max_bytes:
            stored = self._next(end)
            found.append(stored)
            size += len(stored.frame.payload)
        return found

    def _next(self, end: End) -> Stored:
        """Return the frame at the offset, which is before the end."""
        window = self._window or self._enter(end)
        bound = self._bound(end)
        if window.position == bound:
            # Offsets have no gaps, so the next segment is named by this one.
            window = self.open_at(self.offset)
            bound = self._bound(end)
        stored = window.next(bound)
        if stored is None:
            raise damaged(
                path_of(self._folder, self._segment), window.position, f"no whole frame {self.offset:,}"
            )
        self.offset += 1
        return stored

    def _bound(self, end: End) -> int:
        """Return how far the open segment is durable: a sealed one all the way."""
        assert self._file  # noqa: S101 (opened before)
        return end.size if self._segment == end.segment else self._file.size()

    def _enter(self, end: End) -> Window:
        """Open the segment that holds the offset, and go there."""
        known = firsts(self._disk, self._folder)
        holding = [first for first in known if first <= self.offset]
        if not holding:
            raise GoneError("journal frames gone", f"{self._folder}: {self.offset:,} is not kept any more")
        window = self.open_at(holding[-1])
        bound = self._bound(end)
        while window.offset < self.offset:
            if window.next(bound) is None:
                raise damaged(
                    path_of(self._folder, self._segment), window.position, f"no whole frame {window.offset:,}"
                )
        return window

    def open_at(self, first: int) -> Window:
        """Go to the beginning of a segment."""
        path = path_of(self._folder, first)
        try:
            file = self._disk.open(path)
        except FileNotFoundError:
            raise self._missing(path, first) from None
        if self._file:
            self._file.close()
        self._file, self._segment = file, first
        head, begin = read_head(file, path)
        self.before = head.origins
        self._window = Window(file, begin, first)
        return self._window

    def _missing(self, path: Path, first: int) -> Exception:
        known = firsts(self._disk, self._folder)
        if known and known[0] > first:
            return GoneError("journal frames gone", f"{self._folder}: {self.offset:,} is not kept any more")
        return damaged(path, 0, "the file is gone")

    def close(self) -> None:
        """Let go of files."""
        for file in (self._file, self._marker):
            if file:
                file.close()
        self._file = self._marker = self._window = None


def origins_of(disk: Disk, folder: Path) -> Mapping[Stream, int]:
    """Return the highest origins among a partition's durable frames: from its last segment, head and frames."""
    known: End | None = None
    while True:
        reader = LocalReader(disk, folder)
        try:
            end = reader.end()
            return _origins(reader, end) if end else {}
        except GoneError:
            # The writer has begun another segment and deleted this one; unless no writer was here since a loss
            # of power, when the marker is an old one.
            if end == known:
                raise
            known = end
        finally:
            reader.close()


def _origins(reader: LocalReader, end: End) -> dict[Stream, int]:
    reader.offset = end.segment
    reader.open_at(end.segment)
    found = {Stream(one.topic, one.partition): one.offset for one in reader.before}
    while stored := reader.read():
        for _, frame in stored:
            note(found, frame.origin)
    return found
