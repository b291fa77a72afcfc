"""A small server that whoever reaches it cannot use up: neither files nor threads of the process that it is in."""

import socket
import sys
import threading
import time
from contextlib import suppress
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIServer

MAX_CONNECTIONS = 32
"""Connections at one time; one more, and the oldest is cut: who asks for metrics has its answer at once."""
MAX_SECONDS = 10.0
"""A connection that takes longer than this is cut, however it trickles."""


class BoundedServer(ThreadingMixIn, WSGIServer):
    """A thread a connection, and few of them."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, *given: Any) -> None:
        self._open: dict[socket.socket, float] = {}
        self._leaving: set[socket.socket] = set()
        self._lock = threading.RLock()
        super().__init__(*given)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer in a thread, if there is room for one."""
        with self._lock:
            if len(self._leaving) >= MAX_CONNECTIONS:  # they are cut, and have not noticed yet
                self.shutdown_request(request)
                return
            if len(self._open) >= MAX_CONNECTIONS:
                self._cut(next(iter(self._open)))
            self._open[request] = time.monotonic()
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Let go of a connection."""
        with self._lock:
            self._open.pop(request, None)
            self._leaving.discard(request)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Cut what takes too long; called twice a second."""
        oldest = time.monotonic() - MAX_SECONDS
        with self._lock:
            for request in [one for one, began in self._open.items() if began < oldest]:
                self._cut(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of connections that broke off: anybody may break one off."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)

    def _cut(self, request: socket.socket) -> None:
        """End a connection; its thread is about to notice, and lets go of it."""
        del self._open[request]
        self._leaving.add(request)
        with suppress(OSError):
            request.shutdown(socket.SHUT_RDWR)
