"""The ledger against the store: of every frame that the hub has counted, the store must have as many rows.

Both are asked about the same frames: those up to the hub's origin. They may be compared once a worker has passed that
origin, so that its columns are durable, and the store has passed the columns that were durable then. Nothing below the
origin changes any more, so a difference is one.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec import Struct

from tocsin.control import ledger
from tocsin.control.database import Database
from tocsin.control.ledger import Sums
from tocsin.ports.journal import Journal
from tocsin.ports.store import EventStore
from tocsin.services.live.topics import COLUMNS, EVENTS, STORE, WORKER
from tocsin.telemetry.status import Sample

EVERY_SECONDS = 60.0
"""From one comparison to the next: of the frames that have come since the last, if that was right."""
WHOLE_SECONDS = 3_600.0
"""From one comparison of all frames to the next: of a billion events it takes the store a minute."""
OVERDUE_SECONDS = 900.0
"""A ledger that could not be compared for so long is told as a problem."""


class Compared(Struct, frozen=True):
    """A partition's frames of events up to `origin`. expected: rows by the ledger. found: rows that the store got."""

    partition: int
    origin: int
    expected: int
    found: int
    at: float

    @property
    def difference(self) -> int:
        """Return how many rows the store has too many; too few: below 0."""
        return self.found - self.expected


@dataclass(slots=True)
class _Pending:
    """A comparison that waits for the store. end: of the columns that it has to pass; None: not known yet."""

    sums: Sums
    end: int | None = None


class Reconciler:
    """Compares, a step at a time. For one thread; what it has found may be read from any. clock: seconds since 1970."""

    def __init__(
        self,
        journal: Journal,
        database: Database,
        store: EventStore,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._journal, self._database, self._store, self._clock = journal, database, store, clock
        self._pending: dict[int, _Pending] = {}
        self._due = 0.0
        self._began = clock()
        self._whole: dict[int, float] = {}
        self.compared: dict[int, Compared] = {}
        """Partition -> the last comparison."""

    @property
    def waits(self) -> bool:
        """Tell whether a comparison has begun that the worker or the store is not far enough for."""
        return bool(self._pending)

    def step(self) -> list[Compared]:
        """Do what can be done now; return what was compared. Raises DeliveryError if the store does not answer."""
        if self._clock() >= self._due:
            self._due = self._clock() + EVERY_SECONDS
            with self._database.read() as connection:
                sums = ledger.sums(connection)
            fresh = {number: _Pending(one) for number, one in sums.items() if one.origin >= 0}
            self._pending = fresh | self._pending  # what waits already waits for less
        done = [number for number, one in self._pending.items() if self._is_comparable(number, one)]
        return [self._compare(number) for number in done]

    def _is_comparable(self, number: int, one: _Pending) -> bool:
        if one.end is None and self._journal.passed(WORKER, EVENTS, number) > one.sums.origin:
            one.end = self._journal.kept(COLUMNS, number).stop
        return one.end is not None and self._journal.passed(STORE, COLUMNS, number) >= one.end

    def _compare(self, number: int) -> Compared:
        sums = self._pending[number].sums
        found = self._found(number, sums.origin + 1)
        del self._pending[number]
        result = Compared(number, sums.origin, sums.events + sums.refused, found, self._clock())
        self.compared = {**self.compared, number: result}
        return result

    def _found(self, number: int, below: int) -> int:
        before = self.compared.get(number)
        if before and not before.difference and self._clock() < self._whole[number]:
            return before.found + self._store.rows(number, below, before.origin + 1)
        self._whole[number] = self._clock() + WHOLE_SECONDS
        return self._store.rows(number, below)

    def problems(self) -> Iterator[str]:
        """Yield what a person should know."""
        for one in self.compared.values():
            if one.difference:
                yield difference_told(one)
        since = self._clock() - min((one.at for one in self.compared.values()), default=self._began)
        if since > OVERDUE_SECONDS:
            yield f"the ledger has not been compared with the store for {since / 60:.0f} minutes; see the store's log"

    def samples(self) -> Iterator[Sample]:
        """Yield it as metrics."""
        for one in self.compared.values():
            labels = {"partition": str(one.partition)}
            yield Sample("ledger_rows", one.expected, labels)
            yield Sample("ledger_difference", one.difference, labels)
            yield Sample("ledger_compared_timestamp_seconds", one.at, labels)


def difference_told(one: Compared) -> str:
    """Return the sentence about a difference."""
    what = "lacks" if one.difference < 0 else "has too many:"
    return (
        f"the store {what} {abs(one.difference):,} rows of partition {one.partition}: the ledger counts {one.expected:,} "
        f"up to frame {one.origin:,}, the store {one.found:,}"
    )


def compare_now(
    journal: Journal, database: Database, store: EventStore, *, seconds: float
) -> dict[int, Compared]:
    """Compare all partitions once, waiting so long at most; return what could be. Raises DeliveryError."""
    reconciler = Reconciler(journal, database, store)
    latest = time.monotonic() + seconds
    reconciler.step()
    while reconciler.waits and time.monotonic() < latest:
        time.sleep(0.1)
        reconciler.step()
    return reconciler.compared
