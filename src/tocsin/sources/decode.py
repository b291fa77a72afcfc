"""Records -> tables of columns, one for each route in a batch. Lines are parsed in full; JSON: json_decode.py."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain, groupby
from typing import Any, Protocol, TypeAlias

from tocsin.errors import DataError
from tocsin.model.event import ABSENT, Fields, Path, Value, get
from tocsin.ports.source import ANYWHERE, Source
from tocsin.sources.projection import Column, choose

_COMMON = 8
"""Events that are alike: for fewer it takes less time to look each field up."""

RouteKey: TypeAlias = tuple[Value, ...]
Wanted: TypeAlias = Sequence[tuple[Path, ...]]
Refused: TypeAlias = tuple[int, DataError]
"""(row, why) of a record that is no event of its source."""


class Plan(Protocol):
    """What is wanted of the events of one route: some columns of all, and more of those that look promising."""

    @property
    def first(self) -> Wanted:
        """The columns of every event."""

    @property
    def full(self) -> Wanted:
        """The columns of chosen events."""


@dataclass(slots=True)
class Group:
    """A kind of event. known: what is certain of each: path -> value, ABSENT where there is no such field."""

    route: RouteKey
    known: dict[Path, Value]


Planner: TypeAlias = Callable[[Group], Any]
"""Returns the Plan for a group; the decoder gives it back with the table."""


@dataclass(slots=True)
class Table:
    """Rows of a batch that take one route, with the first columns of their plan.

    marked: places in `rows` whose records hold one of the texts that the decoder was told to mind.
    full(places): the full columns of the rows at these places.
    events: all fields of each row, when the decoder read them anyway.
    """

    plan: Any
    rows: list[int]
    columns: list[Column]
    full: Callable[[Sequence[int]], list[Column]]
    marked: list[int] = field(default_factory=list)
    events: list[Fields] = field(default_factory=list)


class Decoder(Protocol):
    """Takes batches of one source apart."""

    def tables(self, records: Sequence[bytes], plan: Planner, refused: list[Refused]) -> Iterator[Table]:
        """Yield the tables of a batch; every record is in one of them or in `refused`."""


@dataclass(slots=True)
class _Alike:
    """Events of one route that have the same fields in the same order: their values are columns already."""

    route: RouteKey
    rows: list[int] = field(default_factory=list)
    events: list[Fields] = field(default_factory=list)


class LineDecoder:
    """For sources of lines: every record is parsed once, by the source."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def tables(self, records: Sequence[bytes], plan: Planner, refused: list[Refused]) -> Iterator[Table]:
        """Parse all records and sort them by route; of one route, events that are alike come together."""
        groups: dict[object, tuple[Group, list[_Alike]]] = {}
        for alike in self._parsed(records, refused):
            entry = groups.get(key := routing_key(alike.route))
            if entry is None:
                known = dict(zip(self.source.route_by, alike.route, strict=True))
                entry = groups[key] = (Group(alike.route, known), [])
            entry[1].append(alike)
        for group, kinds in groups.values():
            yield self._table(plan(group), kinds)

    def _parsed(self, records: Sequence[bytes], refused: list[Refused]) -> Iterable[_Alike]:
        found: dict[object, _Alike] = {}
        parse, route_by = self.source.parse, self.source.route_by
        look = get if self.source.maps == ANYWHERE else _plain
        for row, record in enumerate(records):
            try:
                fields = parse(record)
            except DataError as error:
                refused.append((row, error))
                continue
            route = tuple([look(fields, path) for path in route_by])
            # The types keep 1 and true apart.
            key: object = (route, tuple(map(type, route)), tuple(fields))
            try:
                alike = found.get(key)
            except TypeError:  # a route of lists or maps
                alike = found.get(key := (routing_key(route), tuple(fields)))
            if alike is None:
                alike = found[key] = _Alike(route)
            alike.rows.append(row)
            alike.events.append(fields)
        return found.values()

    def _table(self, plan: Plan, kinds: list[_Alike]) -> Table:
        events = [fields for alike in kinds for fields in alike.events]

        def full(places: Sequence[int]) -> list[Column]:
            return self._picked([events[place] for place in places], plan.full)

        rows = [row for alike in kinds for row in alike.rows]
        return Table(plan, rows, self._columns(kinds, plan.first), full, events=events)

    def _columns(self, kinds: list[_Alike], wanted: Wanted) -> list[Column]:
        parts: list[list[Column]] = []
        for common, run in groupby(kinds, key=lambda alike: len(alike.rows) >= _COMMON):
            if common:
                parts += [self._turned(alike.events, wanted) for alike in run]
            else:
                parts.append(self._picked([fields for alike in run for fields in alike.events], wanted))
        return parts[0] if len(parts) == 1 else [list(chain(*pieces)) for pieces in zip(*parts, strict=True)]

    def _turned(self, events: list[Fields], wanted: Wanted) -> list[Column]:
        """Turn the values of events with the same fields into columns, all at once."""
        names = events[0]
        if not names.keys().isdisjoint(self._maps(events)):
            return self._picked(events, wanted)
        columns = dict(zip(names, zip(*map(dict.values, events), strict=True), strict=True))
        nothing = [ABSENT] * len(events)
        return [next((columns[path] for path in paths if path in names), nothing) for paths in wanted]

    def _maps(self, events: list[Fields]) -> Collection[Path]:
        if self.source.maps != ANYWHERE:
            return self.source.maps
        return {name for fields in events for name in _nest(fields)}

    def _picked(self, events: list[Fields], wanted: Wanted) -> list[Column]:
        maps = self._maps(events)
        return [choose([_values(events, path, maps) for path in paths]) for paths in wanted]


def _plain(fields: Fields, path: Path) -> Value:
    return fields.get(path, ABSENT)


def _nest(fields: Fields) -> list[str]:
    return [name for name, value in fields.items() if isinstance(value, dict | list)]


def _values(events: list[Fields], path: Path, maps: Collection[Path]) -> Column:
    """Look a field up by its full name, or inside the map that its name leads into."""
    if any(path.startswith(f"{name}.") for name in maps):
        return [get(fields, path) for fields in events]
    return [fields.get(path, ABSENT) for fields in events]


def routing_key(route: RouteKey) -> object:
    """Return a key that keeps 1, "1" and true apart and takes any value, hashable or not."""
    if all(type(value) is str for value in route):
        return route
    return tuple(
        (type(value), value if isinstance(value, str | int | float) else repr(value)) for value in route
    )
