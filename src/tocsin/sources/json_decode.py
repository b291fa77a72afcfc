"""JSON records -> tables. A glance guesses the route, decoding with that route's projection confirms it."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec

from tocsin.errors import DataError
from tocsin.model.event import ABSENT, Path, Value, get
from tocsin.ports.source import Source
from tocsin.sources.decode import Group, Planner, Refused, RouteKey, Table, Wanted, routing_key
from tocsin.sources.glance import Glance, Hint, Seen
from tocsin.sources.projection import Column, Projection

MAX_HINTS = 20_000
_REFUSALS = (msgspec.MsgspecError, RecursionError, UnicodeError)


class _Kind(NamedTuple):
    """What a glance tells of a record. witness: a field that shows that its fields are not packed away."""

    group: Group
    witness: Path | None

    @property
    def certain(self) -> list[Path]:
        """The fields that decoding must confirm."""
        return [*self.group.known, *([self.witness] if self.witness else [])]


class _Entry:
    """The records of a batch that seem to be of one kind, decoded. packed: rows read through the parser."""

    __slots__ = ("decode", "decoded", "kind", "marked", "packed", "plan", "projection", "rows")

    def __init__(self, kind: _Kind, plan: Any, projection: Projection) -> None:
        self.kind = kind
        self.plan = plan
        self.projection = projection
        self.decode = projection.decode
        self.rows: list[int] = []
        self.decoded: list[Any] = []
        self.marked: list[int] = []
        self.packed: set[int] = set()

    def mark(self, row: int) -> None:
        """Mark a row of those in order, if it is here: its record may have been refused."""
        place = bisect_left(self.rows, row)
        if self.rows[place : place + 1] == [row]:
            self.marked.append(place)


class JsonDecoder:
    """Decodes only the fields that are wanted of each route. words: see Table.marked."""

    def __init__(self, source: Source, words: Sequence[bytes] = ()) -> None:
        self.source = source
        self.seen = source.glance or source.route_by
        keys = [path.rsplit(".", 1)[-1].encode() for path in self.seen]
        self.glance = Glance(keys, words) if keys or words else None
        self.nothing = source.route((ABSENT,) * len(source.route_by))
        self.kinds: dict[Hint, _Kind] = {}
        self.projections: dict[tuple[int, str], tuple[Any, Projection]] = {}

    def tables(self, records: Sequence[bytes], plan: Planner, refused: list[Refused]) -> Iterator[Table]:
        """Yield the tables of a batch."""
        yield from _Batch(self, records, plan, refused).tables()

    def kind(self, hint: Hint, record: bytes) -> _Kind:
        """Return what kind of event a hint stands for; its first record tells."""
        kind = self.kinds.get(hint)
        if kind is None:
            if len(self.kinds) >= MAX_HINTS:
                self.kinds.clear()
            kind = self.kinds[hint] = self.look(record)
        return kind

    def look(self, record: bytes) -> _Kind:
        """Return what kind of event a record is, reading it in full."""
        try:
            fields = self.source.parse(record)
        except DataError:
            fields = {}
        values = tuple(get(fields, path) for path in self.source.route_by)
        witness = next((path for path in self.source.witnesses if get(fields, path) is not ABSENT), None)
        return _Kind(self._essence(values), witness)

    def _essence(self, values: RouteKey) -> Group:
        """Drop what the route does not depend on: if the glance tells something, it tells all."""
        known = dict(zip(self.source.route_by, values, strict=True))
        if self.source.glance:
            glanced = {path: known[path] for path in self.seen}
            essence = tuple(glanced.get(path, ABSENT) for path in self.source.route_by)
            if self.source.route(essence) != self.nothing:
                return Group(essence, glanced)
        return Group(values, known)

    def projection(self, plan: Any, use: str, wanted: Wanted) -> Projection:
        """Return the projection for a use of a plan, made once."""
        found = self.projections.get((id(plan), use))
        # The plan is kept with what was made for it: an id alone may come to mean another plan.
        if found is None or found[0] is not plan:
            if len(self.projections) >= MAX_HINTS:
                self.projections.clear()
            found = self.projections[id(plan), use] = (plan, Projection(wanted))
        return found[1]

    def decode(self, projection: Projection, record: bytes, *, packed: bool = False) -> Any:
        """Decode a record; raises DataError when it cannot be, by any way."""
        if not packed:
            try:
                return projection.decode(record)
            except _REFUSALS:
                pass  # not as the fast decoder wants it: broken, or merely badly encoded. The parser says which
        fields = self.source.parse(record)
        try:
            return projection.decode(msgspec.json.encode(fields))
        except _REFUSALS as error:
            raise DataError("not decodable", type(error).__name__) from None


class _Batch:
    """One batch on its way through a decoder."""

    def __init__(
        self, decoder: JsonDecoder, records: Sequence[bytes], plan: Planner, refused: list[Refused]
    ) -> None:
        self.decoder = decoder
        self.records = records
        self.plan = plan
        self.refused = refused
        self.entries: dict[object, _Entry] = {}
        self.strays: dict[object, _Entry] = {}

    def tables(self) -> Iterator[Table]:
        self._read()
        for entry in self.entries.values():
            yield self._table(entry)
        for entry in self.strays.values():  # their kind was looked up, not guessed: they cannot stray again
            yield self._table(entry)

    def _read(self) -> None:
        by_hint: dict[Hint, _Entry] = {}
        glance = self.decoder.glance
        seen = glance.over(self.records) if glance else Seen([()] * len(self.records), [])
        for row, (record, hint) in enumerate(zip(self.records, seen.hints, strict=True)):
            entry = by_hint.get(hint)
            if entry is None:
                entry = by_hint[hint] = self._entry(self.decoder.kind(hint, record), self.entries)
            try:
                decoded = entry.decode(record)
            except _REFUSALS:
                self._add(entry, row)
                continue
            entry.rows.append(row)
            entry.decoded.append(decoded)
        for row in seen.marked:
            by_hint[seen.hints[row]].mark(row)

    def _add(self, entry: _Entry, row: int) -> bool:
        try:
            decoded = self.decoder.decode(entry.projection, self.records[row])
        except DataError as error:
            self.refused.append((row, error))
            return False
        entry.rows.append(row)
        entry.decoded.append(decoded)
        return True

    def _entry(self, kind: _Kind, entries: dict[object, _Entry]) -> _Entry:
        key = (routing_key(kind.group.route), kind.witness)
        entry = entries.get(key)
        if entry is None:
            plan = self.plan(kind.group)
            wanted = [*((path,) for path in kind.certain), *plan.first]
            entry = entries[key] = _Entry(
                kind, plan, self.decoder.projection(plan, "/".join(kind.certain), wanted)
            )
        return entry

    def _table(self, entry: _Entry) -> Table:
        known = entry.kind.group.known
        columns = entry.projection.columns(entry.decoded)
        if self.decoder.source.witnesses and entry.decoded:
            seen = columns[len(known)] if entry.kind.witness else None
            if seen is None or ABSENT in seen:
                self._complete(entry, seen)
                columns = entry.projection.columns(entry.decoded)
        table = Table(entry.plan, entry.rows, columns[len(entry.kind.certain) :], _nothing, entry.marked)
        if entry.decoded and not all(map(_is_all, columns, known.values())):
            self._set_strays_aside(entry, table)
        rows = table.rows
        table.full = lambda places: self._full(entry, [rows[place] for place in places])
        return table

    def _full(self, entry: _Entry, rows: Sequence[int]) -> list[Column]:
        projection = self.decoder.projection(entry.plan, "full", entry.plan.full)
        decoded = []
        for row in rows:
            try:
                decoded.append(self.decoder.decode(projection, self.records[row], packed=row in entry.packed))
            except DataError:  # it was readable for fewer fields: those decide nothing by themselves
                decoded.append(projection.decode(b"{}"))
        return projection.columns(decoded)

    def _complete(self, entry: _Entry, seen: Column | None) -> None:
        """Decode again, from what the source's parser makes of it, each record whose fields are packed away."""
        for place, row in enumerate(entry.rows):
            if seen is None or seen[place] is ABSENT:
                try:
                    entry.decoded[place] = self.decoder.decode(
                        entry.projection, self.records[row], packed=True
                    )
                except DataError:
                    continue  # what projection read of it stands
                entry.packed.add(row)

    def _set_strays_aside(self, entry: _Entry, table: Table) -> None:
        expected = routing_key(entry.kind.group.route)
        marked = set(table.marked)
        kept = []
        for place, row in enumerate(entry.rows):
            kind = self.decoder.look(self.records[row])
            if routing_key(kind.group.route) == expected:
                kept.append(place)
            else:
                stray = self._entry(kind, self.strays)
                if self._add(stray, row) and place in marked:
                    stray.marked.append(len(stray.rows) - 1)
        table.marked = [new for new, place in enumerate(kept) if place in marked]
        table.rows = [entry.rows[place] for place in kept]
        table.columns = [[column[place] for place in kept] for column in table.columns]


def _nothing(_: Sequence[int]) -> list[Column]:
    return []


def _is_all(column: Column, value: Value) -> bool:
    """Tell whether every value of the column is this one (and of its type: 1 is not true)."""
    if column.count(value) != len(column):
        return False
    if isinstance(value, list | dict):  # [1] == [True]
        return set(map(repr, column)) == {repr(value)}
    return isinstance(value, str) or value is ABSENT or set(map(type, column)) == {type(value)}
