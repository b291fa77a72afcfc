"""A plain stream -> its lines."""

import codecs
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


_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))


def mark_of(head: bytes) -> tuple[bytes, str]:
    """Return the byte-order mark at a file's start and the encoding it stands for; without one, b"" and ""."""
    return next(((mark, encoding) for mark, encoding in _MARKS if head.startswith(mark)), (b"", ""))


def readable(head: bytes) -> bytes:
    """Return the first bytes of a file as blocks_of will give them."""
    mark, encoding = mark_of(head)
    rest = head.removeprefix(mark)
    return rest.decode(encoding, "ignore").encode() if encoding.startswith("utf-16") else rest


def blocks_of(file: BinaryIO) -> Iterator[bytes]:
    """Read a stream in blocks, as UTF-8: a byte-order mark is dropped, UTF-16 is rewritten."""
    block = file.read(BLOCK)
    mark, encoding = mark_of(block)
    block = block.removeprefix(mark)
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding.startswith("utf-16") else None
    while block:
        yield decoder.decode(block).encode("utf-8", "replace") if decoder else block
        block = file.read(BLOCK)
    if decoder and (rest := decoder.decode(b"", final=True)):
        yield rest.encode("utf-8", "replace")
