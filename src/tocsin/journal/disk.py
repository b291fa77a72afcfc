"""What the journal asks of a disk, as a small port, and the real one.

Nothing else in this package touches files. Tests hand in a simulated disk instead, which loses what was not
synced. Writes and reads say where; a file has no position of its own, so a failed write leaves none behind.
"""

import fcntl
import os
from contextlib import suppress
from pathlib import Path
from typing import Protocol


class File(Protocol):
    """An open file. Methods raise OSError."""

    def write(self, data: bytes, at: int) -> None:
        """Write all of the data; after an error any beginning of it may stand there."""

    def read(self, size: int, at: int) -> bytes:
        """Return so many bytes, fewer only at the end of the file."""

    def truncate(self, size: int) -> None:
        """Cut the file."""

    def sync(self) -> None:
        """Make content and length durable."""

    def size(self) -> int:
        """Return the length."""

    def close(self) -> None:
        """Let go; a lock on it, too."""


class Disk(Protocol):
    """A file system. Methods raise OSError."""

    def open(self, path: Path, *, create: bool = False) -> File:
        """Open for reading and writing. A name that is created here is durable after sync_folder."""

    def lock(self, path: Path) -> File | None:
        """Create the file if needed, and lock it until it is closed; None if somebody else has it."""

    def rename(self, path: Path, new: Path) -> None:
        """Rename within a folder, in one step; durable after sync_folder."""

    def unlink(self, path: Path) -> None:
        """Delete; durable after sync_folder."""

    def names(self, folder: Path) -> list[str]:
        """Return the names of the files in a folder; none if there is no folder."""

    def make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, durably; content with one that is there."""

    def sync_folder(self, folder: Path) -> None:
        """Make names in a folder durable."""

    def free(self, folder: Path) -> int:
        """Return how many bytes can still be written."""

    def boot(self) -> bytes:
        """Return 16 bytes that change whenever the machine starts: what was not synced is lost then only."""


class LocalFile:
    """A file descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def write(self, data: bytes, at: int) -> None:
        """Write all, however often the system takes less."""
        written = os.pwrite(self._descriptor, data, at)
        while written < len(data):
            written += os.pwrite(self._descriptor, memoryview(data)[written:], at + written)

    def read(self, size: int, at: int) -> bytes:
        """Read all, however often the system gives less."""
        data = os.pread(self._descriptor, size, at)
        while 0 < len(data) < size and (more := os.pread(self._descriptor, size - len(data), at + len(data))):
            data += more
        return data

    def truncate(self, size: int) -> None:
        """Cut."""
        os.ftruncate(self._descriptor, size)

    def sync(self) -> None:
        """Sync what is needed to read it back: times may be old."""
        os.fdatasync(self._descriptor)

    def size(self) -> int:
        """Ask the system."""
        return os.fstat(self._descriptor).st_size

    def close(self) -> None:
        """Close."""
        os.close(self._descriptor)


class LocalDisk:
    """The file system of this machine. Files and folders are for this user only."""

    def __init__(self) -> None:
        self._boot = bytes.fromhex(
            Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip().replace("-", "")
        )

    def open(self, path: Path, *, create: bool = False) -> LocalFile:
        """Open."""
        return LocalFile(os.open(path, os.O_RDWR | os.O_CLOEXEC | (os.O_CREAT if create else 0), 0o600))

    def lock(self, path: Path) -> LocalFile | None:
        """Lock with flock: the system lets go when the process ends, however it ends."""
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        return LocalFile(descriptor)

    def rename(self, path: Path, new: Path) -> None:
        """Rename."""
        path.rename(new)

    def unlink(self, path: Path) -> None:
        """Delete."""
        path.unlink()

    def names(self, folder: Path) -> list[str]:
        """List."""
        with suppress(FileNotFoundError):
            return os.listdir(folder)  # noqa: PTH208 (names are all that is wanted)
        return []

    def make_folder(self, folder: Path) -> None:
        """Make each missing folder and sync the one that holds it."""
        if folder.is_dir():
            return
        self.make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
        self.sync_folder(folder.parent)

    def sync_folder(self, folder: Path) -> None:
        """Sync the folder as a file."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def free(self, folder: Path) -> int:
        """Ask for what a user without privileges may write."""
        stat = os.statvfs(folder)
        return stat.f_bavail * stat.f_frsize

    def boot(self) -> bytes:
        """Return the kernel's own id of this start."""
        return self._boot
