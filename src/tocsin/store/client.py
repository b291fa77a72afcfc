"""The store, asked over its socket. Imports nothing of chDB."""

import socket
from collections.abc import Generator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
from msgspec.msgpack import decode

from tocsin.errors import DeliveryError, QueryError
from tocsin.model.received import EventId
from tocsin.model.unreadable import UNREADABLE
from tocsin.ports.store import Cursor, Freshness, Group, Histogram, Page, Question, Row
from tocsin.store import wire


class StoreClient:
    """See `EventStore`. A connection a request, so any thread may ask. timeout: seconds to wait for the next message."""

    def __init__(self, path: Path, *, timeout: float = 120.0) -> None:
        self._path = path
        self._timeout = timeout

    def search(self, question: Question, *, limit: int = 100, after: Cursor | None = None) -> Page:
        """Return a page of events, newest first."""
        return decode(self._ask(wire.Search(question, limit, after)), type=Page)

    def count(self, question: Question) -> int:
        """Return how many events there are."""
        return decode(self._ask(wire.Count(question)), type=int)

    def histogram(self, question: Question, *, interval: int | None = None, by: str = "") -> Histogram:
        """Count by interval."""
        return decode(self._ask(wire.Histogram(question, interval, by)), type=Histogram)

    def group(self, question: Question, by: Sequence[str], *, limit: int = 10) -> tuple[Group, ...]:
        """Count by the values of fields."""
        return decode(self._ask(wire.GroupBy(question, tuple(by), limit)), type=tuple[Group, ...])

    def export(
        self, question: Question, *, limit: int | None = None
    ) -> Generator[tuple[Row, ...], None, None]:
        """Yield all events."""
        decoder = msgspec.msgpack.Decoder(tuple[Row, ...])
        with closing(self._responses(wire.Export(question, limit))) as parts:
            for part in parts:
                if isinstance(part, wire.More):
                    yield decoder.decode(part.body)

    def get(self, event: EventId) -> Row | None:
        """Return one event."""
        found: Row | None = decode(self._ask(wire.Get(event)), type=Row | None)
        return found

    def rows(self, partition: int, below: int, since: int = 0) -> int:
        """Count the rows that were stored of some frames."""
        return decode(self._ask(wire.Rows(partition, below, since)), type=int)

    def freshness(self) -> Freshness:
        """Say how much there is, and how new."""
        return decode(self._ask(wire.Fresh()), type=Freshness)

    def _ask(self, request: wire.Request) -> msgspec.Raw:
        (answer,) = self._responses(request)
        return answer.body

    def _responses(self, request: wire.Request) -> Generator[wire.More | wire.Answer, None, None]:
        """Yield the parts of the answer, the last of which is an `Answer`."""
        with self._connected() as connection:
            try:
                wire.send(connection, wire.encode(request))
                while not isinstance(part := self._next(connection), wire.Answer):
                    yield part
                yield part
            except TimeoutError:
                raise DeliveryError(
                    f"{self._path}: no answer for {self._timeout:g} s", retryable=True
                ) from None
            except OSError as error:
                raise DeliveryError(f"{self._path}: {error.strerror or error}", retryable=True) from None

    def _next(self, connection: socket.socket) -> wire.More | wire.Answer:
        message = wire.receive(connection, wire.MAX_RESPONSE)
        if message is None:
            raise DeliveryError(wire.BROKEN, retryable=True)
        try:
            part: wire.Response = wire.response.decode(message)
        except UNREADABLE as error:
            raise DeliveryError(f"{self._path}: no answer of a store: {error}", retryable=False) from None
        if isinstance(part, wire.Refused):
            raise QueryError(part.text) if part.query else DeliveryError(part.text, retryable=part.retryable)
        return part

    def _connected(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(self._timeout)
        try:
            connection.connect(str(self._path))
        except OSError as error:
            connection.close()
            raise DeliveryError(
                f"{self._path}: no store answers here ({error.strerror or error}); is the monitor running?",
                retryable=True,
            ) from None
        return connection
