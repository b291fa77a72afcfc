"""Both engines on the same records, the fast one through the line as hunts run it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tocsin.detect import naive
from tocsin.detect.engine import Engine
from tocsin.detect.subject import Subject
from tocsin.errors import ContentError, DataError
from tocsin.line import Work
from tocsin.model.event import get
from tocsin.ports.source import Source
from tocsin.sigma.loader import Collection, finish
from tocsin.sigma.parser import parse
from tocsin.sigma.rule import Rule

Found = set[tuple[int, str]]
"""(row, id of the rule) of every match."""


def load(documents: Iterable[Mapping[str, Any]], placeholders: Mapping[str, Any] | None = None) -> list[Rule]:
    """Load documents as the loader does; what a case leaves out of title and log source is filled in."""
    filled = {name: tuple(map(str, values)) for name, values in (placeholders or {}).items()}
    collection = Collection()
    for number, document in enumerate(documents):
        whole = {"title": f"case {number}", "logsource": {}} | dict(document)
        collection.add(parse(whole, filled))
    errors = finish(collection).errors
    if errors:
        raise errors[0]
    return collection.rules


def fast(rules: Sequence[Rule], source: Source, records: Sequence[bytes]) -> Found:
    """Return what the line finds in one batch."""
    return found_by(Work(Engine(rules)), source, records)


def found_by(work: Work, source: Source, records: Sequence[bytes]) -> Found:
    """Return what a line that is kept finds in one batch; every row is an event or refused."""
    outcome = work(source, records)
    assert outcome.events + len(outcome.refused) == len(records)
    found = [(signal.row, signal.hit.rule.meta.id) for signal in outcome.signals]
    assert len(found) == len(set(found))
    return set(found)


def slow(rules: Sequence[Rule], source: Source, records: Sequence[bytes]) -> Found:
    """Return what the obvious engine finds, record by record."""
    return {
        (row, name)
        for row, record in enumerate(records)
        if (subject := subject_of(source, record))
        for name in naive.detect(rules, subject)
    }


def subject_of(source: Source, record: bytes) -> Subject | None:
    """Return the event as the obvious engine sees it; None for what is no event of the source."""
    try:
        fields = source.parse(record)
    except DataError:
        return None
    route = source.route(tuple(get(fields, path) for path in source.route_by))
    return Subject(source, route, fields, record)


def refusal(document: Mapping[str, Any]) -> str:
    """Return why a document does not load, "" if it does."""
    try:
        load([document])
    except ContentError as error:
        return error.message
    return ""
