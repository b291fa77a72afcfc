"""A plain stream -> its lines."""

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple, TypeAlias

from tocsin.errors import DataError

BLOCK = 1 << 20
MAX_RECORD = 16 * 1024 * 1024
"""A longer line or object is refused, its beginning shown; reading goes on behind it."""


class Record(NamedTuple):
    """A record and the line on which it starts. part: which of the records that start on that line it is."""

    line: int
    content: bytes
    part: int = 1


class Loss(NamedTuple):
    """A place where something could not be read."""

    line: int
    error: DataError


Piece: TypeAlias = Record | Loss


def lines(blocks: Iterator[bytes]) -> Iterator[Piece]:
    """Yield the lines of a stream without their ends; empty ones are none."""
    number = 1
    rest = b""
    skipping = False
    for block in blocks:
        if skipping:
            _, found, block = block.partition(b"\n")
            if not found:
                continue
            skipping = False
            number += 1
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            if text := line.rstrip(b"\r"):
                yield Record(number, text)
            number += 1
        if len(rest) > MAX_RECORD:
            yield Loss(number, too_long(rest))
            rest, skipping = b"", True
    if text := rest.rstrip(b"\r"):
        yield Record(number, text)


def too_long(beginning: bytes) -> DataError:
    """Say that a record is over the limit, and how it begins."""
    return DataError("record too long", f"over {MAX_RECORD} bytes; it begins {beginning[:60]!r}")


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """Read a stream in blocks, as UTF-8: a byte-order mark is dropped, UTF-16 is rewritten."""
    block = file.read(BLOCK)
    encoding = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}.get(block[:2])
    if encoding:
        yield from _recoded(file, block[2:], encoding)
        return
    block = block.removeprefix(b"\xef\xbb\xbf")
    while block:
        yield block
        block = file.read(BLOCK)


def _recoded(file: BinaryIO, rest: bytes, encoding: str) -> Iterator[bytes]:
    while block := file.read(BLOCK):
        # A block may end inside a character of two or four bytes: keep some back for the next one.
        cut = max(len(rest) - len(rest) % 2 - 2, 0)
        yield rest[:cut].decode(encoding, "replace").encode("utf-8", "replace")
        rest = rest[cut:] + block
    yield rest.decode(encoding, "replace").encode("utf-8", "replace")
