"""Canaries: test events that only who has the installation's key can make, and how one is told from all else.

The whole record is the marker and nothing else: whoever copies one has room for nothing of their own in it.
"""

import hashlib
import hmac
import re
from typing import NamedTuple

from msgspec import Struct

PREFIX = b"tocsin-canary-"
SOURCE = "tocsin_canary"
"""The source under which canaries are stored."""
WINDOW = 600.0
"""Seconds after it was made in which one is taken; a later one is an event like any other."""
EARLY = 5.0
"""Seconds by which it may have arrived before it was made: the clock was set back."""
MIN_KEY = 16
"""Bytes of a key, at least."""

_SHAPE = re.compile(
    rb"(tocsin-canary-([a-z0-9][a-z0-9_-]{0,62})-([a-z0-9]{1,15})-([1-9][0-9]{0,14}))-([0-9a-f]{32})"
)


class Canary(NamedTuple):
    """One test event. way: how it came into its input, `udp`. sent: milliseconds since 1970; no two are alike."""

    input: str
    way: str
    sent: int


class Attempt(Struct, frozen=True):
    """What the sender knows of one way into an input. first: when its present canary was due, seconds since 1970; 0: none was
    yet. It is sent until that works: last, ms since 1970, is of the latest. error: why that one could not be sent, if so.
    """

    input: str
    way: str
    first: float = 0.0
    last: int = 0
    error: str = ""


class Marker:
    """Makes and reads markers. key: of the installation, secret."""

    def __init__(self, key: bytes) -> None:
        if len(key) < MIN_KEY:
            raise ValueError(f"a key has {MIN_KEY} bytes at least")
        self._key = key

    def write(self, canary: Canary) -> bytes:
        """Return the record: `tocsin-canary-INPUT-WAY-SENT-MAC`."""
        said = PREFIX + f"{canary.input}-{canary.way}-{canary.sent}".encode()
        return b"%s-%s" % (said, self._mac(said))

    def read(self, record: bytes) -> Canary | None:
        """Return the canary that a record is; None if it is none, or nobody knows who made it."""
        found = _SHAPE.fullmatch(record)
        if not found or not hmac.compare_digest(self._mac(found[1]), found[5]):
            return None
        return Canary(found[2].decode(), found[3].decode(), int(found[4]))

    def _mac(self, said: bytes) -> bytes:
        return hmac.digest(self._key, said, hashlib.sha256)[:16].hex().encode()


def is_timely(canary: Canary, arrived: float) -> bool:
    """Tell whether one arrived (seconds since 1970) when it could have: what was kept for later did not."""
    return -EARLY <= arrived - canary.sent / 1000 <= WINDOW
