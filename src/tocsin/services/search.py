"""`tocsin search`: the store of a data folder, and its answers as values that any format can write."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.model.moment import to_iso
from tocsin.ports.store import MAX_ROWS, EventStore, Question, Row
from tocsin.services.kinds import load_settings
from tocsin.store.client import StoreClient

MAX_LIMIT = 1_000_000
"""Events that one search prints, at most; an export has no limit."""
_SPAN = re.compile(r"(\d{1,6})([smhdw])")
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400, "w": 604_800}


def socket_of(data: Path) -> Path:
    """Return where the store of a data folder answers."""
    return data / "run" / "store.sock"


def store_of(config: Path) -> EventStore:
    """Return the store that the settings name; raises ConfigError. Whether it is there, the first question tells."""
    return StoreClient(socket_of(load_settings(config).tocsin.data.path))


def events(store: EventStore, question: Question, limit: int) -> Iterator[Row]:
    """Yield so many events, newest first, page after page."""
    after, left = None, limit
    while left > 0:
        page = store.search(question, limit=min(left, MAX_ROWS), after=after)
        yield from page.rows
        after, left = page.after, left - len(page.rows)
        if after is None:
            return


def micros(epoch: float) -> int:
    """Return seconds as microseconds."""
    return round(epoch * 1_000_000)


def interval(text: str) -> int | None:
    """Read `5m`, `1h`, `1d` as microseconds, `auto` as None; raises ConfigError."""
    if text == "auto":
        return None
    found = _SPAN.fullmatch(text)
    if not found:
        raise ConfigError(f"{plain(text, 50)!r} is no interval; write 30s, 5m, 1h, 1d or auto")
    return int(found[1]) * _SECONDS[found[2]] * 1_000_000


def moment(time: int) -> str:
    """Write microseconds since 1970 as `2026-11-23T07:21:26.000000Z`."""
    return to_iso(time / 1_000_000)


def record(row: Row) -> dict[str, Any]:
    """Return an event as a flat record: its own names, normalised names, `fields`, `raw` as text."""
    own: dict[str, Any] = {
        "id": str(row.id),
        "time": moment(row.time),
        "arrived": moment(row.arrived),
        "source": row.source,
        "input": row.input,
        "retention": row.retention,
    }
    refused = {"refused": row.refused} if row.refused else {}
    return {**own, **refused, **row.values, "fields": row.fields, "raw": text_of(row.raw)}


def text_of(raw: bytes) -> str:
    r"""Return raw bytes as text; those that are no UTF-8 are written out as `\xff`."""
    return raw.decode(errors="backslashreplace")


def groups(store: EventStore, question: Question, by: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Return groups as records: the fields, and `count`."""
    found = store.group(question, by, limit=limit)
    return [{**dict(zip(by, group.values, strict=True)), "count": group.count} for group in found]


def histogram(store: EventStore, question: Question, length: int | None) -> list[dict[str, Any]]:
    """Return a histogram as records: `time` of the beginning, and `count`."""
    found = store.histogram(question, interval=length)
    return [{"time": moment(bar.start), "count": bar.count} for bar in found.bars]


def export(store: EventStore, question: Question, path: Path) -> int:
    """Write all events to a Parquet file, in its place only when it is whole; return how many."""
    from tocsin.services.search_parquet import Writer

    written = 0
    with Writer(path) as writer:
        for page in store.export(question):
            writer.write(page)
            written += len(page)
    return written
