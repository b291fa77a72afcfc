"""Observations of any number in (time, event id) order, with flat memory: sorted runs on disk, merged.

A hunt reads files one after the other; correlation wants time. Each full buffer is sorted and written as a
run; iterating merges the runs with what is still in memory.
"""

import fcntl
import heapq
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tocsin.correlate.values import UNWRITABLE, shown, text_of
from tocsin.model.event import ABSENT
from tocsin.model.observation import Observation

_FRAME = 64
"""Observations a frame: what is held in memory of each run while they are merged."""
_LENGTH = 4
_MOST_RUNS = 64
"""Runs that are merged at once; more are first merged into one."""


class Spool:
    """Takes observations in any order and gives them back sorted. Use it as a context manager."""

    def __init__(self, limit: int = 200_000, *, folder: Path | None = None) -> None:
        if limit < 1:
            raise ValueError("a spool holds at least one observation")
        self.limit = limit
        self.count = 0
        self._parent = folder
        self._folder: Path | None = None
        self._lock = -1
        self._buffer: list[Observation] = []
        self._runs: list[Path] = []
        self._names = count()
        self._encoder = msgspec.msgpack.Encoder()
        self._decoder = msgspec.msgpack.Decoder(list[Observation])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Delete everything that was written."""
        self._buffer, self._runs = [], []
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            os.close(self._lock)
            self._folder = None

    def add(self, observation: Observation) -> None:
        """Take one observation."""
        self._buffer.append(observation)
        self.count += 1
        if len(self._buffer) >= self.limit:
            self._spill()

    def extend(self, observations: Iterable[Observation]) -> None:
        """Take several."""
        for one in observations:
            self.add(one)

    def __iter__(self) -> Iterator[Observation]:
        """Yield all that was taken so far, in order."""
        while len(self._runs) > _MOST_RUNS:
            first, self._runs = self._runs[:_MOST_RUNS], self._runs[_MOST_RUNS:]
            self._runs.append(self._write(heapq.merge(*map(self._read, first), key=_key)))
            for run in first:
                run.unlink()
        self._buffer.sort(key=_key)
        yield from heapq.merge(*map(self._read, self._runs), self._buffer, key=_key)

    def _spill(self) -> None:
        self._buffer.sort(key=_key)
        self._runs.append(self._write(self._buffer))
        self._buffer = []

    def _write(self, ordered: Iterable[Observation]) -> Path:
        if self._folder is None:
            # mkdtemp gives a folder that only this user can look into.
            self._folder = Path(tempfile.mkdtemp(prefix=f"tocsin-spool-{os.getpid()}-", dir=self._parent))
            # It says, with the process's id in the name, that the folder is no leftover of a killed run.
            self._lock = os.open(self._folder, os.O_RDONLY)
            with suppress(OSError):
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path = self._folder / f"{next(self._names)}.run"
        with path.open("xb") as file:
            frame: list[Observation] = []
            for one in ordered:
                frame.append(one)
                if len(frame) == _FRAME:
                    self._write_frame(file.write, frame)
                    frame = []
            if frame:
                self._write_frame(file.write, frame)
        return path

    def _write_frame(self, write: Callable[[bytes], object], frame: list[Observation]) -> None:
        try:
            content = self._encoder.encode(frame)
        except UNWRITABLE:
            content = self._encoder.encode([_writable(one) for one in frame])
        write(len(content).to_bytes(_LENGTH, "big"))
        write(content)

    def _read(self, path: Path) -> Iterator[Observation]:
        with path.open("rb") as file:
            while length := file.read(_LENGTH):
                yield from self._decoder.decode(file.read(int.from_bytes(length, "big")))


def _key(one: Observation) -> tuple[float, str]:
    return one.time, one.event


def _writable(one: Observation) -> Observation:
    """Return the observation with values as an alert would show them; missing ones stay missing."""
    values = {name: shown(value) for name, value in one.values.items() if value is not ABSENT}
    return Observation(one.rule, one.time, text_of(one.event), values, tuple(map(text_of, one.about)))
