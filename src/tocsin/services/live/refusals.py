"""Sources of which more records than usual could not be read: a format has changed, or something else is sent."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from tocsin.control.ledger import OfSource
from tocsin.model.hidden import plain

LEAST_RECORDS = 50
"""Records that must have come meanwhile before their share says anything."""
LEAST_SHARE = 0.05
"""A smaller share of refused records is never told."""
TIMES = 5.0
"""So many times the usual share is not usual any more."""
_MOST = 1_000


class _Seen(NamedTuple):
    """Sums of a source at a look."""

    records: int
    refused: int


class Refusals:
    """Compares what came since the last look with all before, which the ledger remembers over restarts."""

    def __init__(self) -> None:
        self._before: dict[tuple[str, str], _Seen] | None = None
        self._told: dict[tuple[str, str], str] = {}

    def look(self, sources: Iterable[OfSource]) -> None:
        """Take in the ledger's sums as they are now."""
        now = {
            (one.input, one.source): _Seen(one.events + one.refused, one.refused)
            for one in list(sources)[:_MOST]
        }
        if self._before is None:
            self._before = now
        for key, seen in now.items():
            before = self._before.get(key, _Seen(0, 0))
            if seen.records - before.records < LEAST_RECORDS:
                continue  # too few yet: they count at a later look
            self._before[key] = seen
            self._told.pop(key, None)
            if said := _judged(before, seen):
                self._told[key] = f"input {plain(key[0], 80)}, {_named(key[1])}: {said}"

    def problems(self) -> Iterator[str]:
        """Yield what a person should know."""
        yield from list(self._told.values())


def _judged(before: _Seen, now: _Seen) -> str:
    records, refused = now.records - before.records, now.refused - before.refused
    share = refused / records
    usual = before.refused / before.records if before.records else 0.0
    if share <= max(LEAST_SHARE, usual * TIMES):
        return ""
    return (
        f"{refused:,} of the last {records:,} records could not be read ({share:.0%}; usual are {usual:.1%}); they are "
        "stored: search for them, and see whether the format has changed"
    )


def _named(source: str) -> str:
    return f"source {plain(source, 80)}" if source else "of no known source"
