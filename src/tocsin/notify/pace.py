"""When to send, and when to send again. Pure: the time is handed in."""

from collections import deque
from hashlib import sha256

FIRST = 2.0
"""Seconds until the second attempt, about; each further one waits twice as long."""
LONGEST = 600.0
"""Seconds between attempts, at most, unless a receiver asks for more."""
MOST = 3_600.0
"""Seconds that a receiver may ask to wait (`Retry-After`), at most."""
MINUTE = 60.0


class Pace:
    """So many a minute, whenever the minute begins."""

    def __init__(self, per_minute: int) -> None:
        self._sent: deque[float] = deque(maxlen=per_minute)

    def free(self, now: float) -> float:
        """Return the moment from which on one may be sent: now or later."""
        full = len(self._sent) == self._sent.maxlen
        # A clock that was set back must not silence a channel for longer than a minute.
        return min(max(now, self._sent[0] + MINUTE), now + MINUTE) if full else now

    def note(self, now: float) -> None:
        """Note that one was sent."""
        self._sent.append(now)


def backoff(key: str, attempt: int, after: float | None = None) -> float:
    """Return the seconds to wait after a failed attempt. after: what the receiver asked for, which counts.

    Messages that failed together do not come again together: the wait is spread by the key, and so always
    the same for the same attempt.
    """
    if after is not None:
        return min(max(after, 1.0), MOST)
    longest = min(FIRST * 2.0 ** min(attempt - 1, 30), LONGEST)
    spread = int.from_bytes(sha256(f"{key}/{attempt}".encode()).digest()[:4], "big") / 2**32
    return longest * (0.5 + spread / 2)
