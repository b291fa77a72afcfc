"""A disk in memory that forgets what was not synced, as harshly as a real one may.

A loss of power keeps of each file what was synced, and of each later write all, a part or nothing, whatever
became of the writes before it; likewise of names made, renamed or deleted since their folder was synced. A
kill keeps everything: the system's cache outlives the process. `stop_after` stops the machine, or process, in
the middle of what it does.
"""

import errno
import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Stopped(BaseException):
    """The process or machine stopped here."""


@dataclass
class Content:
    """What a file holds: for who reads it now, and for who reads it after a loss of power."""

    now: bytearray = field(default_factory=bytearray)
    synced: bytearray = field(default_factory=bytearray)
    waiting: list[tuple[int, bytes | None]] = field(default_factory=list)
    """Since the last sync: (where, what was written), or (length, None) for a cut."""

    def change(self, at: int, data: bytes | None) -> None:
        apply(self.now, at, data)
        self.waiting.append((at, data))

    def sync(self) -> None:
        for at, data in self.waiting:
            apply(self.synced, at, data)
        self.waiting.clear()

    def lose_power(self, random: Random) -> None:
        self.now = bytearray(self.synced)
        for at, data in self.waiting:
            fate = random.choice(["kept", "torn", "lost"])
            if fate == "kept" or (fate == "torn" and data is None):
                apply(self.now, at, data)
            elif fate == "torn" and data is not None:
                apply(self.now, at, data[: random.randrange(len(data) + 1)])
        self.synced = bytearray(self.now)
        self.waiting.clear()


def apply(content: bytearray, at: int, data: bytes | None) -> None:
    if data is None:
        del content[at:]
    elif data:
        content.extend(bytes(max(0, at - len(content))))
        content[at : at + len(data)] = data


@dataclass
class SimulatedDisk:
    """Implements tocsin.journal.disk.Disk."""

    capacity: int = 1 << 40
    stop_after: int | None = None
    """Changes until the machine stops; the last one happens in part."""
    failing_syncs: int = 0
    """So many syncs of files fail from now on, and what they should have written is lost."""
    syncs: int = 0
    files: dict[Path, Content] = field(default_factory=dict)
    durable: dict[Path, Content] = field(default_factory=dict)
    renamed: list[tuple[Path | None, Path | None, Content]] = field(default_factory=list)
    """Since their folder was synced: (name that went, name that came, content)."""
    locked: set[Path] = field(default_factory=set)
    starts: int = 0
    lives: int = 0
    """Files that were opened before the last restart are of no use any more."""
    gate: threading.RLock = field(default_factory=threading.RLock)

    def restart(self, random: Random | None) -> None:
        """Start again: after a loss of power if there is a random to choose what it kept, else after a kill."""
        with self.gate:
            self.lives += 1
            self.locked.clear()
            self.stop_after = None
            self.failing_syncs = 0
            if random is None:
                return
            self.starts += 1
            for gone, came, content in self.renamed:
                if random.random() < 0.5:
                    move(self.durable, gone, came, content)
            self.renamed.clear()
            self.files = dict(self.durable)
            for content in self.files.values():
                content.lose_power(random)

    def step(self) -> bool:
        """Count a change; return whether it is the last, and raise if the machine has stopped."""
        if self.stop_after is None:
            return False
        if self.stop_after == 0:
            raise Stopped
        self.stop_after -= 1
        return self.stop_after == 0

    def open(self, path: Path, *, create: bool = False) -> "SimulatedFile":
        with self.gate:
            if path not in self.files:
                if not create:
                    raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
                self.step()
                self._name(None, path, Content())
            return SimulatedFile(self, self.files[path], self.lives)

    def lock(self, path: Path) -> "SimulatedFile | None":
        with self.gate:
            if path in self.locked:
                return None
            file = self.open(path, create=True)
            file.holds = path
            self.locked.add(path)
            return file

    def rename(self, path: Path, new: Path) -> None:
        with self.gate:
            self.step()
            self._name(path, new, self.files[path])

    def unlink(self, path: Path) -> None:
        with self.gate:
            if path not in self.files:
                raise FileNotFoundError(errno.ENOENT, "no such file", str(path))
            self.step()
            self._name(path, None, self.files[path])

    def _name(self, gone: Path | None, came: Path | None, content: Content) -> None:
        move(self.files, gone, came, content)
        self.renamed.append((gone, came, content))

    def names(self, folder: Path) -> list[str]:
        with self.gate:
            return [path.name for path in self.files if path.parent == folder]

    def make_folder(self, folder: Path) -> None:
        """Folders need no making here."""

    def sync_folder(self, folder: Path) -> None:
        with self.gate:
            self.step()
            kept = []
            for gone, came, content in self.renamed:
                if folder in {path.parent for path in (gone, came) if path}:
                    move(self.durable, gone, came, content)
                else:
                    kept.append((gone, came, content))
            self.renamed = kept

    def free(self, folder: Path) -> int:
        with self.gate:
            return max(0, self.capacity - sum(len(content.now) for content in self.files.values()))

    def boot(self) -> bytes:
        return self.starts.to_bytes(16, "big")


def move(names: dict[Path, Content], gone: Path | None, came: Path | None, content: Content) -> None:
    if gone is not None:
        names.pop(gone, None)
    if came is not None:
        names[came] = content


@dataclass
class SimulatedFile:
    """Implements tocsin.journal.disk.File."""

    disk: SimulatedDisk
    content: Content
    life: int
    holds: Path | None = None

    def step(self) -> bool:
        if self.life != self.disk.lives:
            raise Stopped
        return self.disk.step()

    def write(self, data: bytes, at: int) -> None:
        with self.disk.gate:
            # A kill comes between pages; a loss of power may tear any write, in lose_power.
            if self.step() and len(data) > 512:
                data = data[: len(data) // 2]
            room = self.disk.free(Path()) - max(0, at - len(self.content.now))
            growth = max(0, at + len(data) - len(self.content.now))
            if growth > room:
                self.content.change(at, data[: max(0, len(data) - growth + room)])
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            self.content.change(at, data)

    def read(self, size: int, at: int) -> bytes:
        with self.disk.gate:
            return bytes(self.content.now[at : at + size])

    def truncate(self, size: int) -> None:
        with self.disk.gate:
            self.step()
            self.content.change(size, None)

    def sync(self) -> None:
        with self.disk.gate:
            self.step()
            self.disk.syncs += 1
            if self.disk.failing_syncs:
                self.disk.failing_syncs -= 1
                # As Linux does it: the pages count as clean, and are read back until they leave the cache.
                # Lengths are not lost so: a file system that cannot write its own journal stops.
                self.content.waiting = [one for one in self.content.waiting if one[1] is None]
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            self.content.sync()

    def size(self) -> int:
        with self.disk.gate:
            return len(self.content.now)

    def close(self) -> None:
        with self.disk.gate:
            if self.holds and self.life == self.disk.lives:
                self.disk.locked.discard(self.holds)
                self.holds = None


def stopped(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> bool:
    """Do something; return whether the machine stopped meanwhile."""
    try:
        action(*args, **kwargs)
    except Stopped:
        return True
    return False
