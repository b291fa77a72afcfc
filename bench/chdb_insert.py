"""Arrow batches of `work` into chDB: which layout of columns, and how many events at a time.

chdb comes with `scripts/setup --dev`; it may as well be in an environment of its own, on PYTHONPATH.
"""

import importlib.util
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from importlib import import_module
from itertools import pairwise
from typing import Any, NamedTuple

from columns import NUMBERS, REPETITIVE, Columns, Layout, from_frame, to_frame
from common import CORE, Report, Size, fresh, options, otrf_files, rules_of
from events import made
from tocsin.detect.engine import Engine
from tocsin.line import Work, settle
from tocsin.ports.source import Source
from tocsin.services.packs import BUILT_IN
from tocsin.sources import catalog

EVENTS: dict[Size, int] = {"tiny": 1_000, "quick": 20_000, "full": 60_000}
RUNS: dict[Size, int] = {"tiny": 1, "quick": 1, "full": 3}
SIZES = (500, 1_000, 10_000)
LAYOUTS = tuple(
    Layout(strings, fields) for fields in ("worker", "store", "nobody") for strings in ("plain", "dictionary")
)
DATA = {"made-up CloudTrail": "cloudtrail", "OTRF recordings": "windows_flat"}


class Figures(NamedTuple):
    """Microseconds of processor an event: the line itself, making Arrow, the frame; then the store's side."""

    work: float
    arrow: float
    frame: float
    insert: float
    rate: float
    frame_bytes: float
    stored_bytes: float


def main() -> None:
    """Measure every layout and size in fresh processes and report."""
    given = options(__doc__ or "")
    if importlib.util.find_spec("chdb") is None:
        sys.exit("chdb is not here: `scripts/setup --dev`, or have it on PYTHONPATH")
    report = Report("Store insert", given)
    size: Size = given.size
    report.note(
        f"{EVENTS[size]:,} events; a table with {len(CORE)} normalised columns (numbers as UInt16, repetitive strings "
        "as LowCardinality), time, source, Map(String, String) of the source's own top-level fields, raw in ZSTD with "
        "a token index; MergeTree by day with a deduplication window. One core for all, background merges included; "
        f"{RUNS[size]} fresh processes, medians. Microseconds are of processor time an event. Insert, events/s: on "
        "the clock, from a frame's bytes to the answer of the INSERT, one INSERT a frame."
    )
    for title, name in DATA.items():
        rows = [
            [f"{layout.fields}", layout.strings, f"{batch:,}", *_cells(name, layout, batch, size)]
            for layout in LAYOUTS
            for batch in SIZES
        ]
        report.note(f"{title}:")
        head = ["map made by", "strings", "batch", "work, µs", "Arrow, µs", "frame, µs", "insert, µs"]
        report.table([*head, "insert, events/s", "frame, bytes", "stored, bytes"], rows)
    report.finish()


def _cells(name: str, layout: Layout, batch: int, size: Size) -> list[str]:
    runs = [fresh(measure, name, layout, batch, EVENTS[size]) for _ in range(RUNS[size])]
    middle = Figures(*(statistics.median(values) for values in zip(*runs, strict=True)))
    times = [middle.work, middle.arrow, middle.frame, middle.insert]
    return [*(f"{one:.1f}" for one in times), *(f"{one:,.0f}" for one in middle[4:])]


def events_of(name: str, count: int) -> list[bytes]:
    """Return events of a source: recorded ones for Windows, made-up ones for the others."""
    if name != "windows_flat":
        return list(made(name, count))
    return [line for lines in otrf_files().values() for line in lines][:count]


