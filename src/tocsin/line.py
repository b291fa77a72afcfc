"""THE LINE. One batch goes through decode -> normalise -> detect; hunt and the live worker run this.

    records of one source --decode--> a table a route --promising?--> full columns --evaluate--> signals

Stages do not know each other: what each one wants is handed to it here. Everything is a batch: a stage
costs nanoseconds an event, not microseconds. Most events are ruled out by a few columns (the partition's
pivots); only the others are decoded further.
"""

import gc
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from msgspec import Struct

from tocsin.detect.engine import Engine, paths_of
from tocsin.detect.keywords import KeywordGuard, stand_ins
from tocsin.detect.partition import Hit, Partition
from tocsin.detect.sieve import Sieve
from tocsin.detect.subject import keyword_texts
from tocsin.errors import DataError
from tocsin.model.event import Fields, Path, Value
from tocsin.ports.source import Kind, Route, Source
from tocsin.sources.decode import Decoder, Group, LineDecoder, Refused, Table, routing_key
from tocsin.sources.json_decode import JsonDecoder
from tocsin.sources.projection import Column

WATCH = 1_000
"""Events of a lane after which it is known how much of it passes its sieve."""
EVENT_TIME = "@timestamp"
"""The normalised name under which an event's own time is asked for, as the log wrote it."""
MAX_LANES = 2_000
"""Kinds of event that get a partition of their own."""


