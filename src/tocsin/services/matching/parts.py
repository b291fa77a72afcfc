"""A batch of records, sorted out by source; those that hold several events taken apart."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tocsin.errors import DataError
from tocsin.intake.lines import Record
from tocsin.ports.source import Source
from tocsin.sources.recognise import recognise, sort_out


class Part(NamedTuple):
    """Records of a batch that are of one source (None: no source claims them).

    records: as they are read; pieces: where each stands (their content is what was received, which may hold several
    events). second: tried after their first source refused them.
    """

    source: Source | None
    records: Sequence[bytes]
    pieces: Sequence[Record]
    second: bool = False


def parts(batch: Sequence[Record], known: Source | None) -> Iterator[Part]:
    """Yield a batch's parts. known: the source of all of it, if that is settled."""
    records = [piece.content for piece in batch]
    sorted_out = [(known, list(range(len(records))))] if known else sort_out(records)
    for source, rows in sorted_out:
        chosen = records if len(rows) == len(records) else [records[row] for row in rows]
        yield _expanded(Part(source, chosen, [batch[row] for row in rows]))


def second_chance(part: Part, row: int) -> Part | None:
    """A refused line may be of another source than those around it: return it as a part of that one."""
    record = part.records[row]
    other = None if part.second else recognise(record)
    if other is None or other is part.source:
        return None
    return _expanded(Part(other, [record], [part.pieces[row]], second=True))


def _expanded(part: Part) -> Part:
    """Take records apart that hold several events."""
    source = part.source
    if source is None or source.expand is None:
        return part
    opened = [
        (inner, piece._replace(part=piece.part + number))
        for record, piece in zip(part.records, part.pieces, strict=True)
        for number, inner in enumerate(_events(source, record))
    ]
    return part._replace(records=[inner for inner, _ in opened], pieces=[piece for _, piece in opened])


def _events(source: Source, record: bytes) -> list[bytes]:
    try:
        return list(source.expand(record)) if source.expand else []
    except DataError:
        return [record]  # parse will refuse it, and say why
