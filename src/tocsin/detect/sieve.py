"""The first look at an event: a few columns rule most events out before the others are even decoded."""

from collections.abc import Sequence
from typing import NamedTuple

from tocsin.detect.partition import Partition
from tocsin.model.event import Value

MAX_PIVOTS = 6
"""Columns that are looked at first, to begin with; `sharper` adds more."""
LIMIT = 200_000


class Look(NamedTuple):
    """What a sieve saw. passed: rows; classes: for each pivot the class of every row's value."""

    passed: list[int]
    classes: list[list[int]]


class Sieve:
    """Lets through the events on which some rule of a partition may be true, keywords aside.

    pivots: the numbers of the columns that it looks at.
    """

    def __init__(self, partition: Partition, pivots: tuple[int, ...] | None = None) -> None:
        self.partition = partition
        self.pivots = _choose(partition) if pivots is None else pivots
        self._known: dict[tuple[int, ...], bool] = {}
        self._generation = partition.generation

    def look(self, columns: Sequence[Sequence[Value]], rows: int) -> "Look":
        """Classify the pivots, one column for each, and tell which rows pass."""
        self.partition.stay_small()
        if not self.partition.unruled((), ()):
            return Look([], [])
        if not self.pivots:
            return Look(list(range(rows)), [])
        if self._generation != self.partition.generation or len(self._known) > LIMIT:
            self._generation = self.partition.generation
            self._known.clear()
        memos = [self.partition.columns[place].memo for place in self.pivots]
        classes = [memo.classify(values) for memo, values in zip(memos, columns, strict=True)]
        known = self._known
        passed = []
        for row, key in enumerate(zip(*classes, strict=True)):
            passes = known.get(key)
            if passes is None:
                passes = known[key] = bool(self.partition.unruled(self.pivots, key))
            if passes:
                passed.append(row)
        return Look(passed, classes)

    def sharper(self) -> "Sieve | None":
        """Return a sieve with one more pivot, the one that most of what passed depends on; None if none does."""
        left = 0
        for classes in self._known:
            left |= self.partition.unruled(self.pivots, classes)
        best = min(
            _able(self.partition, self.pivots),
            key=lambda place: _left(self.partition, left, place),
            default=None,
        )
        if best is None or _left(self.partition, left, best) == left.bit_count():
            return None
        return Sieve(self.partition, (*self.pivots, best))


def _choose(partition: Partition) -> tuple[int, ...]:
    """Choose the columns whose ordinary values rule most clauses out, the best first."""
    waiting = partition.unruled((), ())
    chosen: tuple[int, ...] = ()
    while waiting and len(chosen) < MAX_PIVOTS:
        now = waiting
        best = min(_able(partition, chosen), key=lambda place: _left(partition, now, place), default=None)
        if best is None or _left(partition, waiting, best) == waiting.bit_count():
            break
        chosen = (*chosen, best)
        waiting &= partition.ordinary(best)
    return chosen


def _able(partition: Partition, taken: tuple[int, ...]) -> list[int]:
    """Pairs and keywords cost more than they tell."""
    return [
        n for n, column in enumerate(partition.columns) if n not in taken and isinstance(column.field, str)
    ]


def _left(partition: Partition, clauses: int, place: int) -> int:
    return (clauses & partition.ordinary(place)).bit_count()
