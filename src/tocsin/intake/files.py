"""A path -> the records in it, whatever it is packed in; what cannot be read is said, not passed over."""

import io
import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import orjson

from tocsin.errors import DataError
from tocsin.intake.containers import Damage, kind_of, opened, streams
from tocsin.intake.document import ENVELOPES, objects
from tocsin.intake.lines import MAX_RECORD, Loss, Piece, Record, lines
from tocsin.intake.paths import why_shut
from tocsin.intake.tables import is_table, table
from tocsin.intake.text import BLOCK, HEAD, writing_of
from tocsin.intake.unpacking import Counted
from tocsin.ports.source import Source, Unpack

_ENVELOPE_KEYS = frozenset(key.decode() for key in ENVELOPES)
_MIXED = re.compile(
    rb'\[\s*+(?>(?>-?[0-9][0-9.eE+-]*+|true|false|null|"(?>[^"\\]++|(?:\\.)++)*+")\s*+,\s*+)++\{\s*+["}]',
    re.DOTALL,
)
"""An array that begins with other values than events."""
_TIMES = frozenset({"@timestamp", "timestamp", "time", "ts", "datetime", "date", "eventTime", "created_at"})


class Unit(NamedTuple):
    """A piece of work: a whole file, or the lines of a plain one that begin in [start, end)."""

    path: str
    start: int = 0
    end: int = 0


class Origin(NamedTuple):
    """The stream that pieces come from, and the source that it is known to be of, if its format says so."""

    name: str
    source: str


@dataclass(slots=True)
class Progress:
    """How far the reader of a unit is: bytes of the file, and line ends of a range."""

    taken: int = 0
    lines: int = 0


def printable(path: str) -> str:
    """Return a file's name as it can be written; one that is not UTF-8 with its bytes escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def read(unit: Unit, sources: Sequence[Source], progress: Progress) -> Iterator[tuple[Origin, Piece]]:
    """Yield the records of a unit."""
    name = printable(unit.path)
    try:
        with opened(unit.path) as raw:
            if unit.end:
                yield from _read_range(unit, raw, progress)
            else:
                yield from _read_whole(name, raw, sources, progress)
    except OSError as error:
        yield Origin(name, ""), Loss(0, DataError("cannot be read", _why(unit.path, error)))


def _why(path: str, error: OSError) -> str:
    """Say of a folder why it was not looked into, not that it is one."""
    if isinstance(error, IsADirectoryError):
        error = why_shut(path) or error
    return error.strerror or str(error)


def _read_whole(
    name: str, raw: Counted, sources: Sequence[Source], progress: Progress
) -> Iterator[tuple[Origin, Piece]]:
    last = 0
    for stream in streams(name, raw):
        if isinstance(stream, Damage):
            yield Origin(stream.name, ""), Loss(last, stream.error)
            last = 0
            continue
        last = 0
        origin = Origin(stream.name, "")
        for source, piece in _pieces(stream.name, stream.file, sources):
            if source != origin.source:
                origin = Origin(stream.name, source)
            last = piece.line
            progress.taken = raw.taken
            yield origin, piece
    progress.taken = raw.taken


def _read_range(unit: Unit, raw: Counted, progress: Progress) -> Iterator[tuple[Origin, Piece]]:
    """Lines belong to the range in which they begin; their numbers count from the range's own first line."""
    raw.seek(unit.start)
    origin = Origin(printable(unit.path), "")
    for piece in lines(_blocks_between(raw, unit.end - unit.start, progress)):
        progress.taken = raw.taken
        yield origin, piece


def _blocks_between(raw: Counted, left: int, progress: Progress) -> Iterator[bytes]:
    while left > 0 and (block := raw.read(min(left, BLOCK))):
        left -= len(block)
        progress.lines += block.count(b"\n")
        yield block


def split_plain(path: str, size: int, piece: int) -> list[Unit]:
    """Cut a big plain file of lines into ranges that end at line ends, so that several workers share it."""
    try:
        with Path(path).open("rb") as file:
            if size < 2 * piece or not _is_of_lines(path, Counted(file).peek(HEAD)):
                return [Unit(path)]
            cuts = sorted({*_cuts(file, size, piece), size})
    except OSError:  # reading it says why
        return [Unit(path)]
    return [Unit(path, start, end) for start, end in pairwise(cuts)]


def count_lines(unit: Unit) -> int:
    """Count the line ends of a range that nobody read."""
    try:
        with opened(unit.path) as raw:
            raw.seek(unit.start)
            progress = Progress()
            for _ in _blocks_between(raw, unit.end - unit.start, progress):
                pass
            return progress.lines
    except OSError:
        return 0


def _cuts(file: BinaryIO, size: int, piece: int) -> list[int]:
    """Line ends about a piece apart, as far as there are any: what has no lines is one piece."""
    cuts = [0]
    while cuts[-1] + piece < size:
        file.seek(cuts[-1] + piece)
        if not file.readline(MAX_RECORD).endswith(b"\n"):
            break
        cuts.append(file.tell())
    return cuts


def _is_of_lines(path: str, head: bytes) -> bool:
    own_format = kind_of(head) or head.startswith((b"ElfFile", b"#")) or not writing_of(head).plain
    return not (own_format or _is_document(head) or is_table(path, head))


def _pieces(name: str, file: BinaryIO, sources: Sequence[Source]) -> Iterator[tuple[str, Piece]]:
    buffered = io.BufferedReader(_Raw(file), HEAD)
    head = buffered.peek(HEAD)[:HEAD]
    for source in sources:
        if source.unpack and source.unpack.opens(head):
            for piece in _unpacked(source.unpack, cast("BinaryIO", buffered)):
                yield source.name, piece
            return
    writing = writing_of(head)
    head = writing.readable(head)
    blocks = writing.blocks(cast("BinaryIO", buffered))
    reader = table if is_table(name, head) else objects if _is_document(head) else lines
    for piece in reader(blocks):
        yield "", piece


class _Raw(io.RawIOBase):
    """Any readable, as the raw file that BufferedReader wants."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        block = self._file.read(len(buffer))
        buffer[: len(block)] = block
        return len(block)


def _unpacked(unpack: Unpack, file: BinaryIO) -> Iterator[Piece]:
    for number, record in enumerate(unpack.records(file), 1):
        yield Loss(number, record) if isinstance(record, DataError) else Record(number, record)


def _is_document(head: bytes) -> bool:
    """Tell a JSON document from lines of JSON: its first line is not one whole event."""
    text = head.lstrip()
    if text[:1] == b"[":
        return text[1:].lstrip()[:1] in (b"{", b"]", b"[", b"") or bool(_MIXED.match(text))
    if text[:1] != b"{":
        return False
    first, ended, _ = text.partition(b"\n")
    try:
        event = orjson.loads(first)
    except orjson.JSONDecodeError:
        # A first line longer than the head may be either: a document of one line, or a huge event.
        return not ended or _opens_only(first)
    return isinstance(event, dict) and _is_envelope(event)


def _is_envelope(event: dict[str, object]) -> bool:
    """Tell an object around events from an event that has some list of objects: only that one has a time."""
    return not _TIMES & event.keys() and any(
        isinstance(event.get(key), list) for key in _ENVELOPE_KEYS & event.keys()
    )


def _opens_only(line: bytes) -> bool:
    """`{`, or `{"key": {`: the first line of an object that is written over many."""
    return line.rstrip()[-1:] in (b"{", b"[", b",")