def measure(name: str, layout: Layout, batch: int, count: int) -> Figures:
    """Run events into frames, then frames into a table."""
    source = catalog()[name]
    records = events_of(name, count)
    work = Work(Engine(rules_of(BUILT_IN)), CORE)
    columns = Columns(work, layout)
    warm = records[:100]
    to_frame(columns.table(source, warm, columns.outcome(source, warm)))  # imports what is imported late
    settle()
    frames, seconds = frames_of(columns, source, records, batch)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(folder, layout)
        store.insert(frames[0])
        started, clock = time.process_time(), time.perf_counter()
        for frame in frames:
            store.insert(frame)
        taken, wall = time.process_time() - started, time.perf_counter() - clock
        if store.rows() != count + min(batch, count):
            raise RuntimeError("not all rows arrived, or not with their fields")
        stored = store.size() / store.rows()
        store.session.close()
    line, arrow, framing, insert = (one / count * 1e6 for one in (*seconds, taken))
    return Figures(line, arrow, framing, insert, count / wall, sum(map(len, frames)) / count, stored)


def frames_of(
    columns: Columns, source: Source, records: Sequence[bytes], batch: int
) -> tuple[list[bytes], tuple[float, float, float]]:
    """Return the frames, and the seconds for the line, for Arrow and for the frames."""
    frames: list[bytes] = []
    spent = [0.0, 0.0, 0.0]
    for at in range(0, len(records), batch):
        part = records[at : at + batch]
        clock = [time.process_time()]
        outcome = columns.outcome(source, part)
        clock.append(time.process_time())
        table = columns.table(source, part, outcome)
        clock.append(time.process_time())
        frames.append(to_frame(table))
        clock.append(time.process_time())
        spent = [
            total + after - before for total, (before, after) in zip(spent, pairwise(clock), strict=True)
        ]
    return frames, (spent[0], spent[1], spent[2])


class Store:
    """A table in chDB."""

    def __init__(self, folder: str, layout: Layout) -> None:
        self.session: Any = import_module("chdb.session").Session(folder)
        self.layout = layout
        self.session.query("CREATE DATABASE bench")
        self.session.query(_table())
        names = ["source", "time", "raw", *(["fields"] if layout.fields == "worker" else []), *CORE]
        listed = ", ".join(f"`{name}`" for name in names)
        into, taken = (", fields", _FROM_RAW) if layout.fields == "store" else ("", "")
        self.statement = (
            f"INSERT INTO bench.events ({listed}{into}) SELECT {listed}{taken} FROM Python(frame)"  # noqa: S608 (our own names)
        )

    def insert(self, content: bytes) -> None:
        """Insert one frame; chDB finds the table by the name of the variable."""
        frame = from_frame(content)
        self.session.query(self.statement)
        del frame

    def rows(self) -> int:
        """Return how many rows there are; those whose map is empty where it should not be do not count."""
        every, full = map(int, str(self.session.query(_ROWS, "CSV")).split(","))
        return every if self.layout.fields == "nobody" else full

    def size(self) -> int:
        """Return how many bytes the table takes."""
        query = "SELECT sum(bytes_on_disk) FROM system.parts WHERE active AND table = 'events'"
        return int(str(self.session.query(query, "TSV")))


_ROWS = "SELECT count(), countIf(notEmpty(fields)) FROM bench.events"
_FROM_RAW = ", JSONExtractKeysAndValues(assumeNotNull(raw), 'String')::Map(String, String) AS fields"


def _table() -> str:
    kinds = {name: "LowCardinality(String)" if name in REPETITIVE else "String" for name in CORE}
    kinds |= dict.fromkeys(NUMBERS, "UInt16")
    columns = "".join(f"`{name}` {kind}, " for name, kind in kinds.items())
    return f"""
        CREATE TABLE bench.events (
            arrival DateTime DEFAULT now(), source LowCardinality(String), time DateTime64(3), {columns}
            fields Map(String, String), raw String CODEC(ZSTD(1)),
            INDEX words raw TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 1
        ) ENGINE = MergeTree PARTITION BY toDate(arrival) ORDER BY (source, time)
        SETTINGS non_replicated_deduplication_window = 1000
    """


if __name__ == "__main__":
    main()
