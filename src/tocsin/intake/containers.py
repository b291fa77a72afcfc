"""Files as they lie on disk -> plain byte streams: gz, zst, xz, bz2, zip; told by content, not by name.

A stream that is cut short or broken gives what can be read, and then Damage says so.
Limits against bombs: what a file unfolds to is bounded by its own size (unpacking.py), layers by number.
"""

import bz2
import gzip
import io
import lzma
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

from tocsin.errors import DataError
from tocsin.intake.unpacking import BROKEN, Allowance, Counted, Guarded, Unpacking, ZstdStream, damaged

MAX_MEMBERS = 10_000
MAX_DEPTH = 2
"""Of layers within one another, beside the first."""

STDIN = "-"


class Stream(NamedTuple):
    """A readable stream and its name: `logs.zip!auth.log` for a member of an archive."""

    name: str
    file: BinaryIO


class Damage(NamedTuple):
    """Why a stream ended too early, or was not opened at all; the others go on."""

    name: str
    error: DataError


_MAGIC = (
    (b"\x1f\x8b", "gz"),
    (b"\x28\xb5\x2f\xfd", "zst"),
    (b"\xfd7zXZ\0", "xz"),
    (b"BZh", "bz2"),
    (b"PK\3\4", "zip"),
)
_TAR_AT = 257
_HEAD = 262
"""So many bytes tell every kind."""


def kind_of(head: bytes) -> str:
    """Return gz, zst, xz, bz2, zip, tar or "" by a file's first bytes."""
    if head[_TAR_AT:].startswith(b"ustar"):
        return "tar"
    return next((kind for magic, kind in _MAGIC if head.startswith(magic)), "")


@contextmanager
def opened(path: str) -> Iterator[Counted]:
    """Open a file, or standard input for `-`."""
    if path == STDIN:
        yield Counted(sys.stdin.buffer)
        return
    with Path(path).open("rb") as file:
        yield Counted(file)


def streams(name: str, raw: Counted) -> Iterator[Stream | Damage]:
    """Yield the plain streams in a file: itself, what it decompresses to, or an archive's members."""
    yield from _streams(name, raw, 0, Allowance(raw))


def _streams(name: str, packed: Counted, depth: int, allowance: Allowance) -> Iterator[Stream | Damage]:
    kind = kind_of(packed.peek(_HEAD))
    if not kind:
        yield Stream(name, cast("BinaryIO", packed))
    elif kind == "tar":
        yield Damage(name, DataError("cannot be unpacked", "a tar archive; unpack it first"))
    elif depth > MAX_DEPTH:
        yield Damage(name, DataError("packed too deep", f"more than {MAX_DEPTH} layers of compression"))
    elif kind == "zip" and depth:
        yield Damage(name, DataError("packed too deep", "a zip archive inside another file; unpack it first"))
    elif kind == "zip":
        yield from _members(name, packed, allowance)
    else:
        yield from _inner(name, Guarded(_unpacking(kind, packed), allowance), depth, allowance)


def _unpacking(kind: str, packed: Counted) -> Unpacking:
    if kind == "zst":
        return ZstdStream(packed)
    file = cast("BinaryIO", packed)
    if kind == "gz":
        return gzip.GzipFile(fileobj=file)
    return lzma.LZMAFile(file) if kind == "xz" else bz2.BZ2File(file)


def _inner(name: str, guarded: Guarded, depth: int, allowance: Allowance) -> Iterator[Stream | Damage]:
    """What is in a compressed stream may be compressed again."""
    buffered = Counted(cast("BinaryIO", io.BufferedReader(guarded, 1 << 16)))
    yield from _streams(name, buffered, depth + 1, allowance)
    if guarded.error:
        yield Damage(name, guarded.error)


def _members(name: str, file: Counted, allowance: Allowance) -> Iterator[Stream | Damage]:
    if not file.seekable():
        yield Damage(name, DataError("cannot be unpacked", "a zip archive from a pipe; give its path"))
        return
    try:
        archive = zipfile.ZipFile(cast("BinaryIO", file))
    except BROKEN as error:
        yield Damage(name, damaged(error))
        return
    with archive:
        members = [info for info in archive.infolist() if _is_log(info)]
        if len(members) > MAX_MEMBERS:
            yield Damage(name, DataError("too many members", f"{len(members)} in it, at most {MAX_MEMBERS}"))
            return
        for info in members:
            yield from _member(f"{name}!{info.filename}", archive, info, allowance)
            if allowance.spent:
                return


def _member(
    name: str, archive: zipfile.ZipFile, info: zipfile.ZipInfo, allowance: Allowance
) -> Iterator[Stream | Damage]:
    try:
        member = archive.open(info)
    except BROKEN as error:
        yield Damage(name, damaged(error))
        return
    with member:
        yield from _inner(name, Guarded(cast("Unpacking", member), allowance), 0, allowance)


def _is_log(info: zipfile.ZipInfo) -> bool:
    # macOS adds a folder of resource forks to every archive it makes.
    return not info.is_dir() and not info.filename.startswith("__MACOSX/")
