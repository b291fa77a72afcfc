"""The ledger: what came in, and what became of it, added up for each partition with the frames that are applied.

`sums` of a partition are those of all frames of events up to its `origin`: the store has as many rows up to there.
"""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, func, select

from tocsin.control.insert import added, join_in, least, most, newest
from tocsin.control.tables import LEDGER_INPUT, LEDGER_REFUSED, LEDGER_SOURCE, REACHED
from tocsin.model.hidden import plain
from tocsin.model.signals import Count, Signals

_MAX_TEXT = 200
"""Characters of a name or a reason."""
_COUNTED = ("received", "clamped", "timeless", "redacted", "cut")
_SPAN = {"first_arrival": least, "last_arrival": most}


class Frame(NamedTuple):
    """A frame of signals. origin: the offset of the frame of events that it was made from; -1 if of none."""

    partition: int
    origin: int
    signals: Signals


class Reached(NamedTuple):
    """How far a partition is applied: the latest frame of events, and the arrival of the last (seconds since 1970)."""

    origin: int
    arrived: float


class Sums(Struct, frozen=True):
    """A partition's: all frames of events up to `origin`. events + refused: rows that the store has of them."""

    origin: int
    received: int = 0
    events: int = 0
    refused: int = 0


class OfInput(Struct, frozen=True):
    """What an input has brought. Arrivals: seconds since 1970."""

    input: str
    frames: int
    received: int
    clamped: int
    timeless: int
    redacted: int
    cut: int
    canaries: int
    first_arrival: float
    last_arrival: float


class OfSource(Struct, frozen=True):
    """What became of an input's records of one source. Times: the events' own, None if none had one."""

    input: str
    source: str
    events: int
    refused: int
    first_time: float | None
    last_time: float | None
    first_arrival: float
    last_arrival: float


class OfReason(Struct, frozen=True):
    """Records that could not be read for one reason, and the id of one of them."""

    input: str
    source: str
    reason: str
    count: int
    event: str


def add(connection: Connection, frames: Iterable[Frame]) -> None:
    """Count frames that are applied in this transaction, in the order of each partition."""
    counted = _Counted()
    for frame in frames:
        counted.take(frame)
    join_in(connection, REACHED, counted.rows(counted.reached), {"origin": most, "arrived": newest})
    numbers = dict.fromkeys(("frames", *_COUNTED, "canaries"), added)
    join_in(connection, LEDGER_INPUT, counted.rows(counted.inputs), {**numbers, **_SPAN})
    times = {"first_time": least, "last_time": most, "events": added, "refused": added}
    join_in(connection, LEDGER_SOURCE, counted.rows(counted.sources), {**times, **_SPAN})
    join_in(connection, LEDGER_REFUSED, counted.rows(counted.reasons), {"count": added, "event": newest})


def reached(connection: Connection) -> dict[int, Reached]:
    """Return partition -> how far it is applied."""
    return {row.partition: Reached(row.origin, row.arrived) for row in connection.execute(select(REACHED))}


def sums(connection: Connection) -> dict[int, Sums]:
    """Return partition -> what was counted of it."""
    received = _by_partition(connection, LEDGER_INPUT.c.partition, LEDGER_INPUT.c.received)
    events = _by_partition(connection, LEDGER_SOURCE.c.partition, LEDGER_SOURCE.c.events)
    refused = _by_partition(connection, LEDGER_SOURCE.c.partition, LEDGER_SOURCE.c.refused)
    return {
        number: Sums(one.origin, received.get(number, 0), events.get(number, 0), refused.get(number, 0))
        for number, one in reached(connection).items()
    }


def inputs(connection: Connection) -> list[OfInput]:
    """Return what each input has brought, over all partitions."""
    return [OfInput(**row) for row in _grouped(connection, LEDGER_INPUT, ("input",))]


def sources(connection: Connection) -> list[OfSource]:
    """Return what became of it for each source, over all partitions."""
    return [OfSource(**row) for row in _grouped(connection, LEDGER_SOURCE, ("input", "source"))]


def reasons(connection: Connection) -> list[OfReason]:
    """Return why records could not be read, over all partitions."""
    return [OfReason(**row) for row in _grouped(connection, LEDGER_REFUSED, ("input", "source", "reason"))]


def _by_partition(connection: Connection, partition: Any, column: Any) -> dict[int, int]:
    asked = select(partition, func.sum(column)).group_by(partition)
    return {int(row[0]): int(row[1]) for row in connection.execute(asked)}


def _grouped(connection: Connection, table: Any, keys: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Add up all partitions. A sum is a decimal number on PostgreSQL."""
    columns = [column for column in table.c if column.name not in {"partition", *keys}]
    by = [table.c[key] for key in keys]
    asked = select(*by, *(_joined(column) for column in columns)).group_by(*by).order_by(*by)
    for row in connection.execute(asked).mappings():
        yield {name: int(value) if _is_count(name) else value for name, value in row.items()}


def _joined(column: Any) -> Any:
    name = column.name
    join = func.sum if _is_count(name) else func.min if name.startswith("first_") else func.max
    return join(column).label(name)


def _is_count(name: str) -> bool:
    return name in {"frames", *_COUNTED, "canaries", "events", "refused", "count"}


class _Counted:
    """What some frames add, each row once: a key of the table -> its other columns."""

    def __init__(self) -> None:
        self.reached: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.inputs: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.sources: dict[tuple[Any, ...], dict[str, Any]] = {}
        self.reasons: dict[tuple[Any, ...], dict[str, Any]] = {}

    def take(self, frame: Frame) -> None:
        said, partition = frame.signals, frame.partition
        reached = self._join(self.reached, {"partition": partition}, most_of={"origin": frame.origin})
        reached["arrived"] = said.arrived
        if not said.received:
            return
        keys = {"partition": partition, "input": plain(said.input, _MAX_TEXT)}
        span = {"first_arrival": said.arrived}, {"last_arrival": said.arrived}
        counts = {name: getattr(said, name) for name in _COUNTED}
        counts |= {"frames": 1, "canaries": len(said.canaries)}
        self._join(self.inputs, keys, counts, *span)
        for one in said.counts:
            self._source({**keys, "source": plain(one.source, _MAX_TEXT)}, one, said.arrived)
        for refused in said.refused:
            names = {"source": plain(refused.source, _MAX_TEXT), "reason": plain(refused.reason, _MAX_TEXT)}
            row = self._join(self.reasons, {**keys, **names}, {"count": refused.count})
            row["event"] = plain(refused.event, _MAX_TEXT)

    def _source(self, keys: dict[str, Any], one: Count, arrived: float) -> None:
        has_time = bool(one.first or one.last)
        first, last = (one.first, one.last) if has_time else (None, None)
        counts = {"events": one.events, "refused": one.refused}
        least_of = {"first_time": first, "first_arrival": arrived}
        self._join(self.sources, keys, counts, least_of, {"last_time": last, "last_arrival": arrived})

    def _join(
        self,
        table: dict[tuple[Any, ...], dict[str, Any]],
        keys: dict[str, Any],
        counts: dict[str, int] | None = None,
        least_of: dict[str, Any] | None = None,
        most_of: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        row = table.setdefault(tuple(keys.values()), dict(keys))
        for name, value in (counts or {}).items():
            row[name] = row.get(name, 0) + value
        for join, values in ((min, least_of), (max, most_of)):
            for name, value in (values or {}).items():
                known = [one for one in (row.get(name), value) if one is not None]
                row[name] = join(known) if known else None
        return row

    def rows(self, table: dict[tuple[Any, ...], dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the rows in the order of their keys."""
        return [table[key] for key in sorted(table)]
