"""Answers of a search as text, a line at a time. All of it comes from logs: nothing in it may move a cursor or run."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tocsin.model.columns import NORMALISED
from tocsin.report.encode import text as json_text
from tocsin.report.inert import cut, show, visible

Records = Iterable[dict[str, Any]]
MAX_SHOWN = 300
"""Characters of an event, or of a value, that the table shows."""
_EVENT = ("id", "time", "arrived", "source", "input", "retention", "refused", *NORMALISED, "fields", "raw")
_OWN = frozenset(_EVENT) - frozenset(NORMALISED)
_WIDTH = 40
# The last four are the full-width forms, which some locales' spreadsheets take for the plain ones.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms are meant


def ndjson(records: Records) -> Iterator[str]:
    """Yield a JSON object a line."""
    return (f"{json_text(one)}\n" for one in records)


def as_csv(records: Records, names: Iterable[str] = _EVENT) -> Iterator[str]:
    """Yield a header and a row a record. Cells that a spreadsheet would run as a formula get a leading quote."""
    names = list(names)
    yield _row(names)
    for one in records:
        yield _row([_cell(one.get(name, "")) for name in names])


def _row(cells: list[str]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow(cells)
    return out.getvalue()


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else json_text(value)
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


def event_lines(records: Records) -> Iterator[str]:
    """Yield a line an event: time, id, source, then its normalised values, or else the beginning of the record."""
    for one in records:
        values = " ".join(f"{name}={show(value, 100)}" for name, value in one.items() if name not in _OWN)
        what = cut(values, MAX_SHOWN) if values else show(one["raw"], MAX_SHOWN)
        yield f"{one['time'][:-4]}Z  {one['id']:<14}  {show(one['source'] or '-', 30):<18}  {what}\n"


def counted_lines(records: Records) -> Iterator[str]:
    """Yield a line a group or an interval: the count, a bar, the values."""
    listed = list(records)
    most = max((one["count"] for one in listed), default=1)
    for one in listed:
        values = "  ".join(show(value or "-", 100) for name, value in one.items() if name != "count")
        bar = "█" * max(1, round(_WIDTH * one["count"] / most))
        yield f"{one['count']:>12,}  {bar:<{_WIDTH}}  {values}\n"


EVENTS: dict[str, Callable[[Records], Iterator[str]]] = {
    "table": event_lines,
    "ndjson": ndjson,
    "csv": as_csv,
}
"""Format -> how events are written."""


def counted(records: list[dict[str, Any]], form: str, names: list[str]) -> Iterator[str]:
    """Write groups or intervals. names: of the fields, for the header of a table of values."""
    if form == "csv":
        return as_csv(records, [*names, "count"])
    return ndjson(records) if form == "ndjson" else counted_lines(records)
