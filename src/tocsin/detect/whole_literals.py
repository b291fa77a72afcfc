"""Many keywords in a batch of records: one native pass for all their literals, over all records at once."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import TypeAlias

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from tocsin.detect.field import Predicates
from tocsin.sigma.tree import Test

Search: TypeAlias = Callable[[bytes], list[tuple[int, int, int]]]
"""Returns (number of the literal, start, end) of each hit."""

_MOST_TABLED = 8_000
"""Characters for which a full table is made: three times as fast as an automaton, but it takes 5 ms to make."""


class Whole:
    """Finds the records that hold one of some literals (in lower case, none with a line break) in any case.

    What is not ASCII always counts as found: it folds in ways that bytes do not show.
    """

    def __init__(self, literals: Iterable[str]) -> None:
        known = sorted({literal for literal in literals if literal.isascii()})
        self._search = _search(tuple(known)) if known else None

    def places(self, records: Sequence[bytes]) -> set[int]:
        """Return the places of such records."""
        text = b"\n".join(records)
        found = set() if text.isascii() else places_of(records, lambda record: not record.isascii())
        if self._search is not None and (hits := self._search(text.lower())):
            found |= places_hit(records, hits)
        return found


class Alone:
    """Tests that no literal stands in for: each record is looked at, as the engine does."""

    def __init__(self, tests: Sequence[Test]) -> None:
        self._satisfied = Predicates(tests).satisfied

    def holds(self, record: bytes) -> bool:
        """Tell whether one of the tests holds for a line."""
        return bool(self._satisfied(record.decode("utf-8", "replace")))


def places_of(records: Sequence[bytes], wanted: Callable[[bytes], bool]) -> set[int]:
    """Return the places of the records that are wanted."""
    return {place for place, record in enumerate(records) if wanted(record)}


def places_hit(records: Sequence[bytes], hits: Iterable[tuple[int, int, int]]) -> set[int]:
    """Return the places of the records in which hits start, of a search over the records joined by a byte each."""
    ends = list(accumulate(len(record) + 1 for record in records))
    return {bisect_right(ends, start) for _, start, _ in hits}


# The routes of a log share their keywords, nearly always.
@lru_cache(maxsize=64)
def _search(literals: tuple[str, ...]) -> Search:
    tabled = sum(map(len, literals)) <= _MOST_TABLED
    found: Search = BytesAhoCorasick(
        [literal.encode() for literal in literals],
        matchkind=MatchKind.LeftmostFirst,
        implementation=Implementation.DFA if tabled else Implementation.ContiguousNFA,
    ).find_matches_as_indexes
    return found
