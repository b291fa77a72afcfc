"""Normalised columns of a batch -> Arrow, as the store takes them (model/columns.py)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import orjson
import pyarrow as pa

from tocsin.model.columns import NUMBERS, OWN
from tocsin.model.event import ABSENT, Value

MAX_TEXT = 8_192
"""Characters of a normalised column's value that the store gets a column for; `raw` has all of it."""
_BIGGEST = 2**32
_TYPES = {name: pa.type_for_alias(kind.split("[")[0]) for name, kind in OWN.items() if "[" not in kind}
_TIME = pa.timestamp("us")


class Rows(NamedTuple):
    """Events of one source, or records that were refused for one reason. All lists are of one length.

    places: (index, part) of each. times: seconds since 1970, None without one. refused: the reason, or empty.
    """

    source: str
    places: Sequence[tuple[int, int]]
    raw: Sequence[bytes]
    times: Sequence[float | None]
    columns: Mapping[str, Sequence[Value]]
    refused: str = ""


def stream(batch: Sequence[Rows]) -> bytes:
    """Return all rows as one Arrow stream; what a part does not have is null in its rows."""
    tables = [_table(rows) for rows in batch]
    joined = pa.concat_tables(tables, promote_options="default").combine_chunks()
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="lz4", use_threads=False)
    with pa.ipc.new_stream(sink, joined.schema, options=options) as writer:
        writer.write_table(joined)
    return bytes(sink.getvalue())


def _table(rows: Rows) -> Any:
    size = len(rows.places)
    stamps = [None if time is None else int(time * 1e6) for time in rows.times]
    columns: dict[str, Any] = {
        "index": pa.array([index for index, _ in rows.places], _TYPES["index"]),
        "part": pa.array([part for _, part in rows.places], _TYPES["part"]),
        "source": pa.repeat(rows.source, size),
        "time": pa.array(stamps, pa.int64()).view(_TIME),
        "refused": pa.repeat(rows.refused, size) if rows.refused else pa.nulls(size, pa.string()),
        "raw": pa.array(rows.raw, pa.binary()),
    }
    for name, values in rows.columns.items():
        if values.count(ABSENT) < size:
            columns[name] = _numbers(values) if name in NUMBERS else _texts(values)
    return pa.table(columns)


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
