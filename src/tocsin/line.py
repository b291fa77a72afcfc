"""THE LINE. One batch goes through decode -> normalise -> detect; hunt and the live worker run this.

    records of one source --groups--> rows of one route --table--> columns --partition--> hits --> signals

Stages do not know each other: what each one wants is handed to it here. Everything is a batch: a stage
costs nanoseconds an event, not microseconds.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from msgspec import Struct

from tocsin.detect.engine import Engine, paths_of
from tocsin.detect.keywords import KeywordGuard
from tocsin.detect.partition import Hit, Partition
from tocsin.detect.subject import keyword_texts
from tocsin.errors import DataError
from tocsin.model.event import Path, Value
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.decode import Group, JsonDecoder, LineDecoder, Refused, Table, decoder_of, routing_key
from tocsin.sources.projection import Column

MAX_LANES = 2_000
"""Kinds of event that get a partition of their own."""


class Signal(Struct, frozen=True):
    """A rule was true of a record. row: its place in the batch. fields: (name, value) that made it true."""

    row: int
    hit: Hit
    values: tuple[Value, ...]
    route: Route


@dataclass(slots=True)
class Outcome:
    """What became of a batch: every row is in `columns` or in `refused`, never in both, never in none."""

    events: int = 0
    signals: list[Signal] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    columns: dict[str, list[Value]] = field(default_factory=dict)
    """Normalised name -> value for each kept row, in row order; filled only when columns are asked for."""
    rows: list[int] = field(default_factory=list)
    """The rows that the columns are of."""


@dataclass(slots=True)
class _Lane:
    """One route of one source: its partition, and how its columns are found in the decoded ones."""

    partition: Partition
    route: Route
    wanted: list[tuple[Path, ...]]
    pick: list[tuple[int, ...]]
    """For each column of the partition: one place in `wanted`, two for a pair of fields, none for keywords."""


Keep = Callable[[Sequence[Value]], list[bool] | None]
"""Takes the events' own times; says which events are wanted, None for all (hunt's --since and --until)."""


class Work:
    """Runs batches. Holds what is compiled: make one for a set of rules and keep it.

    normalised: names of the columns that every event leaves behind (none for a hunt).
    """

    def __init__(self, engine: Engine, normalised: Iterable[str] = (), keep: Keep | None = None) -> None:
        self.engine = engine
        self.normalised = tuple(normalised)
        self.keep = keep
        self._decoders: dict[str, JsonDecoder | LineDecoder] = {}
        self._lanes: dict[tuple[str, object], _Lane] = {}
        self._general: list[tuple[str, _Lane]] = []

    def __call__(self, source: Source, records: Sequence[bytes]) -> Outcome:
        """Decode, normalise and detect one batch of records of one source."""
        outcome = Outcome()
        decoder = self._decoders.get(source.name)
        if decoder is None:
            decoder = self._decoders[source.name] = decoder_of(source)
        waiting = decoder.groups(records, outcome.refused)
        while waiting:
            group = waiting.pop()
            lane = self._lane(source, group)
            table = decoder.table(group, records, lane.wanted, id(lane))
            waiting += table.strays
            outcome.refused += table.refused
            self._finish(lane, table, source, records, outcome)
        return outcome

    def _lane(self, source: Source, group: Group) -> _Lane:
        key = (source.name, routing_key(group.route))
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= MAX_LANES:
                return self._general_lane(source, group)
            lane = self._lanes[key] = self._build(source, source.route(group.route), group.known)
        return lane

    def _general_lane(self, source: Source, group: Group) -> _Lane:
        """For values that come ever new (a hostile program name): one lane a route, nothing settled by them."""
        route = source.route(group.route)
        for name, lane in self._general:
            if name == source.name and lane.route == route:
                return lane
        self._general.append((source.name, self._build(source, route, {})))
        return self._general[-1][1]

    def _build(self, source: Source, route: Route, known: Mapping[Path, Value]) -> _Lane:
        partition = self.engine.partition(source, route, known)
        wanted: list[tuple[Path, ...]] = []
        pick = []
        for name in partition.fields:
            places = paths_of(name, source, route)
            pick.append(tuple(range(len(wanted), len(wanted) + len(places))))
            wanted += places
        wanted += [tuple(source.normalised.get(name, (name,))) for name in self.normalised]
        if self.keep:
            wanted.append(source.time)
        return _Lane(partition, route, wanted, pick)

    def _finish(
        self, lane: _Lane, table: Table, source: Source, records: Sequence[bytes], outcome: Outcome
    ) -> None:
        if self.keep:
            _narrow(table, self.keep(table.columns.pop()))
        outcome.events += len(table.rows)
        self._leave_columns(table, outcome)
        columns = [_column(picked, lane.partition.guard, table, source, records) for picked in lane.pick]
        for place, hits in lane.partition.evaluate(columns, len(table.rows)):
            for hit in hits:
                values = tuple([columns[number][place] for number in hit.places])
                outcome.signals.append(Signal(table.rows[place], hit, values, lane.route))

    def _leave_columns(self, table: Table, outcome: Outcome) -> None:
        if self.normalised:
            outcome.rows += table.rows
            for name, column in zip(self.normalised, table.columns[-len(self.normalised) :], strict=True):
                outcome.columns.setdefault(name, []).extend(column)


def _narrow(table: Table, wanted: list[bool] | None) -> None:
    if wanted is not None:
        kept = [place for place, keep in enumerate(wanted) if keep]
        table.rows = [table.rows[place] for place in kept]
        table.columns = [[column[place] for place in kept] for column in table.columns]


def _column(
    picked: tuple[int, ...], guard: KeywordGuard, table: Table, source: Source, records: Sequence[bytes]
) -> Column:
    if len(picked) == 1:
        return table.columns[picked[0]]
    if picked:
        return list(zip(table.columns[picked[0]], table.columns[picked[1]], strict=True))
    return _keyword_column(guard, table, source, records)


def _keyword_column(guard: KeywordGuard, table: Table, source: Source, records: Sequence[bytes]) -> Column:
    """Look into the records that may hold a keyword; the others have nothing to show."""
    column: list[Value] = [()] * len(table.rows)
    places = guard.rows(records, table.rows) if guard.useful else range(len(table.rows))
    for place in places:
        column[place] = _texts(source, records[table.rows[place]])
    return column


def _texts(source: Source, record: bytes) -> Value:
    try:
        fields = source.parse(record) if source.kind is Kind.JSON else {}
    except DataError:
        return ()
    return tuple(keyword_texts(source, fields, record))
