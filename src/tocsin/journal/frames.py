"""Frames as bytes.

    length u32 | crc u32 | offset u64 | fields | origin's topic | meta | payload
                          └────────────── length bytes, and the crc is of them ──┘

Each frame says its own offset, so one that stands in a wrong place is found out.
"""

import struct
from typing import NamedTuple
from zlib import crc32

from tocsin.model.place import Place
from tocsin.ports.journal import MAX_FRAME, Frame, Stored

PREFIX = struct.Struct("<II")
_OFFSET = struct.Struct("<Q")
# arrived, events, the origin's partition and offset, length of the origin's topic and of meta
_FIELDS = struct.Struct("<qIIQBH")
LEAST = _OFFSET.size + _FIELDS.size
"""No frame is shorter. So a row of zeros, as a lost write leaves it, is not a row of empty frames."""
MOST = LEAST + 255 + MAX_FRAME


class Packed(NamedTuple):
    """A frame, ready but for its offset."""

    head: bytes
    payload: bytes
    origin: Place | None

    @property
    def size(self) -> int:
        """Return the bytes it takes in a file."""
        return PREFIX.size + _OFFSET.size + len(self.head) + len(self.payload)


def pack(frame: Frame) -> Packed:
    """Return the frame as bytes; ValueError if it cannot be held."""
    if len(frame.payload) + len(frame.meta) > MAX_FRAME:
        raise ValueError(f"a frame holds at most {MAX_FRAME:,} bytes, this one has {len(frame.payload):,}")
    origin = frame.origin
    if origin is not None and not origin.topic:
        raise ValueError("the topic of an origin has a name")
    topic = origin.topic.encode() if origin else b""
    where = (origin.partition, origin.offset) if origin else (0, 0)
    try:
        fields = _FIELDS.pack(frame.arrived, frame.events, *where, len(topic), len(frame.meta))
    except struct.error as error:
        raise ValueError(f"a number of the frame is out of range: {error}") from error
    return Packed(fields + topic + frame.meta, frame.payload, origin)


def seal(packed: Packed, offset: int) -> tuple[bytes, bytes]:
    """Return what is written for a frame, in two pieces: the payload is not copied."""
    head = _OFFSET.pack(offset) + packed.head
    crc = crc32(packed.payload, crc32(head))
    return PREFIX.pack(len(head) + len(packed.payload), crc) + head, packed.payload


def length_at(data: bytes, at: int) -> int | None:
    """Return how many bytes the frame at a place takes, None if that is no length of a frame."""
    (length, _) = PREFIX.unpack_from(data, at)
    return PREFIX.size + length if LEAST <= length <= MOST else None


def unseal(data: bytes, at: int, end: int, offset: int) -> Stored | None:
    """Return the frame that takes data[at:end]; None if it is not whole, or not the one of that offset."""
    (_, crc) = PREFIX.unpack_from(data, at)
    at += PREFIX.size
    if crc32(memoryview(data)[at:end]) != crc or _OFFSET.unpack_from(data, at)[0] != offset:
        return None
    arrived, events, partition, number, topic_length, meta_length = _FIELDS.unpack_from(data, at + 8)
    topic_end = at + LEAST + topic_length
    meta_end = topic_end + meta_length
    topic = data[at + LEAST : topic_end].decode()
    origin = Place(topic, partition, number) if topic else None
    return Stored(offset, Frame(data[meta_end:end], events, arrived, origin, data[topic_end:meta_end]))
