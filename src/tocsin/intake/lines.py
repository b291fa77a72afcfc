"""A plain stream, in blocks of UTF-8 (text.py) -> its lines."""

import io
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from tocsin.errors import DataError

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
        # readlines() looks for line ends with the processor's widest instructions, split() byte by byte.
        text = rest + block
        whole = io.BytesIO(text).readlines()
        rest = b"" if not whole or whole[-1].endswith(b"\n") else whole.pop()
        if len(text) > MAX_RECORD:  # so that the usual loop measures no line
            yield from _measured(whole, number)
            number += len(whole)
            whole = []
        for line in whole:
            if text := line.rstrip(b"\r\n"):
                yield Record(number, text)
            number += 1
        if _length(rest) > MAX_RECORD:
            yield Loss(number, too_long(rest))
            rest, skipping = b"", True
    if text := rest.rstrip(b"\r"):
        yield Record(number, text)


def _measured(whole: list[bytes], number: int) -> Iterator[Piece]:
    """Yield finished lines among which one may be over the limit."""
    for at, line in enumerate(whole, number):
        if _length(line) > MAX_RECORD:
            yield Loss(at, too_long(line))
        elif text := line.rstrip(b"\r\n"):
            yield Record(at, text)


def _length(line: bytes) -> int:
    """Return a line's length without its end, of which the CR alone may have come so far."""
    end = 2 if line.endswith(b"\r\n") else line.endswith((b"\r", b"\n"))
    return len(line) - end


def too_long(beginning: bytes) -> DataError:
    """Say that a record is over the limit, and how it begins."""
    return DataError("record too long", f"over {MAX_RECORD} bytes; it begins {beginning[:60]!r}")
