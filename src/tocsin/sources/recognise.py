"""Which source a record is of, told by its content."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from tocsin.errors import DataError
from tocsin.model.event import Fields
from tocsin.ports.source import Kind, Source
from tocsin.sources import catalog
from tocsin.sources.json_record import parse_object
from tocsin.sources.marks import NOBODY, Carried, Marks


def recognise(record: bytes) -> Source | None:
    """Return the source that is surest of the record; None when none claims it."""
    fields = _as_object(record)
    return _surest(record, fields, _of_lines() if fields is None else catalog().values())


def _surest(record: bytes, fields: Fields | None, sources: Iterable[Source]) -> Source | None:
    best, sure = None, 0
    for source in sources:
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
"""So many records of a batch are looked at in full; when they are all of one source, of the others only what has marks of another."""


def sort_out(records: Sequence[bytes]) -> list[tuple[Source | None, list[int]]]:
    """Return (source, rows) for a batch. None: rows that no source claims."""
    step = max(len(records) // SAMPLE, 1)
    sampled = {_name(recognise(record)) for record in records[::step]}
    usual = catalog().get(sampled.pop()) if len(sampled) == 1 else None
    # A parser of lines refuses what is not its own; any JSON object can be read as any other.
    if usual and usual.kind is Kind.LINE and not usual.marks:
        return _lines_apart(records, usual)
    return _told_apart(records, usual)


def _lines_apart(records: Sequence[bytes], usual: Source) -> list[tuple[Source | None, list[int]]]:
    """Ask only of the lines that may be another log's, carried by syslog."""
    rows: dict[str, list[int]] = {}
    for row in _carried().rows(records, usual.name):
        name = _name(_surest(records[row], None, _of_lines()))
        if name != usual.name:
            rows.setdefault(name, []).append(row)
    others = {row for found in rows.values() for row in found}
    rest = [row for row in range(len(records)) if row not in others] if others else list(range(len(records)))
    return [(usual, rest), *((catalog().get(name), found) for name, found in rows.items())]


def _told_apart(records: Sequence[bytes], usual: Source | None) -> list[tuple[Source | None, list[int]]]:
    """Ask of each record only the sources of which it has a mark; and none if that is the usual one alone."""
    rows: dict[str, list[int]] = {}
    # Only the source without marks takes what has no mark.
    sure = frozenset({usual.name} if usual.marks else ()) if usual else None
    for row, (record, owners) in enumerate(zip(records, _marks().owners(records), strict=True)):
        name = usual.name if usual and owners == sure else _name(_among(record, owners))
        rows.setdefault(name, []).append(row)
    return [(catalog().get(name), found) for name, found in rows.items()]


def _among(record: bytes, owners: frozenset[str] | None) -> Source | None:
    if owners is NOBODY and record.startswith(b"{"):
        return _rest()  # not read twice: if it is none of its own, its parser refuses it
    fields = _as_object(record)
    if fields is None:
        return _surest(record, None, _of_lines())
    return _surest(record, fields, catalog().values() if owners is None else _asked(owners))


@lru_cache(maxsize=4_096)
def _asked(owners: frozenset[str]) -> tuple[Source, ...]:
    """Return the sources that a record with these marks may be of."""
    return (*(one for one in catalog().values() if one.name in owners), _rest())


@cache
def _rest() -> Source:
    """Return the source without marks: it takes what no other does."""
    (rest,) = (one for one in catalog().values() if one.kind is Kind.JSON and not one.marks)
    return rest


@cache
def _of_lines() -> tuple[Source, ...]:
    """Return the sources that take what is no JSON object."""
    return tuple(one for one in catalog().values() if one.kind is Kind.LINE)


@cache
def _marks() -> Marks:
    return Marks(catalog().values())


@cache
def _carried() -> Carried:
    return Carried(catalog().values())


def _name(source: Source | None) -> str:
    return source.name if source else ""
