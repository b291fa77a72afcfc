"""Frames of columns made up for tests, and stores that hold them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import msgspec
import pyarrow as pa

from tocsin.journal.local import LocalJournal
from tocsin.model.columns import NUMBERS, TOPIC
from tocsin.model.place import Place
from tocsin.model.received import Context
from tocsin.ports.journal import Frame, Topic
from tocsin.store.database import Database
from tocsin.store.loader import Bounds, Loader
from tocsin.store.reader import Reader
from tocsin.store.schema import migrate

ARRIVED = 1_795_000_000_000_000
"""Microseconds: 2026-11-18."""
TOPICS = (Topic(TOPIC, 2, consumers=("store",)),)


def journal_of(folder: Path) -> LocalJournal:
    return LocalJournal(folder, TOPICS)


def event(raw: bytes | str = b"{}", **given: Any) -> dict[str, Any]:
    """Return an event: `source`, `time` (microseconds), `refused`, and normalised names with `__` for a dot."""
    own = {name.replace("__", "."): value for name, value in given.items()}
    return {"source": "test", "raw": raw.encode() if isinstance(raw, str) else raw, **own}


def frame(
    offset: int,
    events: Sequence[Mapping[str, Any]],
    *,
    partition: int = 0,
    arrived: int = ARRIVED,
    context: Context | None = None,
) -> Frame:
    """Return a frame of columns of these events."""
    names = sorted({name for one in events for name in one} - {"source", "time", "refused", "raw"})
    count = len(events)
    columns = {
        "index": pa.array(range(count), pa.uint32()),
        "part": pa.array([0] * count, pa.uint16()),
        "source": pa.array([one["source"] for one in events], pa.string()),
        "time": pa.array([one.get("time") for one in events], pa.timestamp("us")),
        "refused": pa.array([one.get("refused") for one in events], pa.string()),
        "raw": pa.array([one["raw"] for one in events], pa.binary()),
    }
    for name in names:
        kind = pa.uint32() if name in NUMBERS else pa.string()
        columns[name] = pa.array([one.get(name) for one in events], kind)
    return Frame(
        payload(pa.table(columns)),
        events=count,
        arrived=arrived * 1_000,
        origin=Place("events", partition, offset),
        meta=msgspec.msgpack.encode(context or Context("hook")),
    )


def payload(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


class Filled:
    """A journal, the store that is loaded from it, and a clock that stands still."""

    def __init__(self, folder: Path, *, token_index: bool = True) -> None:
        self.folder = folder
        self.now = 0.0
        self.database = Database(folder / "db")
        migrate(self.database, token_index=token_index)
        self.journal = journal_of(folder / "journal")
        self.appenders = [self.journal.appender(TOPIC, partition) for partition in range(2)]
        self.offset = 0
        self.loader = self.opened()
        self.reader = Reader(self.database)

    def opened(self, bounds: Bounds | None = None) -> Loader:
        return Loader(self.journal, self.database, self.folder, bounds, clock=lambda: self.now)

    def write(self, frames: Sequence[Frame], partition: int = 0) -> None:
        self.appenders[partition].append(frames).result()

    def load(self, events: Sequence[Mapping[str, Any]], **given: Any) -> None:
        """Put a frame of these events into the store."""
        self.write([frame(self.offset, events, **given)])
        self.offset += 1
        while not self.loader.step(flush=True):
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.loader.close()
        for appender in self.appenders:
            appender.close()
        self.database.close()
