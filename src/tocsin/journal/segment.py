"""Segments: the files of a partition, each named by the offset of its first frame.

    magic and version (8) | length u32 | crc u32 | head (msgpack) | frames …

The head carries the highest origins of all frames before it. So who wants the origins of a partition reads
its last segment, not all of it. A segment gets its name when its head is durable: a named one is never half.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zlib import crc32

import msgspec

from tocsin.errors import DamageError
from tocsin.journal.disk import Disk, File
from tocsin.journal.frames import PREFIX, length_at, unseal
from tocsin.model.place import Place
from tocsin.ports.journal import Stored, Stream

MAGIC = b"TOCSINJ"
VERSION = 1
SUFFIX = ".log"
FRESH = ".new"
CHUNK = 1 << 20
"""Bytes read at once; a reader holds so many, or one frame if that is larger."""
_BEGIN = len(MAGIC) + 1 + PREFIX.size
_MOST_HEAD = 16 << 20


class Head(msgspec.Struct, frozen=True):
    """created: nanoseconds since 1970 UTC. origins: highest ones before this segment."""

    topic: str
    partition: int
    first: int
    created: int
    origins: tuple[Place, ...] = ()


def path_of(folder: Path, first: int) -> Path:
    """Return where the segment that begins with an offset is."""
    return folder / f"{first:020d}{SUFFIX}"


def firsts(disk: Disk, folder: Path) -> list[int]:
    """Return the first offsets of all segments, in order."""
    names = [name.removesuffix(SUFFIX) for name in disk.names(folder) if name.endswith(SUFFIX)]
    return sorted(int(name) for name in names if name.isdecimal())


def create(disk: Disk, folder: Path, head: Head) -> tuple[File, int]:
    """Make a segment, durably; return it open, and where its frames begin."""
    body = msgspec.msgpack.encode(head)
    data = MAGIC + bytes([VERSION]) + PREFIX.pack(len(body), crc32(body)) + body
    path = path_of(folder, head.first)
    fresh = path.with_suffix(SUFFIX + FRESH)
    file = disk.open(fresh, create=True)
    try:
        file.write(data, 0)
        file.sync()
        disk.rename(fresh, path)
        disk.sync_folder(folder)
    except OSError:
        file.close()
        # Best effort: whoever opens the partition next deletes the one, and takes the other for what it is: empty.
        for name in (fresh, path):
            with suppress(OSError):
                disk.unlink(name)
        raise
    return file, len(data)


def read_head(file: File, path: Path) -> tuple[Head, int]:
    """Return a segment's head and where its frames begin."""
    data = file.read(_BEGIN, 0)
    if len(data) == _BEGIN and data.startswith(MAGIC) and data[len(MAGIC)] != VERSION:
        raise DamageError(
            "journal format unknown",
            f"{path} has format {data[len(MAGIC)]}, this Tocsin reads {VERSION}; run the version that wrote it",
        )
    length, crc = PREFIX.unpack_from(data, len(MAGIC) + 1) if len(data) == _BEGIN else (0, 0)
    body = file.read(length, _BEGIN) if data.startswith(MAGIC) and length <= _MOST_HEAD else b""
    if not body or crc32(body) != crc:
        raise damaged(path, 0, "its head is not whole")
    return msgspec.msgpack.decode(body, type=Head), _BEGIN + length


def damaged(path: Path, at: int, what: str) -> DamageError:
    """Return the error for a place in a segment."""
    return DamageError(
        "journal damaged",
        f"{path}, byte {at:,}: {what}. It was durable once, so this disk or somebody changed it: stop Tocsin, "
        "and restore this partition's folder from a backup, or move the folder aside to go on without its frames",
    )


class Window:
    """Walks through the frames of an open segment, a chunk at a time."""

    def __init__(self, file: File, begin: int, offset: int) -> None:
        self.file = file
        self.offset = offset
        self.position = begin
        """In the file, of the next frame."""
        self._chunk = b""
        self._start = begin

    def next(self, bound: int) -> Stored | None:
        """Return the next frame if it is whole before the bound; None leaves `position` where it was."""
        if self.position + PREFIX.size > bound or not self._fill(PREFIX.size, bound):
            return None
        length = length_at(self._chunk, self.position - self._start)
        if length is None or self.position + length > bound or not self._fill(length, bound):
            return None
        at = self.position - self._start
        stored = unseal(self._chunk, at, at + length, self.offset)
        if stored:
            self.position += length
            self.offset += 1
        return stored

    def all(self, bound: int) -> Iterator[Stored]:
        """Yield frames up to the bound or the first that is not whole."""
        while stored := self.next(bound):
            yield stored

    def _fill(self, wanted: int, bound: int) -> bool:
        """Have so many bytes from the position on in the chunk."""
        if self.position + wanted <= self._start + len(self._chunk):
            return True
        # Never beyond the bound: what is there may be cut and written anew while this chunk is held.
        self._chunk = self.file.read(min(max(wanted, CHUNK), bound - self.position), self.position)
        self._start = self.position
        return len(self._chunk) >= wanted


def note(origins: dict[Stream, int], origin: Place | None) -> None:
    """Raise the highest origin of its partition."""
    if origin is not None:
        source = Stream(origin.topic, origin.partition)
        origins[source] = max(origin.offset, origins.get(source, -1))
