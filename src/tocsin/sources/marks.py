"""Which sources each record of a batch may be of, told by one native search over all of it.

Every source of JSON objects names keys of which each of its records has one (its marks). They may stand
anywhere in a record, so they only say who has to be asked.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from tocsin.ports.source import Source

_ODD = (b"\\u00", b'" :', b'"\t:')
"""Ways to write a key that the search would not find."""
NOBODY: frozenset[str] = frozenset()
_QUOTE = ord('"')


class Marks:
    """The marks of all sources, compiled."""

    def __init__(self, sources: Iterable[Source]) -> None:
        owners: dict[bytes, frozenset[str]] = {}
        for source in sources:
            for mark in source.marks:
                # Without its opening quote, which is looked at afterwards: quotes are everywhere, letters tell apart.
                text = mark[1:] if mark.startswith('"') else f'{mark}":'
                owners[text.encode()] = owners.get(text.encode(), NOBODY) | {source.name}
        self._owners = list(owners.values())
        self._search = BytesAhoCorasick(list(owners), matchkind=MatchKind.LeftmostFirst)

    def owners(self, records: Sequence[bytes]) -> list[frozenset[str] | None]:
        """Return for each record the names of the sources of which it has a mark; None if it may hide one."""
        ends = list(accumulate(len(record) + 1 for record in records))
        whole = b"\n".join(records)
        found = [NOBODY] * len(records)
        row = 0
        for number, start, _ in self._search.find_matches_as_indexes(whole):
            while start >= ends[row]:  # hits come in order
                row += 1
            if whole[start - 1] == _QUOTE:
                known = found[row]
                found[row] = known | self._owners[number] if known else self._owners[number]
        return [names or _nobody(record) for record, names in zip(records, found, strict=True)]


def _nobody(record: bytes) -> frozenset[str] | None:
    return None if any(odd in record for odd in _ODD) else NOBODY


class Carried:
    """What tells lines that a line of syslog carries."""

    def __init__(self, sources: Iterable[Source]) -> None:
        owners = [(text.encode(), source.name) for source in sources for text in source.carried]
        self._owners = [name for _, name in owners]
        self._search = BytesAhoCorasick([text for text, _ in owners])

    def rows(self, records: Sequence[bytes], usual: str) -> list[int]:
        """Return the rows that may be of another source than the usual one, in order."""
        found = self._search.find_matches_as_indexes(b"\n".join(records))
        starts = [start for number, start, _ in found if self._owners[number] != usual]
        if not starts:
            return []
        ends = list(accumulate(len(record) + 1 for record in records))
        return sorted({bisect_right(ends, start) for start in starts})
