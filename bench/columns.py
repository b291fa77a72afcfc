"""Batches of `work` as Arrow: what a journal frame of columns could hold, in the layouts to choose from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import orjson
import pyarrow as pa

from common import CORE
from tocsin.errors import DataError
from tocsin.line import Outcome, Work
from tocsin.model.event import ABSENT, Value
from tocsin.model.moment import to_epoch
from tocsin.ports.source import Source

NUMBERS = frozenset({"source.port", "destination.port", "http.response.status_code"})
REPETITIVE = (
    frozenset(CORE) - NUMBERS - {"process.command_line", "url.original", "error.message", "file.path"}
)
"""Columns whose values come again and again within a batch."""
_MAP = pa.map_(pa.string(), pa.string())


class Layout(NamedTuple):
    """How columns are laid out. strings: as they are, or as a dictionary of the batch with numbers into it.

    fields: who makes the map of the source's own fields: the worker, the store (from raw), or nobody.
    """

    strings: Literal["plain", "dictionary"]
    fields: Literal["worker", "store", "nobody"]


@dataclass
class Columns:
    """Runs `work` with columns and turns what it leaves into tables."""

    work: Work
    layout: Layout
    times: list[float | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.work.keep = self._note_times

    def _note_times(self, times: Sequence[Value]) -> list[bool]:
        self.times += [to_epoch(time) for time in times]
        return [True] * len(times)

    def outcome(self, source: Source, records: Sequence[bytes]) -> Outcome:
        """Run a batch."""
        self.times.clear()
        return self.work(source, records)

    def table(self, source: Source, records: Sequence[bytes], outcome: Outcome) -> pa.Table:
        """Return the table of a batch that was run just now."""
        raw = [records[row] for row in outcome.rows]
        stamps = [None if time is None else int(time * 1000) for time in self.times]
        columns: dict[str, Any] = {
            "source": pa.array([source.name] * len(raw)).dictionary_encode(),
            "time": pa.array(stamps, pa.timestamp("ms", "UTC")),
            "raw": pa.array(raw, pa.binary()),
        }
        if self.layout.fields == "worker":
            columns["fields"] = _maps(source, raw)
        for name in CORE:
            columns[name] = self._column(name, outcome.columns.get(name) or [ABSENT] * len(raw))
        return pa.table(columns)

    def _column(self, name: str, values: Sequence[Value]) -> Any:
        if name in NUMBERS:
            return pa.array([_number(value) for value in values], pa.uint16())
        column = pa.array([value if type(value) is str else _text(value) for value in values], pa.string())
        wanted = self.layout.strings == "dictionary" and name in REPETITIVE
        return column.dictionary_encode() if wanted else column


def _text(value: Value) -> str | None:
    if value is ABSENT or value is None:
        return None
    return value if isinstance(value, str) else orjson.dumps(value, default=str).decode()


def _number(value: Value) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError):
        return None
    return number if 0 <= number < 65536 else None


def _maps(source: Source, raw: Sequence[bytes]) -> Any:
    keys: list[str] = []
    items: list[str] = []
    ends = [0]
    for record in raw:
        for key, value in _fields(source, record):
            keys.append(key)
            items.append(value)
        ends.append(len(keys))
    found = pa.MapArray.from_arrays(pa.array(ends, pa.int32()), pa.array(keys), pa.array(items))
    return found.cast(_MAP)


def _fields(source: Source, record: bytes) -> Iterator[tuple[str, str]]:
    try:
        fields = source.parse(record)
    except DataError:
        return
    for key, value in fields.items():
        text = value if type(value) is str else _text(value)
        if text is not None:
            yield key, text


def to_frame(table: pa.Table) -> bytes:
    """Return a table as a journal would hold it: an Arrow stream, compressed."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def from_frame(frame: bytes) -> pa.Table:
    """Return the table of a frame."""
    return pa.ipc.open_stream(frame).read_all()
