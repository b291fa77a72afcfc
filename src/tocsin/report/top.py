"""The most frequent keys of an endless stream, in bounded memory."""

from dataclasses import dataclass


@dataclass(slots=True)
class Tally:
    """How often a key came, and the highest level of its matches."""

    key: str
    count: int = 0
    rank: int = 0


class Top:
    """Counts keys: exactly while there are at most `capacity`, then never too high.

    When full, the median is taken off every count and what falls to zero is forgotten
    (Misra and Gries), so a key that makes up more than 2 in `capacity` of the stream is always kept.
    """

    def __init__(self, capacity: int = 1024) -> None:
        self._capacity = capacity
        self._tallies: dict[str, Tally] = {}
        self.exact = True

    def add(self, key: str, rank: int = 0) -> None:
        """Count one more of a key."""
        key = key[:256]
        tally = self._tallies.get(key)
        if tally is None:
            if len(self._tallies) >= self._capacity:
                self._shrink()
            tally = self._tallies[key] = Tally(key)
        tally.count += 1
        tally.rank = max(tally.rank, rank)

    def _shrink(self) -> None:
        self.exact = False
        median = sorted(tally.count for tally in self._tallies.values())[self._capacity // 2]
        for tally in self._tallies.values():
            tally.count -= median
        self._tallies = {key: tally for key, tally in self._tallies.items() if tally.count > 0}

    def __len__(self) -> int:
        return len(self._tallies)

    def most(self, limit: int) -> list[Tally]:
        """Return the most frequent keys, most frequent first; equals by name."""
        return sorted(self._tallies.values(), key=lambda tally: (-tally.count, tally.key))[:limit]
