"""Files as they lie on disk -> plain byte streams: gz, zst, xz, bz2, zip; told by content, not by name.

A stream that is cut short or broken gives what could be read and then a DataError that says so.
Limits against bombs: what a member of an archive unfolds to is bounded by ratio and by depth.
"""

import bz2
import gzip
import io
import lzma
import sys
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import zstandard

from tocsin.errors import DataError

MAX_RATIO = 1_200
"""Decompressed bytes for each compressed one; real logs stay under 200, a bomb has far more."""
FREE_BYTES = 64 * 1024 * 1024
"""So much may be unfolded at any ratio."""
MAX_MEMBERS = 10_000
MAX_DEPTH = 2
"""An archive in an archive is opened, one in that is not."""

STDIN = "-"


class Stream(NamedTuple):
    """A readable stream and its name: `logs.zip!auth.log` for a member of an archive."""

    name: str
    file: BinaryIO


_MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bz2"),
    (b"PK\3\4", "zip"),
)


def kind_of(head: bytes) -> str:
    """Return gz, zst, xz, bz2, zip or "" by a file's first bytes."""
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


class Guarded(io.RawIOBase):
    """A decompressing stream that turns every failure into DataError and refuses to unfold without end."""

    def __init__(self, inner: BinaryIO, outer: "Counted") -> None:
        self._inner = inner
        self._outer = outer
        self._given = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        try:
            block = self._inner.read(size)
        except (
            OSError,
            EOFError,
            ValueError,
            zlib.error,
            lzma.LZMAError,
            zstandard.ZstdError,
            zipfile.BadZipFile,
        ) as e:
            raise DataError("cut short or damaged", str(e) or type(e).__name__) from None
        except (NotImplementedError, RuntimeError) as e:  # zip: a method or encryption that it cannot read
            raise DataError("cannot be unpacked", str(e)) from None
        self._given += len(block)
        if self._given > FREE_BYTES + MAX_RATIO * self._outer.taken:
            raise DataError("unfolds without end", f"over {self._given} bytes out of {self._outer.taken}")
        return block

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        block = self.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


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

    def peek(self, size: int) -> bytes:
        """Return the first bytes without taking them."""
        if self._inner.seekable():
            head = self._inner.read(size)
            self._inner.seek(-len(head), io.SEEK_CUR)
            return head
        return self._inner.peek(size)[:size]  # type: ignore[attr-defined,no-any-return]


@contextmanager
def opened(path: str) -> Iterator[Counted]:
    """Open a file, or standard input for `-`."""
    if path == STDIN:
        yield Counted(sys.stdin.buffer)
        return
    with Path(path).open("rb") as file:
        yield Counted(file)


def streams(name: str, raw: Counted, depth: int = 0) -> Iterator[Stream]:
    """Yield the plain streams in a file: itself, what it decompresses to, or an archive's members."""
    kind = kind_of(raw.peek(8))
    if not kind:
        yield Stream(name, cast("BinaryIO", raw))
    elif depth > MAX_DEPTH:
        raise DataError("packed too deep", f"more than {MAX_DEPTH} layers of compression")
    elif kind == "zip":
        yield from _members(name, raw, depth)
    else:
        yield from _inner(name, Guarded(_unpacked(kind, raw), raw), depth)


def _unpacked(kind: str, raw: Counted) -> BinaryIO:
    if kind == "gz":
        return cast("BinaryIO", gzip.GzipFile(fileobj=cast("BinaryIO", raw)))
    if kind == "zst":
        reader = zstandard.ZstdDecompressor().stream_reader(cast("BinaryIO", raw), read_across_frames=True)
        return cast("BinaryIO", reader)
    packed = cast("BinaryIO", raw)
    return cast("BinaryIO", lzma.LZMAFile(packed) if kind == "xz" else bz2.BZ2File(packed))


def _inner(name: str, guarded: Guarded, depth: int) -> Iterator[Stream]:
    """What is in a compressed stream may be compressed again (backup.zip.gz)."""
    buffered = io.BufferedReader(guarded, 1 << 16)
    counted = Counted(cast("BinaryIO", buffered))
    if kind_of(counted.peek(8)) == "zip":
        raise DataError("packed too deep", "a zip archive inside a compressed stream; unpack it first")
    yield from streams(name, counted, depth + 1)


def _members(name: str, raw: Counted, depth: int) -> Iterator[Stream]:
    if not raw.seekable():
        raise DataError("cannot be unpacked", "a zip archive from a pipe; give its path")
    try:
        with zipfile.ZipFile(cast("BinaryIO", raw)) as archive:
            members = [info for info in archive.infolist() if _is_log(info)]
            if len(members) > MAX_MEMBERS:
                raise DataError("too many members", f"{len(members)} in the archive, at most {MAX_MEMBERS}")
            for info in members:
                with archive.open(info) as file:
                    guarded = Guarded(cast("BinaryIO", file), raw)
                    yield from _inner(f"{name}!{info.filename}", guarded, depth)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise DataError("cut short or damaged", str(error)) from None


def _is_log(info: zipfile.ZipInfo) -> bool:
    # macOS adds a folder of resource forks to every archive it makes.
    return not info.is_dir() and not info.filename.startswith("__MACOSX/")
