"""Records -> groups of one route -> columns. JSON is decoded with projection, lines are parsed in full."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, NamedTuple

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
    """Rows of a batch that take one route.

    known: what is certain of each row: path -> value, ABSENT where they have no such field.
    parsed: their fields, where those are read already.
    """

    route: RouteKey
    rows: list[int]
    known: dict[Path, Value]
    parsed: list[Fields] = field(default_factory=list)


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
                group = found[key] = Group(route, [], dict(zip(route_by, route, strict=True)))
            group.rows.append(row)
            group.parsed.append(fields)
        return list(found.values())

    def table(self, group: Group, _: Sequence[bytes], wanted: Wanted, __: object) -> Table:
        """Return the columns of a group."""
        return Table(group.rows, [_column(group.parsed, paths) for paths in wanted])


def _column(events: list[Fields], paths: tuple[Path, ...]) -> Column:
    if len(paths) == 1 and "." not in paths[0]:
        only = paths[0]
        return [fields.get(only, ABSENT) for fields in events]
    return [first(fields, paths) for fields in events]


def routing_key(route: RouteKey) -> object:
    """Return a key that keeps 1, "1" and true apart and takes any value, hashable or not."""
    if all(type(value) is str for value in route):
        return route
    return tuple(
        (type(value), value if isinstance(value, str | int | float) else repr(value)) for value in route
    )


class _Guess(NamedTuple):
    """What a glance at a record tells: its route, what of it must be checked, and a field it should have."""

    route: RouteKey
    known: dict[Path, Value]
    witness: Path | None


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
        self.guesses: dict[tuple[bytes, ...], _Guess] = {}
        self.witnesses: dict[object, Path | None] = {}
        self.projections: dict[object, Projection] = {}

    def groups(self, records: Sequence[bytes], refused: list[Refused]) -> list[Group]:  # noqa: ARG002
        """Sort the records by what their route seems to be. (What is refused shows in `table`.)"""
        glance = _glance_at_two if len(self.needles) == 2 else _glance_at
        found: dict[tuple[bytes, ...], list[int]] = {}
        for row, hint in enumerate(map(glance, records, repeat(self.needles))):
            rows = found.get(hint)
            if rows is None:
                found[hint] = [row]
            else:
                rows.append(row)
        merged: dict[object, Group] = {}
        for hint, rows in found.items():
            guess = self._guess(hint, records[rows[0]])
            key = routing_key(guess.route)
            self.witnesses.setdefault(key, guess.witness)
            merged.setdefault(key, Group(guess.route, [], guess.known)).rows.extend(rows)
        return list(merged.values())

    def _guess(self, hint: tuple[bytes, ...], record: bytes) -> _Guess:
        guess = self.guesses.get(hint)
        if guess is None:
            if len(self.guesses) >= MAX_HINTS:
                self.guesses.clear()
                self.witnesses.clear()
            guess = self.guesses[hint] = self._look(record)
        return guess

    def _look(self, record: bytes) -> _Guess:
        try:
            fields = self.source.parse(record)
        except DataError:
            fields = {}
        values = tuple(get(fields, path) for path in self.source.route_by)
        witness = next((path for path in self.source.witnesses if get(fields, path) is not ABSENT), None)
        return _Guess(*self._essence(values), witness)

    def _essence(self, values: RouteKey) -> tuple[RouteKey, dict[Path, Value]]:
        """Drop what the route does not depend on: if the glance tells something, it tells all."""
        known = dict(zip(self.source.route_by, values, strict=True))
        if self.source.glance:
            glanced = {path: known[path] for path in self.glance}
            essence = tuple(glanced.get(path, ABSENT) for path in self.source.route_by)
            if self.source.route(essence) != self.nothing:
                return essence, glanced
        return values, known

    def table(self, group: Group, records: Sequence[bytes], wanted: Wanted, plan: object) -> Table:
        """Decode a group's records; plan identifies `wanted`, so that its Struct is made once."""
        witness = self.witnesses.get(routing_key(group.route))
        certain = [*group.known, *([witness] if witness else [])]
        projection = self.projections.get(plan)
        if projection is None:
            if len(self.projections) >= MAX_HINTS:
                self.projections.clear()
            projection = self.projections[plan] = Projection([*((path,) for path in certain), *wanted])
        table = Table(group.rows, [])
        decoded = self._decode(projection, group, records, table)
        columns = projection.columns(decoded)
        if self.source.witnesses and decoded and (not witness or ABSENT in columns[len(group.known)]):
            self._complete(projection, decoded, columns[len(group.known)] if witness else (), table, records)
            columns = projection.columns(decoded)
        table.columns = columns[len(certain) :]
        if decoded and not all(map(_is_all, columns, group.known.values())):
            self._set_strays_aside(table, group, records)
        return table

    def _complete(
        self, projection: Projection, decoded: list[Any], seen: Column, table: Table, records: Sequence[bytes]
    ) -> None:
        """Decode again, from what the source's parser makes of it, each record whose fields are packed away."""
        for place, row in enumerate(table.rows):
            if not seen or seen[place] is ABSENT:
                try:
                    decoded[place] = _decode_fields(projection, self.source.parse(records[row]))
                except DataError:
                    continue  # what projection read of it stands

    def _decode(
        self, projection: Projection, group: Group, records: Sequence[bytes], table: Table
    ) -> list[Any]:
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
            return _decode_fields(projection, self.source.parse(record))

    def _set_strays_aside(self, table: Table, group: Group, records: Sequence[bytes]) -> None:
        expected = routing_key(group.route)
        strays: dict[object, Group] = {}
        kept = []
        for place, row in enumerate(table.rows):
            guess = self._look(records[row])
            if (key := routing_key(guess.route)) == expected:
                kept.append(place)
            else:
                self.witnesses.setdefault(key, guess.witness)
                strays.setdefault(key, Group(guess.route, [], guess.known)).rows.append(row)
        table.strays = list(strays.values())
        table.rows = [table.rows[place] for place in kept]
        table.columns = [[column[place] for place in kept] for column in table.columns]


def _decode_fields(projection: Projection, fields: Fields) -> Any:
    try:
        return projection.decode(msgspec.json.encode(fields))
    except (msgspec.MsgspecError, RecursionError, UnicodeError) as error:
        raise DataError("not decodable", type(error).__name__) from None


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
