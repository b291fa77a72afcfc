"""Bytes out of compressed bytes, under guard: every failure becomes a DataError, nothing unfolds without end."""

import io
import lzma
import struct
import zipfile
import zlib
from typing import Any, BinaryIO, Protocol

import zstandard

from tocsin.errors import DataError

MAX_RATIO = 250
"""Decompressed bytes for each compressed one; real logs stay under 200, a bomb has 1,000 and more."""
FREE_BYTES = 64 * 1024 * 1024
"""So much may be unfolded at any ratio."""


class Counted(io.RawIOBase):
    """A raw file that knows how much of it was read: progress, and the ratio of what is in it."""

    def __init__(self, inner: BinaryIO) -> None:
        self._inner = inner
        self.taken = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return self._inner.seekable()

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._inner.seek(offset, whence)

    def tell(self) -> int:
        return self._inner.tell()

    def read(self, size: int = -1) -> bytes:
        block = self._inner.read(size)
        self.taken += len(block)
        return block

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def size(self) -> int:
        """Return how many bytes there are, 0 if that is not known."""
        if not self._inner.seekable():
            return 0
        here = self._inner.tell()
        size = self._inner.seek(0, io.SEEK_END)
        self._inner.seek(here)
        return size

    def peek(self, size: int) -> bytes:
        """Return the first bytes without taking them."""
        if self._inner.seekable():
            head = self._inner.read(size)
            self._inner.seek(-len(head), io.SEEK_CUR)
            return head
        return self._inner.peek(size)[:size]  # type: ignore[attr-defined,no-any-return]


class Allowance:
    """How much may come out of a file, all its layers and members together: so many times what was read of it."""

    def __init__(self, file: "Counted") -> None:
        self._file = file
        self._size = file.size()
        self._given = 0
        self.spent = False

    def take(self, size: int) -> None:
        """Raise DataError when it is spent."""
        self._given += size
        # What is read again counts once: members of an archive may lie over one another.
        taken = min(self._file.taken, self._size or self._file.taken)
        if self._given > FREE_BYTES + MAX_RATIO * taken:
            self.spent = True
            raise DataError(
                "unfolds without end", f"over {self._given} bytes out of {taken}; the rest is not read"
            )


class Guarded(io.RawIOBase):
    """A decompressing stream that ends where it fails; `error` says why, once it has ended."""

    def __init__(self, inner: "Unpacking", allowance: Allowance) -> None:
        self._inner = inner
        self._allowance = allowance
        self.error: DataError | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        block = b"" if self.error else self._read(len(buffer))
        buffer[: len(block)] = block
        return len(block)

    def _read(self, size: int) -> bytes:
        try:
            # read1, not read: that one forgets what it has when more cannot be had.
            block = self._inner.read1(size)
            self._allowance.take(len(block))
        except DataError as error:
            self.error = error
        except BROKEN as error:
            self.error = damaged(error)
        else:
            return block
        return b""


class Unpacking(Protocol):
    """What unpacks: gzip, bz2, lzma, a member of a zip archive, ZstdStream."""

    def read1(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""


BROKEN = (
    OSError,
    EOFError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
    lzma.LZMAError,
    zstandard.ZstdError,
    zipfile.BadZipFile,
)
"""What the unpacking libraries raise on bytes that are not theirs."""


def damaged(error: Exception) -> DataError:
    """Return what to say of an exception out of BROKEN."""
    if isinstance(
        error, NotImplementedError | RuntimeError
    ):  # zip: a method or encryption that it cannot read
        return DataError("cannot be unpacked", str(error))
    return DataError("cut short or damaged", str(error) or type(error).__name__)


class ZstdStream:
    """Zstandard frames, one after another. The library's own reader takes a cut frame for a whole one."""

    STEP = 1024
    """Compressed bytes at a time: the most repetitive of them unfold to some 30 MB."""

    def __init__(self, packed: "Counted") -> None:
        self._packed = packed
        self._frame: Any = None
        self._rest = b""
        self._made = io.BytesIO()

    def read1(self, size: int, /) -> bytes:
        """Return some bytes, none at the end."""
        while not (block := self._made.read(size)):
            packed = self._rest or self._packed.read(self.STEP)
            if not packed:
                if self._frame and not self._frame.eof:
                    raise EOFError("compressed data ended before the end of its frame")
                return b""
            if not self._frame or self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._made = io.BytesIO(self._frame.decompress(packed))
            self._rest = self._frame.unused_data if self._frame.eof else b""
        return block
