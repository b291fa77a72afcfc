"""What goes over the store's socket: messages of msgpack, each with its length before it.

A connection carries one request after another; each is answered by any number of `More` and one `Answer` or `Refused`.
"""

import socket
import struct
import time
from typing import TypeAlias

import msgspec
from msgspec import Struct

from tocsin.errors import DeliveryError
from tocsin.model.received import EventId
from tocsin.ports.store import Cursor, Question

MAX_REQUEST = 1 << 18
"""Bytes of a request."""
MAX_RESPONSE = 1 << 30
"""Bytes of one message of a response."""
BROKEN = (
    "the answer of the store broke off before its end: it was stopped, or an export was not read for too long"
)
"""What is said of an answer without an end."""
_LEAST = 0.001
"""Seconds: a timeout of 0 would mean not to wait at all."""
_LENGTH = struct.Struct(">I")


class Search(Struct, frozen=True, tag=True):
    """See `EventStore.search`."""

    question: Question
    limit: int
    after: Cursor | None


class Count(Struct, frozen=True, tag=True):
    """See `EventStore.count`."""

    question: Question


class Histogram(Struct, frozen=True, tag=True):
    """See `EventStore.histogram`."""

    question: Question
    interval: int | None
    by: str


class GroupBy(Struct, frozen=True, tag=True):
    """See `EventStore.group`."""

    question: Question
    by: tuple[str, ...]
    limit: int


class Export(Struct, frozen=True, tag=True):
    """See `EventStore.export`."""

    question: Question
    limit: int | None


class Get(Struct, frozen=True, tag=True):
    """See `EventStore.get`."""

    event: EventId


class Rows(Struct, frozen=True, tag=True):
    """See `EventStore.rows`."""

    partition: int
    below: int
    since: int = 0


class Fresh(Struct, frozen=True, tag=True):
    """See `EventStore.freshness`."""


Request: TypeAlias = Search | Count | Histogram | GroupBy | Export | Get | Rows | Fresh


class More(Struct, frozen=True, tag=True):
    """A part of an answer."""

    body: msgspec.Raw


class Answer(Struct, frozen=True, tag=True):
    """The answer, or its end."""

    body: msgspec.Raw


class Refused(Struct, frozen=True, tag=True):
    """There is none. query: the question is wrong, not the store."""

    text: str
    query: bool = False
    retryable: bool = False


Response: TypeAlias = More | Answer | Refused

encode = msgspec.msgpack.encode
request = msgspec.msgpack.Decoder(Request)
response = msgspec.msgpack.Decoder(Response)


def send(connection: socket.socket, message: bytes, latest: float | None = None) -> None:
    """Send one message. latest: of the monotonic clock, until when all of it must be taken; raises TimeoutError."""
    for piece in (_LENGTH.pack(len(message)), message):
        if latest is not None:
            connection.settimeout(max(latest - time.monotonic(), _LEAST))
        connection.sendall(piece)


def receive(connection: socket.socket, most: int) -> bytes | None:
    """Return the next message, None when the other side has closed; DeliveryError when it is too long or cut off."""
    head = _exactly(connection, _LENGTH.size)
    if head is None:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > most:
        raise DeliveryError(f"a message of {length:,} bytes; {most:,} are allowed", retryable=False)
    body = _exactly(connection, length)
    if body is None and length:
        raise DeliveryError(BROKEN, retryable=True)
    return body or b""


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    """Return so many bytes; None if there are none at all."""
    read = bytearray()
    while len(read) < size:
        part = connection.recv(min(size - len(read), 1 << 20))
        if not part:
            if read:
                raise DeliveryError(BROKEN, retryable=True)
            return None
        read += part
    return bytes(read)
