"""Values that are drawn again and again, and now and then a new one: as users, hosts and paths are in real logs."""

from collections.abc import Callable
from random import Random

TAPE = 1 << 18
"""Draws that are remembered; what was not drawn for longer than that is forgotten."""


class Population:
    """Distinct values grow as a power of the draws (Heaps' law), and frequent ones get more frequent.

    A draw is a new value with probability (start + growth * distinct) / (draws + start), otherwise a copy of some
    earlier draw: the Pitman-Yor process. growth: the exponent, 0 to 1.
    """

    def __init__(self, random: Random, make: Callable[[], bytes], *, growth: float, start: int = 20) -> None:
        self._uniform = random.random
        self._make = make
        self._growth = growth
        self._start = start
        self._tape: list[bytes] = []
        self._draws = 0
        self.distinct = 0

    def draw(self) -> bytes:
        """Return a value."""
        draws, tape = self._draws, self._tape
        self._draws = draws + 1
        new = self._uniform() * (draws + self._start) < self._start + self._growth * self.distinct
        if new:
            self.distinct += 1
            value = self._make()
        else:
            value = tape[int(self._uniform() * len(tape))]
        if draws < TAPE:
            tape.append(value)
        else:
            tape[draws % TAPE] = value
        return value