def settle() -> None:
    """Set the collector up for batches, once rules are loaded: they stay, and batches make no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


class Signal(Struct, frozen=True):
    """A rule was true of a record. row: its place in the batch. values: of hit.fields, one for each."""

    row: int
    hit: Hit
    values: tuple[Value, ...]
    route: Route


@dataclass(slots=True)
class Outcome:
    """What became of a batch: every record is an event, or refused, or outside of what was to be kept."""

    events: int = 0
    signals: list[Signal] = field(default_factory=list)
    parsed: dict[int, Fields] = field(default_factory=dict)
    """Row of a signal -> all fields of its record, when they were read anyway."""
    refused: list[Refused] = field(default_factory=list)
    columns: dict[str, list[Value]] = field(default_factory=dict)
    """Normalised name -> value for each event, in the order of `rows`: of what was asked for, what the source has."""
    rows: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Lane:
    """One route of one source: its partition, and which columns are wanted for it when.

    always: columns of every event that are not for detection. full: those for detection, of events that
    pass the sieve. pick: for each column of the partition its places in `full`: one, two for a pair of
    fields, none for keywords. guard: for keywords that the decoder's marks do not cover.
    """

    partition: Partition
    route: Route
    always: list[tuple[Path, ...]]
    full: list[tuple[Path, ...]]
    pick: list[tuple[int, ...]]
    guard: KeywordGuard | None
    sieve: Sieve
    seen: int = 0
    passed: int = 0
    settled: bool = False
    """No sieve is sharper."""

    def __post_init__(self) -> None:
        pivots = self.sieve.pivots
        self.first = [*(self.full[self.pick[number][0]] for number in pivots), *self.always]
        wanted = [number for number, places in enumerate(self.pick) if places]
        # Where the sieve looks at all there is, nothing needs to be decoded again.
        whole = len(pivots) == len(self.full)
        self.reuse = [pivots.index(number) for number in wanted] if whole else None

    def sharper(self) -> "Lane | None":
        """Return the lane with a sharper sieve, if too much passes this one and a sharper one is to be had."""
        if self.settled or self.seen < WATCH or self.passed * 10 < self.seen:
            return None
        sieve = self.sieve.sharper()
        self.settled = sieve is None
        return replace(self, sieve=sieve, seen=0, passed=0) if sieve else None


Keep = Callable[[Sequence[Value]], list[bool]]
"""Takes the events' own times; says which events are wanted (hunt's --since and --until)."""


class Work:
    """Runs batches. Holds what is compiled: make one for a set of rules and keep it.

    normalised: names of the columns that every event leaves behind (none for a hunt).
    """

    def __init__(self, engine: Engine, normalised: Iterable[str] = (), keep: Keep | None = None) -> None:
        self.engine = engine
        self.normalised = tuple(normalised)
        self.keep = keep
        self._decoders: dict[str, tuple[Decoder, frozenset[object]]] = {}
        self._lanes: dict[tuple[str, object], Lane] = {}
        self._general: dict[object, Lane] = {}

    def __call__(self, source: Source, records: Sequence[bytes]) -> Outcome:
        """Decode, normalise and detect one batch of records of one source."""
        outcome = Outcome()
        decoder, _ = self._decoder(source)
        for table in decoder.tables(records, lambda group: self._lane(source, group), outcome.refused):
            self._normalise(table, source, outcome)
            self._detect(table, source, records, outcome)
        return outcome

    def _asked(self, source: Source) -> list[str]:
        """Return the columns that events of a source leave behind."""
        return [name for name in self.normalised if name == EVENT_TIME or name in source.normalised]

    def _normalise(self, table: Table, source: Source, outcome: Outcome) -> None:
        """Leave the normalised columns; let go of events that are not to be kept."""
        if self.keep:
            _narrow(table, self.keep(table.columns.pop()))
        outcome.events += len(table.rows)
        if self.normalised:
            outcome.rows += table.rows
            for name in reversed(self._asked(source)):
                outcome.columns.setdefault(name, []).extend(table.columns.pop())

    def _detect(self, table: Table, source: Source, records: Sequence[bytes], outcome: Outcome) -> None:
        lane: Lane = table.plan
        spoken = self._spoken(lane, table, records)
        look = lane.sieve.look(table.columns, len(table.rows))
        places = look.passed
        lane.seen += len(table.rows)
        lane.passed += len(places)
        if spoken:
            places = sorted({*places, *spoken})
        if not places:
            return
        full = _pick(table.columns, lane.reuse, places) if lane.reuse is not None else table.full(places)
        rows = [table.rows[place] for place in places]
        texts = (
            _keyword_column(source, records, rows, [place in spoken for place in places]) if spoken else None
        )
        columns = [_column(picked, full, texts or [()] * len(places)) for picked in lane.pick]
        known = {
            pivot: [classes[place] for place in places]
            for pivot, classes in zip(lane.sieve.pivots, look.classes, strict=False)
        }
        for at, hits in lane.partition.evaluate(columns, len(places), known):
            if hits and table.events:
                outcome.parsed[rows[at]] = table.events[places[at]]
            for hit in hits:
                values = tuple([columns[number][at] for number in hit.places])
                outcome.signals.append(Signal(rows[at], hit, values, lane.route))

    def _spoken(self, lane: Lane, table: Table, records: Sequence[bytes]) -> set[int]:
        """Return the places of records that may hold a keyword."""
        if not lane.partition.keywords:
            return set()
        marked = {*table.marked, *(lane.guard.places(records, table.rows) if lane.guard else ())}
        may_hold = lane.partition.keyword_filter.may_hold
        return {place for place in marked if may_hold(records[table.rows[place]])}

    def _decoder(self, source: Source) -> tuple[Decoder, frozenset[object]]:
        found = self._decoders.get(source.name)
        if found is None:
            tests = self.engine.keywords_of(source) if source.kind is Kind.JSON else []
            words = stand_ins(tests)
            decoder: Decoder = JsonDecoder(source, words) if source.kind is Kind.JSON else LineDecoder(source)
            found = self._decoders[source.name] = (decoder, frozenset(tests if words else ()))
        return found

    def _lane(self, source: Source, group: Group) -> Lane:
        key = (source.name, routing_key(group.route))
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= MAX_LANES:
                return self._general_lane(source, group)
            lane = self._lanes[key] = self._build(source, source.route(group.route), group.known)
        elif sharper := lane.sharper():
            lane = self._lanes[key] = sharper
        return lane

    def _general_lane(self, source: Source, group: Group) -> Lane:
        """For values that come ever new (a hostile service name): nothing is settled by them.

        Routes share a lane when the same rules concern them and fields are called alike.
        """
        route = source.route(group.route)
        named = (id(route.aliases), id(route.values) if route.values else 0)
        key = (source.name, self.engine.concerned(route), named)
        lane = self._general.get(key)
        if lane is None:
            if len(self._general) >= MAX_LANES:
                self._general.clear()
            lane = self._general[key] = self._build(source, route, {})
        return lane

    def _build(self, source: Source, route: Route, known: Mapping[Path, Value]) -> Lane:
        partition = self.engine.partition(source, route, known)
        full: list[tuple[Path, ...]] = []
        pick = []
        for name in partition.fields:
            places = paths_of(name, source, route)
            pick.append(tuple(range(len(full), len(full) + len(places))))
            full += places
        always = [
            source.time if name == EVENT_TIME else tuple(source.normalised[name])
            for name in self._asked(source)
        ]
        if self.keep:
            always.append(source.time)
        _, covered = self._decoder(source)
        others = [test for test in partition.keywords if test not in covered]
        guard = KeywordGuard(others, plain=source.kind is Kind.LINE) if others else None
        return Lane(partition, route, always, full, pick, guard, Sieve(partition))


def _narrow(table: Table, wanted: list[bool]) -> None:
    kept = [place for place, keep in enumerate(wanted) if keep]
    inner, marked = table.full, set(table.marked)
    table.full = lambda places: inner([kept[place] for place in places])
    table.marked = [new for new, place in enumerate(kept) if place in marked]
    table.rows = [table.rows[place] for place in kept]
    table.events = [table.events[place] for place in kept] if table.events else []
    table.columns = [[column[place] for place in kept] for column in table.columns]


def _pick(columns: list[Column], numbers: list[int], places: list[int]) -> list[Column]:
    return [[columns[number][place] for place in places] for number in numbers]


def _column(picked: tuple[int, ...], full: list[Column], texts: Column) -> Column:
    if len(picked) == 1:
        return full[picked[0]]
    return list(zip(full[picked[0]], full[picked[1]], strict=True)) if picked else texts


def _keyword_column(source: Source, records: Sequence[bytes], rows: list[int], spoken: list[bool]) -> Column:
    return [_texts(source, records[row]) if look else () for row, look in zip(rows, spoken, strict=True)]


def _texts(source: Source, record: bytes) -> Value:
    try:
        fields = source.parse(record) if source.kind is Kind.JSON else {}
    except DataError:
        return ()
    return tuple(keyword_texts(source, fields, record))
