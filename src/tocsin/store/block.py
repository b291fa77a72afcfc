"""Frames of columns as one table, and how it gets into the store."""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec
import pyarrow as pa

from tocsin.errors import DataError
from tocsin.model.columns import NORMALISED, NUMBERS, OWN
from tocsin.model.received import Context
from tocsin.ports.journal import Frame
from tocsin.store.database import Database
from tocsin.store.schema import MAX_FIELDS

MAX_ROWS_OF_FRAME = 1_000_000
"""Events of one frame; more is no frame that a worker makes."""

_TYPES = {"timestamp[us]": pa.timestamp("us"), "binary": pa.large_binary()} | {
    name: pa.type_for_alias(name) for name in ("uint16", "uint32", "string")
}
_SCHEMA = pa.schema(
    [
        ("partition", pa.uint16()),
        ("offset", pa.uint64()),
        ("arrived", pa.timestamp("us")),
        ("input", pa.string()),
        ("retention", pa.string()),
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
    """Return a frame's rows with all columns of the store but `fields`; raises DataError when it is no such frame."""
    partition, offset = origin_of(frame)
    try:
        context = _context.decode(frame.meta)
        read = pa.ipc.open_stream(frame.payload).read_all()
        read.validate(full=True)
        given = {name: read.column(name) for name in read.column_names if name in _SCHEMA.names}
        rows = read.num_rows
        added = {
            "partition": partition,
            "offset": offset,
            "arrived": frame.arrived // 1_000,
            "input": context.input,
            "retention": context.retention,
        }
        columns = [_column(field, added.get(field.name, given.get(field.name)), rows) for field in _SCHEMA]
    except (pa.ArrowException, msgspec.MsgspecError, OSError, ValueError, TypeError, OverflowError) as error:
        raise DataError("no frame of columns", str(error)[:200]) from None
    missing = [name for name in ("index", "part", "source", "raw") if name not in given]
    if missing or rows > MAX_ROWS_OF_FRAME:
        raise DataError(
            "no frame of columns", f"without {', '.join(missing)}" if missing else f"{rows:,} rows"
        )
    return pa.Table.from_arrays(columns, schema=_SCHEMA)


def _column(field: pa.Field, given: pa.ChunkedArray | int | str | None, rows: int) -> pa.Array:
    if isinstance(given, int | str):
        return pa.repeat(pa.scalar(given, field.type), rows)
    if given is None:
        return pa.nulls(rows, field.type)
    kind = given.type.value_type if pa.types.is_dictionary(given.type) else given.type
    plain = given.cast(kind) if kind != given.type else given
    if pa.types.is_timestamp(kind) and kind.tz is not None:
        plain = plain.cast(pa.timestamp(kind.unit))
    return plain.cast(field.type)


def _given(name: str) -> str:
    return f"`{name}`" if name in NUMBERS else f"ifNull(`{name}`, '')"


_NAMED = ", ".join(f"`{name}`" for name in NORMALISED)
_VALUES = ", ".join(_given(name) for name in NORMALISED)
# A time before 1970 is a hostile one: no log is older.
_TIME = "if(isNull(time) OR toUnixTimestamp64Micro(assumeNotNull(time)) < 0, arrived, assumeNotNull(time))"
_FIELDS = (
    f"CAST((arrayMap(pair -> pair.1, arraySlice(JSONExtractKeysAndValues(assumeNotNull(raw), 'String') AS pairs, 1, {MAX_FIELDS})), "
    f"arrayMap(pair -> pair.2, arraySlice(pairs, 1, {MAX_FIELDS}))), 'Map(String, String)')"
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
    block = pa.concat_tables([_SCHEMA.empty_table(), *tables]).combine_chunks()
    rows: int = block.num_rows
    if rows:
        settings = f"insert_deduplication_token = '{token}'" if token else "insert_deduplicate = 0"
        database.insert(f"{_INSERT}{settings}", block)
    return rows
