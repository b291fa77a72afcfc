"""Connections that are cut at a moment, whatever the other side does: trickling bytes buys nobody time."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic

from tocsin.model.hidden import plain
from tocsin.ports.notifier import NotDeliveredError

# X509_V_ERR_HOSTNAME_MISMATCH and _IP_ADDRESS_MISMATCH, whose texts name the host.
_WRONG_HOST = frozenset({62, 64})

_CLOSE = 0.05
"""Seconds before the end in which a broken connection is taken for one that was cut."""


class Deadline:
    """The end of one delivery. `connect` as often as needed; when the time is over, all of it is cut.

    Looking up a name is the system's: it may take the resolver's own time-out longer.
    """

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self._seconds = seconds
        self._guards: list[socket.socket] = []
        self._lock = threading.Lock()
        self._over = False

    @property
    def left(self) -> float:
        """Seconds; raises TimeoutError when there are none."""
        left = self._end - monotonic()
        if left <= 0 or self._over:
            raise TimeoutError
        return left

    def check(self) -> None:
        """Raise TimeoutError if the time is over."""
        _ = self.left

    def connect(self, host: str, port: int) -> socket.socket:
        """Return a connection; raises OSError."""
        made = socket.create_connection((host, port), self.left)
        with self._lock:
            # A second descriptor of the connection: it stays while TLS wraps the first one into another.
            self._guards.append(made.dup())
        # Never 0, which would mean not to wait at all.
        made.settimeout(max(self._end - monotonic(), _CLOSE))
        return made

    def cut(self) -> None:
        """End all connections; whoever waits for one gets an error now."""
        with self._lock:
            self._over = True
            for guard in self._guards:
                with suppress(OSError):
                    guard.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the descriptors."""
        with self._lock:
            for guard in self._guards:
                guard.close()
            self._guards.clear()

    def failure(self, error: Exception) -> NotDeliveredError:
        """Say what went wrong; that the time was over, if it was."""
        if isinstance(error, TimeoutError) or monotonic() > self._end - _CLOSE:
            return NotDeliveredError(f"no answer within {self._seconds:g} s", retryable=True)
        return NotDeliveredError(_said(error), retryable=True)


@contextmanager
def within(seconds: float) -> Iterator[Deadline]:
    """Give a block so much time for its connections."""
    deadline = Deadline(seconds)
    timer = threading.Timer(seconds, deadline.cut)
    timer.daemon = True
    timer.start()
    try:
        yield deadline
    finally:
        timer.cancel()
        deadline.close()


def _said(error: Exception) -> str:
    """Say it without the address: webhook URLs are secrets, and errors are shown."""
    known: tuple[tuple[type[Exception], Callable[[], str]], ...] = (
        (ssl.SSLCertVerificationError, lambda: f"its certificate is not trusted: {_distrusted(error)}"),
        (ssl.SSLError, lambda: f"no TLS: {plain(str(getattr(error, 'reason', None) or 'broken off'), 100)}"),
        (socket.gaierror, lambda: "its name cannot be resolved"),
        (ConnectionRefusedError, lambda: "connection refused"),
        (ConnectionError, lambda: "the connection was closed"),
        (OSError, lambda: plain(getattr(error, "strerror", None) or "no connection", 100)),
    )
    return next((say() for kind, say in known if isinstance(error, kind)), "an answer that cannot be read")


def _distrusted(error: Exception) -> str:
    if getattr(error, "verify_code", 0) in _WRONG_HOST:
        return "it is another host's"
    return plain(str(getattr(error, "verify_message", "")), 100)
