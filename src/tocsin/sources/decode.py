"""Records -> groups of one route -> columns. JSON is decoded with projection, lines are parsed in full."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any

import msgspec

from tocsin.errors import DataError
from tocsin.model.event import ABSENT, Fields, Path, Value, first, get
from tocsin.ports.source import Kind, Source
from tocsin.sources.projection import Column, Projection

RouteKey = tuple[Value, ...]
Wanted = Sequence[tuple[Path, ...]]
Refused = tuple[int, DataError]
"""(row, why) of a record that is no event of its source."""

MAX_HINTS = 20_000


@dataclass(slots=True)
class Group:
    """Rows of a batch that take one route; `parsed` holds their fields where those are known already."""

    route: RouteKey
    rows: list[int]
    parsed: list[Fields] | None = None


@dataclass(slots=True)
class Table:
    """The wanted columns of a group's rows; `refused` and `strays` are the rows that are not in it."""

    rows: list[int]
    columns: list[Column]
    refused: list[Refused] = field(default_factory=list)
    strays: list[Group] = field(default_factory=list)


class LineDecoder:
    """For sources of lines: every record is parsed once, by the source."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def groups(self, records: Sequence[bytes], refused: list[Refused]) -> list[Group]:
        """Parse all records and sort them by route."""
        found: dict[object, Group] = {}
        parse, route_by = self.source.parse, self.source.route_by
        for row, record in enumerate(records):
            try:
                fields = parse(record)
            except DataError as error:
                refused.append((row, error))
                continue
            route = tuple([get(fields, path) for path in route_by])
            group = found.get(key := routing_key(route))
            if group is None:
                group = found[key] = Group(route, [], [])
            group.rows.append(row)
            group.parsed.append(fields)  # type: ignore[union-attr]
        return list(found.values())

    def table(self, group: Group, _: Sequence[bytes], wanted: Wanted, __: object) -> Table:
        """Return the columns of a group."""
        events = group.parsed or []
        return Table(group.rows, [_column(events, paths) for paths in wanted])


def _column(events: list[Fields], paths: tuple[Path, ...]) -> Column:
    if len(paths) == 1 and "." not in paths[0]:
        only = paths[0]
        return [fields.get(only, ABSENT) for fields in events]
    return [first(fields, paths) for fields in events]


def routing_key(route: RouteKey) -> object:
    """Return a key that keeps 1, "1" and true apart and takes any value, hashable or not."""
    if all(type(value) is str for value in route):
        return route
    return tuple((type(value), value if isinstance(value, str | int | float) else repr(value)) for value in route)


class JsonDecoder:
    """For sources of JSON: a glance at the raw bytes guesses the route, decoding confirms it.

    The guess picks the Struct to decode with; the route's own fields are decoded too, and rows whose
    guess was wrong come back as strays with their true route.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.glance = source.glance or source.route_by
        self.needles = [b'"' + path.rsplit(".", 1)[-1].encode() + b'":' for path in self.glance]
        self.nothing = source.route((ABSENT,) * len(source.route_by))
        self.guesses: dict[tuple[bytes, ...], RouteKey] = {}
        self.projections: dict[object, Projection] = {}

    def groups(self, records: Sequence[bytes], refused: list[Refused]) -> list[Group]:  # noqa: ARG002
        """Sort the records by what their route seems to be. (What is refused shows in `table`.)"""
        if not self.needles:
            return [Group((), list(range(len(records))))]
        found: dict[tuple[bytes, ...], list[int]] = {}
        for row, hint in enumerate(map(_glance_at_two if len(self.needles) == 2 else _glance_at, records, repeat(self.needles))):
            rows = found.get(hint)
            if rows is None:
                found[hint] = [row]
            else:
                rows.append(row)
        merged: dict[object, Group] = {}
        for hint, rows in found.items():
            route = self._guess(hint, records[rows[0]])
            group = merged.setdefault(routing_key(route), Group(route, []))
            group.rows += rows
        return list(merged.values())

    def _guess(self, hint: tuple[bytes, ...], record: bytes) -> RouteKey:
        route = self.guesses.get(hint)
        if route is None:
            if len(self.guesses) >= MAX_HINTS:
                self.guesses.clear()
            route = self.guesses[hint] = self._true_route(record)
        return route

    def _true_route(self, record: bytes) -> RouteKey:
        try:
            fields = self.source.parse(record)
        except DataError:
            return (ABSENT,) * len(self.source.route_by)
        return self._essence(tuple(get(fields, path) for path in self.source.route_by))

    def _essence(self, values: RouteKey) -> RouteKey:
        """Drop what the route does not depend on: if the glance tells something, it tells all."""
        if self.glance == self.source.route_by:
            return values
        seen = tuple(
            value if path in self.glance else ABSENT for path, value in zip(self.source.route_by, values, strict=True)
        )
        return seen if self.source.route(seen) != self.nothing else values

    def table(self, group: Group, records: Sequence[bytes], wanted: Wanted, plan: object) -> Table:
        """Decode a group's records; plan identifies `wanted`, so that its Struct is made once."""
        projection = self.projections.get(plan)
        if projection is None:
            if len(self.projections) >= MAX_HINTS:
                self.projections.clear()
            projection = self.projections[plan] = Projection([*((path,) for path in self._checked(group)), *wanted])
        table = Table(group.rows, [])
        decoded = self._decode(projection, group, records, table)
        columns = projection.columns(decoded)
        checked = self._checked(group)
        table.columns = columns[len(checked) :]
        if decoded and not all(map(_is_all, columns[: len(checked)], _values(group, self.source, checked))):
            self._set_strays_aside(table, group, records)
        return table

    def _checked(self, group: Group) -> tuple[Path, ...]:
        """Return the fields that must be as guessed: those of the glance, or all if it tells nothing."""
        essential = self.glance != self.source.route_by and group.route == self._essence(group.route)
        told = any(
            value is not ABSENT and path not in self.glance
            for path, value in zip(self.source.route_by, group.route, strict=True)
        )
        return self.glance if essential and not told else self.source.route_by

    def _decode(self, projection: Projection, group: Group, records: Sequence[bytes], table: Table) -> list[Any]:
        decode = projection.decode
        try:
            return [decode(records[row]) for row in group.rows]
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            pass
        decoded: list[Any] = []
        table.rows = []
        for row in group.rows:
            try:
                decoded.append(self._decode_one(projection, records[row]))
                table.rows.append(row)
            except DataError as error:
                table.refused.append((row, error))
        return decoded

    def _decode_one(self, projection: Projection, record: bytes) -> Any:
        try:
            return projection.decode(record)
        except (msgspec.MsgspecError, RecursionError, UnicodeError):
            # Not as the fast decoder wants it: broken, or merely badly encoded. The source's parser says which.
            fields = self.source.parse(record)
        try:
            return projection.decode(msgspec.json.encode(fields))
        except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
            raise DataError("not decodable", type(error).__name__) from None

    def _set_strays_aside(self, table: Table, group: Group, records: Sequence[bytes]) -> None:
        expected = routing_key(group.route)
        strays: dict[object, Group] = {}
        kept = []
        for place, row in enumerate(table.rows):
            route = self._true_route(records[row])
            if (key := routing_key(route)) == expected:
                kept.append(place)
            else:
                strays.setdefault(key, Group(route, [])).rows.append(row)
        table.strays = list(strays.values())
        table.rows = [table.rows[place] for place in kept]
        table.columns = [[column[place] for place in kept] for column in table.columns]


