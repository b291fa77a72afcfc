"""The keys of an endless stream that matter most, in bounded memory."""

from dataclasses import dataclass
from heapq import nsmallest


@dataclass(slots=True)
class Tally:
    """How often a key came, and the highest level of its matches."""

    key: str
    count: int = 0
    rank: int = 0


class Top:
    """Counts keys: exactly while there are at most `capacity`, then never too high.

    When full, the less urgent and less frequent half is forgotten; a key that comes back counts anew.
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
        self._tallies = {tally.key: tally for tally in self.most(self._capacity // 2)}

    def __len__(self) -> int:
        return len(self._tallies)

    def most(self, limit: int) -> list[Tally]:
        """Return the first keys: most urgent, then most frequent, then by name."""
        return nsmallest(
            limit, self._tallies.values(), key=lambda tally: (-tally.rank, -tally.count, tally.key)
        )
