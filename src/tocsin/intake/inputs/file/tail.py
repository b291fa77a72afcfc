"""One file that is followed: where it has been read to, and its next whole lines."""

import os
from pathlib import Path
from typing import NamedTuple

from tocsin.intake.containers import kind_of
from tocsin.intake.inputs.file.finding import key_of, stat_of
from tocsin.intake.inputs.file.positions import ACTIVE, DONE, HEAD, ROTATED, Key, Part, Position, digest
from tocsin.intake.text import HEAD as LOOKED_AT
from tocsin.intake.text import writing_of

SLICE = 1 << 20
"""Bytes of a file that are read at one time."""
_BOM = b"\xef\xbb\xbf"
_FLAGS = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY


class Lines(NamedTuple):
    """Whole lines of a file, which part of it they are, and how many are only the beginning of a longer one."""

    records: list[bytes]
    part: Part
    cut: int


class Tail:
    """A file. Every method but `position` may raise OSError."""

    def __init__(self, key: Key, path: str, position: Position | None = None) -> None:
        self.key = key
        self.path = path
        self.offset = position.offset if position else 0
        self.scanned = self.offset
        """No line ends between `offset` and here."""
        self.state = position.state if position else ACTIVE
        self.gone = position.gone if position else 0.0
        self.size = self.offset
        self.grown = 0.0
        """When it was seen to grow, or to be moved, on the monotonic clock."""
        self.refused = ""
        """Why its content is passed over."""
        self.lost = 0
        """How many times something in it was gone before it could be read."""
        self._length = position.length if position else 0
        self._digest = position.digest if position else digest(b"")
        self._file = -1
        self._watched = False
        self.complete = False
        """Whether all of what it was is taken or counted, and something else may be in its place now."""
        self._before = self.size  # at the look before the last: the last may have seen other content already

    @property
    def is_open(self) -> bool:
        """Whether it takes one of the files that may be open."""
        return self._file >= 0

    @property
    def caught_up(self) -> bool:
        """Whether all that was there at the last look has been read."""
        return self.scanned >= self.size

    def open(self) -> bool:
        """Open it; return whether the path still leads to it."""
        file = os.open(self.path, _FLAGS)
        if key_of(os.fstat(file)) != self.key:
            os.close(file)
            return False
        self._file = file
        return True

    def close(self) -> None:
        """Let go of the file."""
        if self._file >= 0:
            os.close(self._file)
        self._file = -1
        self._watched = False

    def is_there(self) -> bool:
        """Tell whether the path still leads to this file."""
        info = stat_of(self.path)
        return info is not None and key_of(info) == self.key

    def begin_at_end(self) -> None:
        """Pass over what is there, up to the end of the last whole line."""
        size = os.fstat(self._file).st_size
        start = max(0, size - SLICE)
        whole = os.pread(self._file, size - start, start).rfind(b"\n") + 1
        self.offset = self.scanned = self.size = start + whole if whole else size
        head = os.pread(self._file, min(HEAD, self.offset), 0)
        self._length, self._digest = len(head), digest(head)

    def read(self, limit: int, now: float) -> Lines | None:
        """Return the next whole lines, each at most `limit` bytes; None if there are none, or not yet."""
        self._look(now)
        while self.scanned < self.size:
            # A step of a line that is very long: others have their turn before the next.
            data = os.pread(self._file, SLICE, self.scanned)
            whole = data.rfind(b"\n") + 1
            if not self._is_same(self.scanned + len(data)):
                self._restart()
                return None
            if self.offset == 0 and self.scanned == 0 and self._is_binary(data):
                return None
            if whole and self.scanned == self.offset:
                return self._lines(data[:whole], limit)
            if whole:
                end = self.scanned + data.index(b"\n") + 1
                if end - self.offset > SLICE:
                    return self._line(end, limit)
                self.scanned = self.offset
                continue
            self.scanned += len(data)
            return None
        return None

    def finish(self, limit: int) -> Lines | None:
        """Return the last line, which has no end, and wait for nothing more."""
        if not self._is_same(self.size):
            self._restart()
            return None
        self.state = DONE
        return self._line(self.size, limit) if self.size > self.offset else None

    def reopen(self) -> None:
        """Wait for more of a file that was done, or for another in its place."""
        self.state = ROTATED
        self.complete = True

    def found_again(self) -> None:
        """Go on with a file that had vanished, or with another in its place: what was lost is counted already."""
        self.gone = 0.0
        self.complete = True

    def is_at(self, path: str) -> bool:
        """Tell whether a file that has its inode is this one, by its beginning; by its name, if none of it was read."""
        if not self._length:
            return _stem(path) == _stem(self.path)
        try:
            with Path(path).open("rb") as file:
                return digest(file.read(self._length)) == self._digest
        except OSError:
            return False

    def rotate(self, now: float) -> None:
        """Note that it is no more where it was."""
        if self.state == ACTIVE:
            self.state = ROTATED
            self.grown = now

    def position(self) -> Position:
        """Return how far it has been read."""
        path = os.fsencode(self.path)
        return Position(*self.key, path, self.offset, self._length, self._digest, self.state, self.gone)

    def _look(self, now: float) -> None:
        size = os.fstat(self._file).st_size
        self._before = self.size
        if size < self.scanned or (not self._watched and not self._is_same(self.offset)):
            self._restart()
        self._watched = True
        if size != self.size:
            self.grown = now
            self.size = size

    def _is_same(self, end: int) -> bool:
        """Tell whether the file begins as it did, and reaches so far: else it was truncated, or is another."""
        head = os.pread(self._file, self._length, 0)
        return digest(head) == self._digest and os.fstat(self._file).st_size >= end

    def _restart(self) -> None:
        # What nobody watched may have grown before it was truncated or replaced.
        if self._before > self.offset or not (self._watched or self.complete):
            self.lost += 1
        self.state = ACTIVE if self.is_there() else ROTATED
        self.complete = False
        self.offset = self.scanned = self.size = self._before = self._length = 0
        self._digest = digest(b"")
        self._watched = True

    def _is_binary(self, data: bytes) -> bool:
        head = data[:LOOKED_AT]
        self.refused = kind_of(head) or writing_of(head).encoding
        return bool(self.refused)

    def _lines(self, data: bytes, limit: int) -> Lines:
        begin = self.offset
        text = data.removeprefix(_BOM) if begin == 0 else data
        records = [line for one in text.split(b"\n") if (line := one.strip(b"\r\0"))]
        cut = sum(len(line) > limit for line in records)
        if cut:
            records = [line[:limit] for line in records]
        return Lines(records, self._advance(begin + len(data), data[:HEAD]), cut)

    def _line(self, end: int, limit: int) -> Lines:
        """Return one line from the offset on."""
        text = os.pread(self._file, min(limit + 1, end - self.offset), self.offset)
        line = text.removeprefix(_BOM if self.offset == 0 else b"").strip(b"\r\n\0")
        cut = len(line) > limit
        part = self._advance(end, text[:HEAD])
        return Lines([line[:limit]] if line else [], part, int(cut))

    def _advance(self, end: int, data: bytes) -> Part:
        """Move on; the head grows by data, the bytes at the offset, until it is whole."""
        begin = self.offset
        if self._length < HEAD:
            head = (os.pread(self._file, self._length, 0) + data)[:HEAD]
            self._length, self._digest = len(head), digest(head)
        self.offset = self.scanned = end
        return Part(begin, self.position())


def _stem(path: str) -> str:
    """Return what the name of a file keeps when it is rotated: `app` of `app.log.1` and of `app-20261123.log`."""
    return os.path.basename(path).partition(".")[0].partition("-")[0]  # noqa: PTH119 (a name, no file)
