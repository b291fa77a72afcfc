"""A row a match (RFC 4180). Cells that a spreadsheet would run as a formula get a leading quote."""

import csv
from collections.abc import Callable, Iterable
from typing import TextIO

from tocsin.model.match import Match
from tocsin.model.moment import to_iso
from tocsin.model.summary import Summary
from tocsin.report.digest import KINDS
from tocsin.report.format import About, Format
from tocsin.report.inert import visible, words

_COLUMNS = (
    "time", "level", "rule_id", "rule_title", "source", "event_id", "file", "line",
    *KINDS, "attack", "tags", "fields", "events",
)  # fmt: skip
# The last four are the full-width forms, which some locales' spreadsheets take for the plain ones.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - the full-width forms are meant


def write(out: TextIO, matches: Iterable[Match], summary: Callable[[], Summary], about: About) -> None:
    """Write the header and the rows."""
    del summary, about
    rows = csv.writer(out, lineterminator="\r\n")
    rows.writerow(_COLUMNS)
    for match in matches:
        rows.writerow([_cell(text) for text in _row(match)])


def _row(match: Match) -> tuple[str, ...]:
    return (
        "" if match.time is None else to_iso(match.time),
        match.rule.level,
        match.rule.id,
        match.rule.title,
        match.source,
        match.event_id,
        match.file,
        str(match.line or ""),
        *(_joined(getattr(match.entities, kind)) for kind in KINDS),
        _joined(match.attack),
        _joined(match.rule.tags),
        _joined(f"{field.name}={words(field.value)}" for field in match.fields),
        _joined(match.events),
    )


def _joined(values: Iterable[str]) -> str:
    # Not by a semicolon: where that separates columns, the second value would start a cell.
    return " | ".join(values)


def _cell(text: str) -> str:
    shown = visible(text)
    return f"'{shown}" if text.startswith(_FORMULA) else shown


FORMAT = Format("csv", "a row a match, for spreadsheets", write)
