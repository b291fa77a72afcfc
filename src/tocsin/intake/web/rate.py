"""A bound on events a second, that lets a request through whole or not at all."""


class Rate:
    """A bucket of one second's events. It may go into debt, so that a large request passes; the next one waits."""

    def __init__(self, per_second: int, now: float) -> None:
        self._per_second = per_second
        self._level = float(per_second)
        self._at = now

    def wait(self, now: float) -> float:
        """Return the seconds until something passes; 0 for at once."""
        self._level = min(self._per_second, self._level + (now - self._at) * self._per_second)
        self._at = now
        return 0.0 if self._level > 0 else (1 - self._level) / self._per_second

    def spend(self, events: int) -> None:
        """Count what has passed."""
        self._level -= events
