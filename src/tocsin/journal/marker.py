"""The durable end of a partition, as its writer says it: the file `end`.

The writer puts the end there after each sync and before it answers anybody. Readers go no further, so none
sees a frame that could still vanish. The marker itself is never synced: other processes see it through the
page cache, whatever happens to the writer, for as long as the machine runs. After a loss of power it may be
an old one, or torn, which its crc shows. So it says exactly what is durable while the machine's boot id is
the one in it, and later still how much is durable at least, because it was written after the sync.
"""

import struct
from pathlib import Path
from typing import NamedTuple, Self
from zlib import crc32

from tocsin.journal.disk import Disk, File

NAME = "end"
_FORMAT = struct.Struct("<QQQ16s")
_CRC = struct.Struct("<I")
_SIZE = _FORMAT.size + _CRC.size
_TRIES = 100


class End(NamedTuple):
    """next: offset of the next frame. segment: first offset of the last segment. size: its durable bytes."""

    next: int
    segment: int
    size: int
    boot: bytes


class Marker:
    """The file, open."""

    def __init__(self, file: File) -> None:
        self._file = file

    @classmethod
    def open(cls, disk: Disk, folder: Path, *, create: bool = False) -> Self:
        """Open; FileNotFoundError before there was a writer."""
        return cls(disk.open(folder / NAME, create=create))

    def read(self) -> End | None:
        """Return the end; None if none was written, or it was torn."""
        # A write of these few bytes is not promised to be seen as a whole: read again if it was not.
        for _ in range(_TRIES):
            data = self._file.read(_SIZE, 0)
            if len(data) < _SIZE:
                return None
            if _CRC.unpack_from(data, _FORMAT.size)[0] == crc32(data[: _FORMAT.size]):
                return End(*_FORMAT.unpack_from(data))
        return None

    def write(self, end: End) -> None:
        """Say that all before this end is durable."""
        data = _FORMAT.pack(*end)
        self._file.write(data + _CRC.pack(crc32(data)), 0)

    def close(self) -> None:
        """Close."""
        self._file.close()
