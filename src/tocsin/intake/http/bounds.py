"""What senders may do to the server: how much, how many, how slowly."""

from collections import Counter
from dataclasses import dataclass
from ipaddress import IPv6Address
from threading import Lock

MAX_HEAD = 16 << 10
"""Bytes of a request's line and headers together; also of what stands after a chunked body."""
MAX_HEADERS = 100
"""Headers of one request."""
SLICE = 2 << 10
"""Bytes that are parsed at a time where a request may end: what is behind its end waits, unparsed.

So at most some hundred requests are read ahead of the one that is being answered."""
SLICE_OF_CHUNKS = 8 << 10
"""The same, in a chunked body."""
SWALLOWED = 64 << 10
"""A refused request's body up to this size is read and forgotten, and the connection goes on."""
CHUNK_OVERHEAD = 16
"""Bytes on the wire for each byte of a chunked body, at most, beyond the size of a head."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bounds of one server. Sizes in bytes, times in seconds.

    body: of one request as sent. memory: of all bodies, and of what is made of them, at one time. idle: between
    requests, and for the sender to take an answer. head: from a request's first byte to the end of its headers.
    progress, rate: in each `progress` seconds, a body must come on by `rate` bytes a second. linger: after an answer
    to half a request, for the sender to read it. handshake: of TLS.
    """

    body: int = 16 << 20
    memory: int = 256 << 20
    total: int = 1000
    per_address: int = 100
    idle: float = 60.0
    head: float = 10.0
    progress: float = 10.0
    rate: int = 1024
    linger: float = 2.0
    handshake: float = 10.0


class Budget:
    """Memory that all requests share. Its methods may be called from any thread."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self.used = 0

    def take(self, size: int) -> bool:
        """Count so many bytes, if there are as many."""
        with self._lock:
            if self.used + size > self._most:
                return False
            self.used += size
            return True

    def give(self, size: int) -> None:
        """Count them no more."""
        with self._lock:
            self.used -= size


class Hold:
    """What one request has of the budget."""

    __slots__ = ("_budget", "size")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.size = 0

    def take(self, size: int) -> bool:
        """Count more for this request, if there is room."""
        if not self._budget.take(size):
            return False
        self.size += size
        return True

    def free(self) -> None:
        """Give all of it back."""
        if self.size:
            self._budget.give(self.size)
            self.size = 0


class Gate:
    """Counts connections, in total and for each address; of IPv6, for each /64, which is what one sender has."""

    def __init__(self, total: int, per_address: int) -> None:
        self._total, self._per_address = total, per_address
        self._inside: Counter[str] = Counter()
        self.count = 0

    def enter(self, address: str) -> bool:
        """Let one in, if there is room."""
        key = _sender(address)
        if self.count >= self._total or self._inside[key] >= self._per_address:
            return False
        self._inside[key] += 1
        self.count += 1
        return True

    def leave(self, address: str) -> None:
        """Let one out that was let in."""
        key = _sender(address)
        self.count -= 1
        self._inside[key] -= 1
        if not self._inside[key]:
            del self._inside[key]


def _sender(address: str) -> str:
    if ":" not in address:
        return address
    ip = IPv6Address(address.partition("%")[0])
    return str(ip.ipv4_mapped) if ip.ipv4_mapped else ip.packed[:8].hex()
