"""Matches over event time, counted in bounded memory whatever times an attacker writes."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from itertools import accumulate

from tocsin.model.level import LEVELS

_DAY = 86400
_HOURS = (3600, 10800, 21600, 43200)
_DAYS = tuple(days * _DAY for days in (1, 7, 28, 364, 3640, 36400))
WIDTHS = (1, 5, 10, 30, 60, 300, 900, 1800, *_HOURS, *_DAYS)
"""Of a bucket, in seconds. Each divides the next, so buckets are merged without splitting any."""

_CAPACITY = 4096


@dataclass(frozen=True, slots=True)
class Bars:
    """What a chart draws: from `start` one column each `width` seconds, counts by level rank.

    before, after: matches of odd times far from the others, left out so that the others can be seen.
    """

    start: int
    width: int
    columns: tuple[tuple[int, ...], ...]
    before: int = 0
    after: int = 0


@dataclass(slots=True)
class Timeline:
    """Counts matches in buckets of time; buckets grow wider when there are too many."""

    undated: int = 0
    _step: int = 0
    _buckets: dict[int, list[int]] = field(default_factory=dict)

    def add(self, time: float | None, rank: int) -> None:
        """Count one match."""
        if time is None:
            self.undated += 1
            return
        key = int(time // WIDTHS[self._step])
        if key not in self._buckets and len(self._buckets) >= _CAPACITY and self._step + 1 < len(WIDTHS):
            self._widen(self._step + 1)
            self.add(time, rank)
            return
        self._buckets.setdefault(key, [0] * len(LEVELS))[rank] += 1

    def _widen(self, step: int) -> None:
        self._buckets = _merged(self._buckets, WIDTHS[step] // WIDTHS[self._step])
        self._step = step

    def bars(self, limit: int = 72) -> Bars | None:
        """Return at most `limit` columns that hold all matches, or nearly all of them; None without any."""
        if not self._buckets:
            return None
        low, high, before, after = self._extent()
        step = self._step
        while step + 1 < len(WIDTHS) and _columns(low, high, WIDTHS[step] // WIDTHS[self._step]) > limit:
            step += 1
        factor = WIDTHS[step] // WIDTHS[self._step]
        inside = {key: counts for key, counts in self._buckets.items() if low <= key <= high}
        merged = _merged(inside, factor)
        keys = range(low // factor, high // factor + 1)
        none = (0,) * len(LEVELS)
        columns = tuple(tuple(merged.get(key, none)) for key in keys)
        return Bars(keys[0] * WIDTHS[step], WIDTHS[step], columns, before, after)

    def _extent(self) -> tuple[int, int, int, int]:
        """Choose the first and last bucket: a few odd times do not squeeze all others into one column."""
        keys = sorted(self._buckets)
        sums = list(accumulate(sum(self._buckets[key]) for key in keys))
        spare = sums[-1] // 100 or int(sums[-1] >= 10)
        low, high = keys[bisect_left(sums, spare + 1)], keys[bisect_left(sums, sums[-1] - spare)]
        reach = high - low + 1  # what lies this near to the many belongs to them
        first, last = bisect_left(keys, low - reach), bisect_right(keys, high + reach) - 1
        if (keys[last] - keys[first] + 1) * 8 > keys[-1] - keys[0] + 1:
            return keys[0], keys[-1], 0, 0
        return keys[first], keys[last], sums[first - 1] if first else 0, sums[-1] - sums[last]


def _columns(low: int, high: int, factor: int) -> int:
    return high // factor - low // factor + 1


def _merged(buckets: dict[int, list[int]], factor: int) -> dict[int, list[int]]:
    merged: dict[int, list[int]] = {}
    for key, counts in buckets.items():
        into = merged.setdefault(key // factor, [0] * len(counts))
        for rank, count in enumerate(counts):
            into[rank] += count
    return merged
