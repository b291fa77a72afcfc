"""How long something has lasted, as one sees it who looks regularly: time in which he could not look does not count."""

import time
from collections.abc import Callable

STEP_SECONDS = 2.0
"""The most that passes between two looks. A machine that slept, or a process that was stopped, has waited no longer."""


class Patience:
    """`waited` at least every STEP_SECONDS. clock: seconds, steady."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waited = 0.0
        self._looked = clock()

    def waited(self) -> float:
        """Look; return the seconds that have passed since the beginning."""
        now = self._clock()
        self._waited += min(now - self._looked, STEP_SECONDS)
        self._looked = now
        return self._waited
