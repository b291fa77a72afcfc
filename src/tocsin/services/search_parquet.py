"""Events as a Parquet file, as `tocsin search --export` writes it."""

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import pyarrow as pa
import pyarrow.parquet as pq

from tocsin.errors import ConfigError, DeliveryError
from tocsin.ports.store import Row
from tocsin.store.parquet import SCHEMA


class Writer:
    """A file beside its place until all is written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._fresh = path.with_name(f".{path.name}.{os.getpid()}.part")

    def __enter__(self) -> Self:
        try:
            self._writer = pq.ParquetWriter(self._fresh, SCHEMA, compression="zstd")
        except OSError as error:
            raise ConfigError(f"{self._path}: cannot be written: {error.strerror or error}") from None
        return self

    def write(self, rows: Sequence[Row]) -> None:
        """Write a group of rows."""
        try:
            self._writer.write_table(pa.Table.from_pylist([_record(row) for row in rows], SCHEMA))
        except OSError as error:
            raise DeliveryError(
                f"{self._path}: cannot be written: {error.strerror or error}", retryable=False
            ) from None

    def __exit__(self, kind: object, *_: object) -> None:
        self._writer.close()
        if kind is None:
            self._fresh.replace(self._path)
        self._fresh.unlink(missing_ok=True)


def _record(row: Row) -> dict[str, object]:
    return {
        "id": str(row.id),
        "time": row.time,
        "arrived": row.arrived,
        "source": row.source,
        "input": row.input,
        "retention": row.retention,
        "refused": row.refused or None,
        **row.values,
        "fields": list(row.fields.items()),
        "raw": row.raw,
    }
