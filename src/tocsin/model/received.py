"""What an input has received, on its way into the journal: frames of the topic `events`."""

from typing import NamedTuple

import msgspec
from msgspec import Struct

from tocsin.errors import DataError
from tocsin.model.unreadable import UNREADABLE


class Context(Struct, frozen=True, array_like=True):
    """What intake knows of all records of a batch.

    input: its name in the settings. source: forced by the settings; empty: told from each record.
    retention: the class of its events. redo: what only the input understands, to find out after a crash how far it
    had come (`file`: which part of which file this is; over HTTP the sender's id of a request). carrier: what the
    records are wrapped in (`sources/carriers/`); empty: in nothing.
    """

    input: str
    source: str = ""
    retention: str = "standard"
    redo: bytes = b""
    carrier: str = ""


class Received(NamedTuple):
    """Records of one input, in the order in which they came. Never empty lines; no newline at the end."""

    context: Context
    records: list[bytes]


class EventId(Struct, frozen=True, order=True):
    """An event's identity inside Tocsin: its frame in `events`, which record there, and which event of that record."""

    partition: int
    offset: int
    index: int
    part: int = 0

    def __str__(self) -> str:
        last = f"{self.index}.{self.part}" if self.part else f"{self.index}"
        return f"{self.partition}-{self.offset}-{last}"

    @classmethod
    def read(cls, text: str) -> "EventId":
        """Read an id back; raises DataError."""
        partition, _, rest = text.partition("-")
        offset, _, last = rest.partition("-")
        index, _, part = last.partition(".")
        try:
            return cls(int(partition), int(offset), int(index), int(part or 0))
        except ValueError:
            raise DataError("no event id", text[:100]) from None


TOPIC = "events"

_records = msgspec.msgpack.Decoder(list[bytes])
_context = msgspec.msgpack.Decoder(Context)


def dump(batch: Received) -> tuple[bytes, bytes]:
    """Return a frame's payload and meta."""
    return msgspec.msgpack.encode(batch.records), msgspec.msgpack.encode(batch.context)


def context_of(meta: bytes) -> Context:
    """Read a frame's meta; raises DataError."""
    try:
        return _context.decode(meta)
    except UNREADABLE as error:
        raise DataError("no frame of events", str(error)) from None


def load(payload: bytes, meta: bytes) -> Received:
    """Read a frame back; raises DataError when it is none."""
    try:
        return Received(context_of(meta), _records.decode(payload))
    except UNREADABLE as error:
        raise DataError("no frame of events", str(error)) from None
