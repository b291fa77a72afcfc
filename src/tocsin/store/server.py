"""The store on a unix socket: a thread a connection. Only this user's processes may connect."""

import os
import socket
import threading
import time
from collections.abc import Generator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec

from tocsin.errors import ConfigError, DeliveryError, QueryError
from tocsin.model.unreadable import UNREADABLE
from tocsin.ports.store import EventStore
from tocsin.store import wire
from tocsin.telemetry.log import logger

MAX_CONNECTIONS = 64
"""Connections at once; others are told to try again."""
IDLE = 60.0
"""Seconds that a connection may say nothing, or take no answer, before it is closed."""
TAKEN = 60.0
"""Seconds that an export may wait for its client; then it is cut off, and its reader is another's."""
PAGE_SECONDS = 5.0
"""What each page that was taken gives back of them: who is slower than a page in so long is cut off in the end."""
MAX_PATH = 100
"""Bytes of the path of a socket: the system takes no more."""


class Server:
    """Answers until it is closed. Starts listening at once. cut: exports that were cut off."""

    def __init__(
        self, store: EventStore, path: Path, *, taken: float = TAKEN, page_seconds: float = PAGE_SECONDS
    ) -> None:
        self.cut = 0
        self._store = store
        self._path = path
        self._taken, self._page_seconds = taken, page_seconds
        self._room = threading.BoundedSemaphore(MAX_CONNECTIONS)
        self._closed = False
        self._open: set[socket.socket] = set()
        self._threads: set[threading.Thread] = set()
        self._lock = threading.Lock()
        self._listener = _listener(path)
        self._accepting = threading.Thread(target=self._accept, name="store-accept", daemon=True)
        self._accepting.start()

    def close(self) -> None:
        """Stop listening, close all connections, wait for their threads."""
        self._closed = True
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._accepting.join()
        self._listener.close()
        self._path.unlink(missing_ok=True)
        with self._lock:
            threads = list(self._threads)
            for connection in self._open:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()

    def _accept(self) -> None:
        while not self._closed:
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed; or no descriptors left, which passes
                continue
            connection.settimeout(IDLE)
            if not self._room.acquire(blocking=False):
                _turn_away(connection)
                continue
            thread = threading.Thread(target=self._talk, args=(connection,), name="store-answer", daemon=True)
            with self._lock:
                self._open.add(connection)
                self._threads.add(thread)
            thread.start()

    def _talk(self, connection: socket.socket) -> None:
        """Answer one request after another. What goes wrong here by our own mistake ends this thread, loudly."""
        try:
            # The other side may leave whenever it likes, or be too slow: no harm to anybody else.
            with connection, suppress(OSError, DeliveryError):
                while (
                    not self._closed and (message := wire.receive(connection, wire.MAX_REQUEST)) is not None
                ):
                    self._respond(connection, message)
        finally:
            with self._lock:
                self._open.discard(connection)
                self._threads.discard(threading.current_thread())
            self._room.release()

    def _respond(self, connection: socket.socket, message: bytes) -> None:
        try:
            request = wire.request.decode(message)
        except UNREADABLE as error:
            wire.send(connection, wire.encode(wire.Refused(f"no request: {error}")))
            return
        try:
            if isinstance(request, wire.Export):
                with closing(self._store.export(request.question, limit=request.limit)) as pages:
                    self._stream(connection, pages)
                answer: Any = None
            else:
                answer = _answer(self._store, request)
        except QueryError as error:
            wire.send(connection, wire.encode(wire.Refused(str(error), query=True)))
        except DeliveryError as error:
            wire.send(connection, wire.encode(wire.Refused(str(error), retryable=error.retryable)))
        else:
            wire.send(connection, wire.encode(wire.Answer(msgspec.Raw(wire.encode(answer)))))

    def _stream(self, connection: socket.socket, pages: Generator[Any, None, None]) -> None:
        """Send pages as long as they are taken. One that was cut off has no end, so nobody takes it for whole."""
        left = self._taken
        for page in pages:
            message = wire.encode(wire.More(msgspec.Raw(wire.encode(page))))
            begun = time.monotonic()
            try:
                wire.send(connection, message, begun + left)
            except TimeoutError:
                with self._lock:
                    self.cut += 1
                logger().warning("an export was cut off: its client took nothing for too long")
                raise
            left = min(self._taken, left - (time.monotonic() - begun) + self._page_seconds)
        connection.settimeout(IDLE)


def _answer(store: EventStore, request: wire.Request) -> Any:
    match request:
        case wire.Search(question, limit, after):
            return store.search(question, limit=limit, after=after)
        case wire.Count(question):
            return store.count(question)
        case wire.Histogram(question, interval, by):
            return store.histogram(question, interval=interval, by=by)
        case wire.GroupBy(question, fields, limit):
            return store.group(question, fields, limit=limit)
        case wire.Get(event):
            return store.get(event)
        case wire.Rows(partition, below, since):
            return store.rows(partition, below, since)
    return store.freshness()


def _listener(path: Path) -> socket.socket:
    """Listen at a path that only this user may use from the first moment on."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    if len(os.fsencode(fresh)) > MAX_PATH:
        raise ConfigError(
            f"{path}: too long for a socket, which takes {MAX_PATH} bytes; choose a shorter data folder"
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(fresh))
    fresh.chmod(0o600)
    listener.listen(MAX_CONNECTIONS)
    fresh.replace(path)
    return listener


def _turn_away(connection: socket.socket) -> None:
    with connection, suppress(OSError):
        wire.send(connection, wire.encode(wire.Refused("the store has too many connections", retryable=True)))
