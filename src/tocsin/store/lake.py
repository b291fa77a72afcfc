"""The open lake: days that are over, each a Parquet file that any tool reads.

FOLDER/retention=standard/day=2026-11-18/part.parquet. A file is written anew when its day has got more rows since
(a worker that was behind); so it does not matter when somebody looks. Files stay when the store's retention drops the day.
"""

import os
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import DeliveryError
from tocsin.model.columns import NORMALISED, NUMBERS
from tocsin.store import durable
from tocsin.store.database import Database
from tocsin.store.parquet import SCHEMA
from tocsin.store.retention import Day

GRACE = 3_600
"""Seconds after the end of a day before it is exported: what arrived last must get into the store first."""
GROUP = 50_000
"""Rows of a group of a file."""


def export(database: Database, folder: Path, now: float) -> tuple[Path, ...]:
    """Write the days that are over and have no file, or one with fewer or more rows; return the files.

    now: seconds since 1970. Raises DeliveryError when the folder cannot be written.
    """
    try:
        return tuple(
            _write(database, folder, day)
            for day, rows in sorted(_sizes(database).items())
            if _over(day, now) and rows != _written(path_of(folder, day))
        )
    except OSError as error:
        raise DeliveryError(f"{folder}: {error.strerror or error}", retryable=True) from None


def path_of(folder: Path, day: Day) -> Path:
    """Return the file of a day."""
    return folder / f"retention={quote(day.retention, safe='')}" / f"day={day.day}" / "part.parquet"


def _over(day: Day, now: float) -> bool:
    end = datetime.combine(day.day, time(), UTC) + timedelta(days=1, seconds=GRACE)
    return now >= end.timestamp()


def _sizes(database: Database) -> dict[Day, int]:
    asked = database.ask(
        "SELECT retention, toDate(arrived) AS day, count() AS found FROM tocsin.events GROUP BY retention, day",
        {},
        "readonly = 1, output_format_arrow_date_as_uint16 = 0",
    )
    return {Day(row["retention"].decode(), row["day"]): row["found"] for row in asked.to_pylist()}


def _written(path: Path) -> int | None:
    """Return the rows of a file, None if there is none that can be read."""
    try:
        rows: int = pq.read_metadata(path).num_rows
    except (OSError, pa.ArrowException):
        return None
    return rows


def _text(name: str) -> str:
    return f"nullIf(toValidUTF8(`{name}`), '') AS `{name}`"


_SELECTED = ", ".join(
    [
        "concat(toString(partition), '-', toString(offset), '-', toString(`index`), if(part = 0, '', concat('.', toString(part)))) AS id",
        "time",
        "arrived",
        *map(_text, ("source", "input", "retention", "refused")),
        *(f"`{name}`" if name in NUMBERS else _text(name) for name in NORMALISED),
        "mapApply((name, value) -> (toValidUTF8(name), toValidUTF8(value)), fields) AS fields",
        "raw",
    ]
)


def _write(database: Database, folder: Path, day: Day) -> Path:
    path = path_of(folder, day)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}.new")
    batches = database.stream(
        f"SELECT {_SELECTED} FROM tocsin.events AS event "  # noqa: S608 (our own text)
        "WHERE event.retention = {retention:String} AND toDate(event.arrived) = {day:Date}",
        {"retention": day.retention, "day": str(day.day)},
        "readonly = 1, use_query_condition_cache = 0",
        GROUP,
    )
    with pq.ParquetWriter(fresh, SCHEMA, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(pa.Table.from_batches([batch]).cast(SCHEMA))
    durable.sync(fresh)
    fresh.replace(path)
    for made in (path.parent, path.parent.parent, folder):
        durable.sync(made)
    return path
