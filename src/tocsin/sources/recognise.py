"""Which source a record is of, told by its content."""

from collections.abc import Iterable, Sequence

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.ports.source import Source
from tocsin.sources import catalog
from tocsin.sources.json_record import parse_object


def recognise(record: bytes) -> Source | None:
    """Return the source that is surest of the record; None when none claims it."""
    fields = _as_object(record)
    best, sure = None, 0
    for source in catalog().values():
        score = source.recognise(record, fields)
        if score > sure:
            best, sure = source, score
    return best


def _as_object(record: bytes) -> Fields | None:
    if not record.lstrip().startswith(b"{"):
        return None
    try:
        return parse_object(record)  # as the sources will read it: badly written JSON is JSON
    except DataError:
        return None


def why_none(record: bytes) -> str:
    """Say why no source takes a record: what is nearly JSON is told as what is wrong with it."""
    try:
        if record.lstrip().startswith(b"{"):
            parse_object(record)
    except DataError as error:
        return error.reason
    return "no source takes it"


SAMPLE = 8
"""So many records of a batch are looked at; when they are not all of one source, every one is."""


def sort_out(records: Sequence[bytes]) -> list[tuple[Source | None, list[int]]]:
    """Return (source, rows) for a batch. None: rows that no source claims."""
    step = max(len(records) // SAMPLE, 1)
    sampled = {_name(recognise(record)) for record in records[::step]}
    if len(sampled) == 1 and (name := sampled.pop()):
        return [(catalog()[name], list(range(len(records))))]
    return _one_by_one(records)


def _one_by_one(records: Iterable[bytes]) -> list[tuple[Source | None, list[int]]]:
    rows: dict[str, list[int]] = {}
    for row, record in enumerate(records):
        rows.setdefault(_name(recognise(record)), []).append(row)
    return [(catalog().get(name), found) for name, found in rows.items()]


def _name(source: Source | None) -> str:
    return source.name if source else ""