def _values(group: Group, source: Source, paths: tuple[Path, ...]) -> list[Value]:
    known = dict(zip(source.route_by, group.route, strict=True))
    return [known[path] for path in paths]


def _glance_at_two(record: bytes, needles: list[bytes]) -> tuple[bytes, ...]:
    """The commonest case of `_glance_at`, spelt out: this runs once an event."""
    one, two = needles
    at = record.find(one) + len(one)
    to = record.find(two) + len(two)
    return (
        record[at : record.find(b'"', at + 1)] if record[at : at + 1] == b'"' else record[at : at + 6],
        record[to : record.find(b'"', to + 1)] if record[to : to + 1] == b'"' else record[to : to + 6],
    )


def _glance_at(record: bytes, needles: list[bytes]) -> tuple[bytes, ...]:
    return tuple([_after(record, needle) for needle in needles])


def _after(record: bytes, needle: bytes) -> bytes:
    at = record.find(needle) + len(needle)
    return record[at : record.find(b'"', at + 1)] if record[at : at + 1] == b'"' else record[at : at + 6]


def _is_all(column: Column, value: Value) -> bool:
    """Tell whether every value of the column is this one (and of its type: 1 is not true)."""
    if column.count(value) != len(column):
        return False
    return isinstance(value, str) or value is ABSENT or set(map(type, column)) == {type(value)}


def decoder_of(source: Source) -> LineDecoder | JsonDecoder:
    """Return the decoder for a source's kind."""
    return JsonDecoder(source) if source.kind is Kind.JSON else LineDecoder(source)
