"""Frames of columns as one table, and how it gets into the store."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import pyarrow as pa

from tocsin.errors import DataError
from tocsin.model.columns import NORMALISED, NUMBERS, OWN
from tocsin.model.received import Context
from tocsin.model.unreadable import UNREADABLE
from tocsin.ports.journal import Frame
from tocsin.store.database import Database
from tocsin.store.schema import MAX_FIELDS

MAX_ROWS_OF_FRAME = 1_000_000
"""Events of one frame; more is no frame that a worker makes."""

_TYPES = {"timestamp[us]": pa.timestamp("us"), "binary": pa.binary()} | {
    name: pa.type_for_alias(name) for name in ("uint16", "uint32", "string")
}
_ADDED = {
    "partition": pa.uint16(),
    "offset": pa.uint64(),
    "arrived": pa.timestamp("us"),
    "input": pa.string(),
    "retention": pa.string(),
}
"""What the store adds to a frame's own columns."""
_NEEDED = ("index", "part", "source", "raw")
_GIVEN = frozenset({*OWN, *NORMALISED})
_SCHEMA = pa.schema(
    [
        *_ADDED.items(),
        *((name, _TYPES[kind]) for name, kind in OWN.items()),
        *((name, pa.uint32() if name in NUMBERS else pa.string()) for name in NORMALISED),
    ]
)
_context = msgspec.msgpack.Decoder(Context)


class FrameId(NamedTuple):
    """The frame of events that rows come from: what their ids begin with."""

    partition: int
    offset: int


def origin_of(frame: Frame) -> FrameId:
    """Return where its events come from; raises DataError."""
    if frame.origin is None:
        raise DataError("frame of columns without an origin")
    return FrameId(frame.origin.partition, frame.origin.offset)


def table_of(frame: Frame) -> pa.Table:
    """Return a frame's rows with the columns of the store that it has; raises DataError when it is no such frame."""
    origin = origin_of(frame)
    try:
        context = _context.decode(frame.meta)
        read = pa.ipc.open_stream(frame.payload).read_all()
        read.validate(full=True)
        names = [name for name in read.column_names if name in _GIVEN]
        columns = [_column(name, read.column(name)) for name in names]
        added = (origin.partition, origin.offset, frame.arrived // 1_000, context.input, context.retention)
        for name, value in zip(_ADDED, added, strict=True):
            columns.append(pa.repeat(pa.scalar(value, _SCHEMA.field(name).type), read.num_rows))
    except (
        pa.ArrowException,
        OSError,
        ValueError,
        TypeError,
        OverflowError,
        LookupError,
        *UNREADABLE,
    ) as error:
        raise DataError("no frame of columns", str(error)[:200]) from None
    missing = [name for name in _NEEDED if name not in names]
    if missing:
        raise DataError("no frame of columns", f"without {', '.join(missing)}")
    if read.num_rows > MAX_ROWS_OF_FRAME or len(set(names)) < len(names):
        raise DataError("no frame of columns", f"{read.num_rows:,} rows, columns {', '.join(names)}"[:200])
    return pa.Table.from_arrays(columns, names=[*names, *_ADDED])


def _column(name: str, given: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return a column with the type that the store takes it with. Most have it already."""
    wanted = _SCHEMA.field(name).type
    if given.type == wanted:
        return given
    if pa.types.is_dictionary(given.type):
        given = given.cast(given.type.value_type)
    if pa.types.is_timestamp(given.type) and given.type.tz is not None:
        given = given.cast(pa.timestamp(given.type.unit))
    return given.cast(wanted)


def _given(name: str) -> str:
    return f"`{name}`" if name in NUMBERS else f"ifNull(`{name}`, '')"


_NAMED = ", ".join(f"`{name}`" for name in NORMALISED)
_VALUES = ", ".join(_given(name) for name in NORMALISED)
# A time before 1970 is a hostile one: no log is older.
_TIME = "if(isNull(time) OR toUnixTimestamp64Micro(assumeNotNull(time)) < 0, arrived, assumeNotNull(time))"
_PAIRS = f"arraySlice(JSONExtractKeysAndValues(assumeNotNull(raw), 'String'), 1, {MAX_FIELDS})"
_SAID = f"arraySlice(JSONExtractKeysAndValues(ifNull(said, ''), 'String'), 1, {MAX_FIELDS})"
_FIELDS = (
    f"CAST((arrayMap(pair -> pair.1, arrayConcat({_PAIRS}, {_SAID}) AS pairs), "
    "arrayMap(pair -> pair.2, pairs)), 'Map(String, String)')"
)
# One thread, one block: so the same frames are the same block, and the token covers each part of it.
_INSERT = (
    f"INSERT INTO tocsin.events (partition, offset, `index`, part, arrived, time, input, source, retention, refused, {_NAMED}, "  # noqa: S608 (our own names)
    f"fields, raw) SELECT partition, offset, `index`, part, arrived, {_TIME}, input, ifNull(source, ''), retention, ifNull(refused, ''), "
    f"{_VALUES}, {_FIELDS}, ifNull(raw, '') FROM Python(block) SETTINGS max_threads = 1, max_insert_threads = 1, "
    "max_partitions_per_insert_block = 0, max_block_size = 10000000, min_insert_block_size_rows = 10000000, "
    "min_insert_block_size_bytes = 4000000000, max_insert_block_size = 10000000, "
)


def insert(database: Database, tables: Iterable[pa.Table], token: str | None) -> int:
    """Insert tables as one block; return the rows. token: of letters, digits, - and _; a block with one that is there is not inserted."""
    # Columns that a frame has not are filled with nulls.
    block = pa.concat_tables([_SCHEMA.empty_table(), *tables], promote_options="default").combine_chunks()
    rows: int = block.num_rows
    if rows:
        settings = f"insert_deduplication_token = '{token}'" if token else "insert_deduplicate = 0"
        database.insert(f"{_INSERT}{settings}", block)
    return rows
