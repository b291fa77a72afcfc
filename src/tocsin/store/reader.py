"""Answers questions from the table. Each is one read-only statement with bounds on time, memory and the answer."""

from collections.abc import Generator, Sequence
from contextlib import closing
from typing import Any

import pyarrow as pa

from tocsin.errors import DataError, QueryError
from tocsin.model.columns import NORMALISED
from tocsin.model.received import EventId
from tocsin.ports.store import (
    MAX_BARS,
    MAX_BY,
    MAX_GROUPS,
    MAX_ROWS,
    Bar,
    Cursor,
    Freshness,
    Group,
    Histogram,
    Page,
    Question,
    Row,
)
from tocsin.store.database import PATIENCE, Database
from tocsin.store.query.parser import parse
from tocsin.store.query.sql import Compiler, by_id

MAX_ANSWER = 256 << 20
"""Bytes of one answer, in memory."""
EXPORTED = 1_000
"""Events that an export yields at a time."""
BARS = 60
"""Intervals that a histogram has when nobody says how long they are."""
MAX_NAME = 256
"""Characters of the name of a field to group by."""
INTERVALS = tuple(
    seconds * 1_000_000
    for seconds in (
        1, 5, 10, 30, 60, 300, 600, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 604_800, 2_592_000, 31_536_000
    )
)  # fmt: skip
"""Lengths of a histogram's bars, microseconds."""

_ORDER = ("time", "partition", "offset", "`index`", "part")
_NEWEST = ", ".join(f"{name} DESC" for name in _ORDER)
_OWN = (
    "partition, offset, `index`, part, toUnixTimestamp64Micro(time) AS micros, toUnixTimestamp64Micro(arrived) AS arrival, "
    "source, input, retention, refused, fields, raw"
)
_COLUMNS = f"{_OWN}, {', '.join(f'`{name}`' for name in NORMALISED)}"


class Reader:
    """See `EventStore`. query_time: seconds. query_memory: bytes."""

    def __init__(self, database: Database, *, query_time: float = 30.0, query_memory: int = 1 << 30) -> None:
        self._database = database
        # Readonly also refuses table functions that read files or the network. The condition cache would answer
        # from memory what a change of the settings made wrong. Looking for the newest in steps keeps the conditions from
        # being looked at first: measured, a third more time.
        bounds = (
            f"max_memory_usage = {int(query_memory)}, use_query_condition_cache = 0, readonly = 1, use_top_k_dynamic_filtering = 0, "
            f"max_result_bytes = {MAX_ANSWER}, result_overflow_mode = 'throw'"
        )
        self._bounds = f"max_execution_time = {float(query_time)}, {bounds}"
        self._unhurried = bounds.replace(f"max_result_bytes = {MAX_ANSWER}", "max_result_bytes = 0")

    def search(self, question: Question, *, limit: int = 100, after: Cursor | None = None) -> Page:
        """Return a page of events, newest first."""
        limit = min(max(limit, 1), MAX_ROWS)
        asked, where = _where(question)
        if after:
            where = f"({where}) AND {_before(asked, after)}"
        rows = self._rows(_select(_COLUMNS, where, f"ORDER BY {_NEWEST} LIMIT {limit}"), asked)
        last = rows[-1] if len(rows) == limit else None
        return Page(rows, Cursor(last.time, last.id) if last else None)

    def count(self, question: Question) -> int:
        """Return how many events there are."""
        asked, where = _where(question)
        return self._number(_select("count() AS found", where), asked)

    def histogram(self, question: Question, *, interval: int | None = None, by: str = "") -> Histogram:
        """Count by interval and, if asked, by a field's values: the most frequent of those that fit."""
        length = interval if interval is not None else self._interval(question)
        if length < INTERVALS[0]:
            raise QueryError("an interval is a second at least; make it longer")
        asked, where = _where(question)
        value = f"lower({asked.value(_name(by))})" if by else "''"
        table = self._ask(
            _select(
                f"intDiv(toUnixTimestamp64Micro(time), {length}) * {length} AS start, {value} AS value, count() AS found",
                where,
                f"GROUP BY start, value ORDER BY found DESC LIMIT {MAX_BARS * (10 if by else 1)}",
            ),
            asked,
        )
        bars = [Bar(row["start"], _text(row["value"]), row["found"]) for row in table.to_pylist()]
        return Histogram(length, tuple(sorted(bars, key=lambda bar: (bar.start, -bar.count, bar.value))))

    def group(self, question: Question, by: Sequence[str], *, limit: int = 10) -> tuple[Group, ...]:
        """Count by the values of fields."""
        if not 1 <= len(by) <= MAX_BY:
            raise QueryError(f"events are grouped by 1 to {MAX_BY} fields, not by {len(by)}")
        asked, where = _where(question)
        values = ", ".join(f"{asked.value(_name(name))} AS v{number}" for number, name in enumerate(by))
        names = [f"v{number}" for number in range(len(by))]
        table = self._ask(
            _select(
                f"{values}, count() AS found",
                where,
                f"GROUP BY {', '.join(names)} ORDER BY found DESC, {', '.join(names)} LIMIT {min(max(limit, 1), MAX_GROUPS)}",
            ),
            asked,
        )
        return tuple(
            Group(tuple(_text(row[name]) for name in names), row["found"]) for row in table.to_pylist()
        )

    def export(
        self, question: Question, *, limit: int | None = None
    ) -> Generator[tuple[Row, ...], None, None]:
        """Yield all events. It may take as long as its reader takes: only memory is bounded."""
        asked, where = _where(question)
        most = "" if limit is None else f"LIMIT {max(limit, 0)}"
        statement = _select(_COLUMNS, where, most)
        with closing(
            self._database.stream(statement, asked.parameters, self._unhurried, EXPORTED)
        ) as batches:
            for batch in batches:
                for start in range(0, batch.num_rows, EXPORTED):
                    yield rows_of(batch.slice(start, EXPORTED))

    def get(self, event: EventId) -> Row | None:
        """Return one event."""
        asked = Compiler()
        try:
            where = by_id(asked, event)
        except DataError:
            return None
        found = self._rows(_select(_COLUMNS, where, "LIMIT 1"), asked)
        return found[0] if found else None

    def rows(self, partition: int, below: int, since: int = 0) -> int:
        """Count the rows that were stored of some frames; from 0 on with those that retention has dropped since."""
        asked = Compiler()
        number, end = asked.add(str(partition), "UInt16"), asked.add(str(below), "UInt64")
        where = f"partition = {number} AND offset < {end}"
        if since:
            start = asked.add(str(since), "UInt64")
            return self._number(_select("count() AS found", f"{where} AND offset >= {start}"), asked)
        there = self._number(_select("count() AS found", where), asked)
        dropped = f"SELECT sum(rows) AS found FROM tocsin.expired WHERE done AND partition = {number} AND last < {end}"  # noqa: S608 (parameters)
        return there + self._number(dropped, asked)

    def freshness(self, *, patience: float = PATIENCE) -> Freshness:
        """Say how much there is, and how new. patience: seconds to wait for a turn; DeliveryError when there is none."""
        # What parts know of themselves answers this: of a billion events none is read.
        statement = (
            "SELECT count() AS found, toUnixTimestamp64Micro(max(arrived)) AS arrival FROM tocsin.events"
        )
        row = self._database.ask(statement, {}, self._bounds, patience=patience).to_pylist()[0]
        return Freshness(row["found"], row["arrival"])

    def _interval(self, question: Question) -> int:
        asked, where = _where(question)
        table = self._ask(
            _select("toUnixTimestamp64Micro(max(time)) - toUnixTimestamp64Micro(min(time)) AS found", where),
            asked,
        )
        wanted = table.to_pylist()[0]["found"] / BARS
        return next((length for length in INTERVALS if length >= wanted), INTERVALS[-1])

    def _ask(self, statement: str, asked: Compiler) -> pa.Table:
        return self._database.ask(statement, asked.parameters, self._bounds)

    def _number(self, statement: str, asked: Compiler) -> int:
        return int(self._ask(statement, asked)["found"][0].as_py())

    def _rows(self, statement: str, asked: Compiler) -> tuple[Row, ...]:
        return rows_of(self._ask(statement, asked))


