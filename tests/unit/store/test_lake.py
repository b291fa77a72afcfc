"""Days that are over become Parquet files, once, and again when they have got more rows."""

from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from store_samples import ARRIVED, Filled, event
from tocsin.errors import DeliveryError
from tocsin.model.received import Context
from tocsin.store.lake import GRACE, export, path_of
from tocsin.store.retention import Day

OVER = datetime(2026, 11, 19, tzinfo=UTC).timestamp() + GRACE
STANDARD = Day("standard", date(2026, 11, 18))


def test_a_day_that_is_over_is_a_file(fresh: Filled, tmp_path: Path) -> None:
    lake = tmp_path / "lake"
    fresh.load([event('{"a": 1}', user__name="al", source__port=22), event(b"\xff", user__name=None)])
    fresh.load([event()], context=Context("hook", retention="../it's"))
    fresh.load([event()], arrived=ARRIVED + 86_400_000_000)
    assert export(fresh.database, lake, OVER - 1) == ()
    assert {str(path.relative_to(lake)) for path in export(fresh.database, lake, OVER)} == {
        "retention=standard/day=2026-11-18/part.parquet",
        "retention=..%2Fit%27s/day=2026-11-18/part.parquet",
    }
    assert export(fresh.database, lake, OVER) == ()
    first, second = sorted(
        pq.ParquetFile(path_of(lake, STANDARD)).read().to_pylist(), key=lambda row: str(row["id"])
    )
    assert (first["id"], first["user.name"], first["source.port"], first["fields"]) == (
        "0-0-0",
        "al",
        22,
        [("a", "1")],
    )
    assert first["raw"] == b'{"a": 1}'
    assert first["arrived"] == datetime.fromtimestamp(ARRIVED / 1e6, UTC)
    assert (second["id"], second["user.name"], second["raw"], second["refused"]) == (
        "0-0-1",
        None,
        b"\xff",
        None,
    )


def test_a_file_is_written_anew_when_its_day_has_changed_or_it_is_spoiled(
    fresh: Filled, tmp_path: Path
) -> None:
    path = path_of(tmp_path, STANDARD)
    fresh.load([event()])
    assert export(fresh.database, tmp_path, OVER) == (path,)
    fresh.load([event()])
    assert export(fresh.database, tmp_path, OVER) == (path,)
    assert pq.read_metadata(path).num_rows == 2
    path.write_bytes(b"PAR1")
    assert export(fresh.database, tmp_path, OVER) == (path,)
    assert [one.name for one in path.parent.iterdir()] == ["part.parquet"]


def test_a_folder_that_cannot_be_written_is_told(fresh: Filled, tmp_path: Path) -> None:
    fresh.load([event()])
    (tmp_path / "file").write_text("")
    with pytest.raises(DeliveryError, match="file"):
        export(fresh.database, tmp_path / "file", OVER)
