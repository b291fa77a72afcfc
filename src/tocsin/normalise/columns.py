"""Normalised columns of a batch -> Arrow, as the store takes them (model/columns.py)."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple

import orjson
import pyarrow as pa
import pyarrow.compute as pc

from tocsin.model.columns import NORMALISED, NUMBERS, OWN
from tocsin.model.event import ABSENT, Value

MAX_TEXT = 8_192
"""Characters of a normalised column's value that the store gets a column for; `raw` has all of it."""
_BIGGEST = 2**32
_TYPES = {name: pa.type_for_alias(kind.split("[")[0]) for name, kind in OWN.items() if "[" not in kind}
_TIME = pa.timestamp("us")
_NAMES = frozenset(NORMALISED)
_SPOKEN = _NAMES | {"@timestamp"}


class Spot(NamedTuple):
    """Where an event stands: in which frame of a batch, which record of it, which event of that."""

    frame: int
    record: int
    part: int


class Rows(NamedTuple):
    """Events of one source, or records that were refused for one reason. All lists are of one length.

    times: seconds since 1970, None without one. refused: the reason, or empty. said: for each event what its protocol
    says of it; empty: of none anything.
    """

    source: str
    spots: Sequence[Spot]
    raw: Sequence[bytes]
    times: Sequence[float | None]
    columns: Mapping[str, Sequence[Value]]
    refused: str = ""
    said: Sequence[Mapping[str, Value]] = ()


def streams(batch: Sequence[Rows], frames: int) -> list[bytes | None]:
    """Return the Arrow streams of the frames that a batch was joined from; None for one that has no row.

    What no row of a frame has is left out of its stream. Columns are made for the batch: for each frame alone it
    would take twice as long.
    """
    if not batch:
        return [None] * frames
    joined = pa.concat_tables([_table(rows) for rows in batch], promote_options="default").combine_chunks()
    numbers = pa.array([spot.frame for rows in batch for spot in rows.spots], pa.uint32())
    order = pc.array_sort_indices(numbers)  # stable: rows of one source stay together, and compress better
    ordered, places = joined.take(order), numbers.take(order).to_pylist()
    ends = [bisect_right(places, frame) for frame in range(frames)]
    return [
        _stream(ordered.slice(begin, end - begin)) if end > begin else None
        for begin, end in pairwise([0, *ends])
    ]


def _stream(rows: Any) -> bytes:
    size = rows.num_rows
    frame = rows.select([name for name in rows.column_names if name in OWN or rows[name].null_count < size])
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_stream(sink, frame.schema, options=options) as writer:
        writer.write_table(frame)
    return bytes(sink.getvalue())


def _table(rows: Rows) -> Any:
    size = len(rows.spots)
    stamps = [None if time is None else int(time * 1e6) for time in rows.times]
    columns: dict[str, Any] = {
        "index": pa.array([spot.record for spot in rows.spots], _TYPES["index"]),
        "part": pa.array([spot.part for spot in rows.spots], _TYPES["part"]),
        "source": pa.repeat(rows.source, size),
        "time": pa.array(stamps, pa.int64()).view(_TIME),
        "refused": pa.repeat(rows.refused, size) if rows.refused else pa.nulls(size, pa.string()),
        "raw": pa.array(rows.raw, pa.binary()),
    }
    named = rows.columns
    if any(rows.said):
        named = _with_said(rows)
        columns["said"] = pa.array([_beside(one) for one in rows.said], pa.string())
    for name, values in named.items():
        if values.count(ABSENT) < size:
            columns[name] = _numbers(values) if name in NUMBERS else _texts(values)
    return pa.table(columns)


def _with_said(rows: Rows) -> Mapping[str, Sequence[Value]]:
    """Return the normalised columns, with what the protocol says where a record says nothing."""
    names = dict.fromkeys(name for one in rows.said for name in one if name in _NAMES)
    missing = [ABSENT] * len(rows.said)
    filled = {
        name: [
            one.get(name, ABSENT) if value is ABSENT or value is None else value
            for value, one in zip(rows.columns.get(name, missing), rows.said, strict=True)
        ]
        for name in names
    }
    return {**rows.columns, **filled}


def _beside(said: Mapping[str, Value]) -> str | None:
    """Return what has no column of its own."""
    left = {name: value for name, value in said.items() if name not in _SPOKEN}
    return _written(left) if left else None


def _numbers(values: Sequence[Value]) -> Any:
    return pa.array([_number(value) for value in values], pa.uint32())


def _number(value: Value) -> int | None:
    try:
        number = int(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if 0 <= number < _BIGGEST else None


def _texts(values: Sequence[Value]) -> Any:
    made = [value if type(value) is str and len(value) <= MAX_TEXT else _text(value) for value in values]
    try:
        return pa.array(made, pa.string())
    except UnicodeEncodeError:  # halves of surrogate pairs: no encoding has them
        return pa.array([_encodable(text) for text in made], pa.string())


def _text(value: Value) -> str | None:
    if value is ABSENT or value is None:
        return None
    if isinstance(value, str):
        return value[:MAX_TEXT]
    if isinstance(value, list) and len(value) == 1:
        return _text(value[0])
    return _written(value)[:MAX_TEXT]


_dump = partial(orjson.dumps, default=str)


def _written(value: Value) -> str:
    try:
        return _dump(value).decode()
    except TypeError:  # half a surrogate pair in it, or an integer beyond 64 bits
        return str(value)


def _encodable(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode()