def _select(what: str, where: str, rest: str = "") -> str:
    """Return a statement. All of it is our own text: what people write is in parameters, see query/sql.py."""
    # All conditions are looked at before any other column is read; chDB by itself puts off some of them.
    return f"SELECT {what} FROM tocsin.events PREWHERE {where} {rest}"  # noqa: S608 (see above)


def _where(question: Question) -> tuple[Compiler, str]:
    asked = Compiler(question.query)
    conditions = [asked.condition(parse(question.query))]
    if question.since is not None:
        conditions.append(f"time >= {asked.moment(question.since)}")
    if question.until is not None:
        conditions.append(f"time < {asked.moment(question.until)}")
    return asked, " AND ".join(f"({one})" for one in conditions)


def _before(asked: Compiler, after: Cursor) -> str:
    """Return the condition for what comes after a cursor, in the order of a page."""
    one = after.id
    numbers = ((one.partition, 16), (one.offset, 64), (one.index, 32), (one.part, 16))
    values = ", ".join(asked.add(str(value), f"UInt{bits}") for value, bits in numbers)
    time = asked.moment(after.time)
    return f"time <= {time} AND ({', '.join(_ORDER)}) < ({time}, {values})"


def _name(name: str) -> str:
    if not name or len(name) > MAX_NAME or not name.isprintable():
        raise QueryError(f"the name of a field has 1 to {MAX_NAME} printable characters")
    return name


def _text(value: bytes) -> str:
    return value.decode(errors="backslashreplace")


def rows_of(table: pa.Table | pa.RecordBatch) -> tuple[Row, ...]:
    """Return the rows of an answer that has all columns."""
    return tuple(_row(row) for row in table.to_pylist())


def _row(row: dict[str, Any]) -> Row:
    return Row(
        EventId(row["partition"], row["offset"], row["index"], row["part"]),
        row["micros"],
        row["arrival"],
        _text(row["source"]),
        _text(row["input"]),
        _text(row["retention"]),
        _text(row["refused"]),
        {name: found for name in NORMALISED if (found := _plain(row[name])) not in ("", None)},
        {_text(name): _text(value) for name, value in row["fields"]},
        row["raw"],
    )


def _plain(value: bytes | int | None) -> str | int | None:
    return _text(value) if isinstance(value, bytes) else value
