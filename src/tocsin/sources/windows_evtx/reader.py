"""An .evtx file -> its records as JSON, chunk by chunk: a damaged chunk or record costs only itself."""

import zlib
from collections.abc import Iterator
from io import BytesIO
from struct import Struct
from typing import BinaryIO

from evtx import PyEvtxParser

from tocsin.errors import DataError

_HEADER = 4096
_CHUNK = 65536
_CHUNK_HEADER = 512
_FILE_MAGIC = b"ElfFile\0"
_CHUNK_MAGIC = b"ElfChnk\0"
_CHUNK_COUNT = Struct("<42xH")
_DIRTY_FLAG = Struct("<120xI")
_FIRST_AND_LAST = Struct("<8xQQ")
_END_AND_CHECKSUM = Struct("<48xII")
_SMALLEST_RECORD = 28
_NAME_AND_TEMPLATE_LISTS = range(128, 512, 4)
_OFFSET = Struct("<I")


def records(file: BinaryIO) -> Iterator[bytes | DataError]:
    """Yield each record as JSON, and a DataError for each loss, at the place where it happened."""
    header = file.read(_HEADER)
    if not opens(header):
        yield DataError("not an EVTX file", "it does not begin with ElfFile")
        return
    if len(header) < _HEADER:
        yield DataError("EVTX file cut short", f"its header has {len(header)} of {_HEADER} bytes")
        return
    number = 0
    while chunk := file.read(_CHUNK):
        yield from _of_chunk(header, chunk, number)
        number += 1
    declared = _CHUNK_COUNT.unpack_from(header)[0]
    if number < declared:
        yield DataError("EVTX file cut short", f"it has {number} of {declared} chunks")


def opens(head: bytes) -> bool:
    """Tell by its first bytes whether a file is an event log."""
    return head.startswith(_FILE_MAGIC)


def _of_chunk(header: bytes, chunk: bytes, number: int) -> Iterator[bytes | DataError]:
    if not chunk.startswith(_CHUNK_MAGIC):
        # Windows sets space aside ahead of time: a chunk of zeros was never written.
        if chunk.strip(b"\0"):
            yield DataError("damaged EVTX chunk", f"chunk {number} does not begin with ElfChnk")
        return
    whole = len(chunk) == _CHUNK
    if not whole:
        yield DataError("EVTX file cut short", f"chunk {number} has {len(chunk)} of {_CHUNK} bytes")
        chunk = chunk.ljust(_CHUNK, b"\0")
    elif not _DIRTY_FLAG.unpack_from(header)[0] & 1 and not _is_intact(chunk):
        yield DataError(
            "damaged EVTX chunk", f"the checksum of chunk {number} differs: its records may be altered"
        )
    count = 0
    for record in _parsed(header + _without_loops(chunk)):
        count += 1
        yield record
    expected = _expected(chunk)
    if count < expected:
        yield DataError("EVTX records lost", f"{expected - count} of {expected} in chunk {number}")


def _parsed(file: bytes) -> Iterator[bytes | DataError]:
    try:
        found = PyEvtxParser(BytesIO(file), 1).records_json()
    except (RuntimeError, OSError, ValueError) as error:
        yield DataError("damaged EVTX header", str(error)[:200])
        return
    # The parser goes on behind a record that it cannot read, so at most every record fails once.
    for _ in range(_CHUNK // _SMALLEST_RECORD):
        try:
            record = next(found, None)
        except (RuntimeError, OSError, ValueError) as error:
            yield DataError("damaged EVTX record", str(error)[:200])
            continue
        if record is None:
            return
        yield record["data"].encode()


def _without_loops(chunk: bytes) -> bytes:
    """Cut the lists of names and templates that lead back into themselves: the parser would never return."""
    mended = bytearray(chunk)
    for head in _NAME_AND_TEMPLATE_LISTS:
        seen = set()
        at = _OFFSET.unpack_from(chunk, head)[0]
        while at and at not in seen and at <= _CHUNK - _OFFSET.size:
            seen.add(at)
            at = _OFFSET.unpack_from(chunk, at)[0]
        if at:
            _OFFSET.pack_into(mended, head, 0)
    return bytes(mended)


def _is_intact(chunk: bytes) -> bool:
    end, checksum = _END_AND_CHECKSUM.unpack_from(chunk)
    return bool(_CHUNK_HEADER <= end <= _CHUNK and zlib.crc32(chunk[_CHUNK_HEADER:end]) == checksum)


def _expected(chunk: bytes) -> int:
    first, last = _FIRST_AND_LAST.unpack_from(chunk)
    count = int(last) - int(first) + 1
    return count if 0 < count <= _CHUNK // _SMALLEST_RECORD else 0
