"""Whether the audit trail is whole. Walks the chain in pages: memory does not grow with it."""

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Row, select

from tocsin.control.audit import GENESIS, Anchor, chained
from tocsin.control.tables import AUDIT, AUDIT_HEAD

PAGE = 1_000
"""Records that are looked at together."""


class Breach(Enum):
    """What is wrong with the first record that is not as it was written."""

    ALTERED = "its hash does not fit: it was changed, put in, or put in another's place"
    MISSING = "it is not there, and later ones are"
    TRUNCATED = "it is not there, nor is any after it, and the trail went on at least so far"
    SURPLUS = "it is after the end that was noted when the last record was written"
    HEAD = "the note of where the trail ends is not there, or fits no trail"


class Verified(Struct, frozen=True):
    """The trail is whole; `last` is its last record."""

    last: Anchor


class Broken(Struct, frozen=True):
    """The first record that is wrong (for HEAD, the one the note names), and how."""

    seq: int
    breach: Breach


def verify(connection: Connection, anchors: Iterable[Anchor] = ()) -> Verified | Broken:
    """Walk the trail from its beginning. anchors: records that were noted elsewhere; it must go through them.

    Without anchors, a trail that was replaced as a whole, with its head, is taken for whole.
    """
    wanted: dict[int, str] = dict(anchors)
    heads = connection.execute(select(AUDIT_HEAD)).all()
    last = Anchor(0, GENESIS)
    for row in _records(connection):
        broken = _judged(last, row, wanted)
        if broken:
            return broken
        last = Anchor(row.seq, row.hash)
    if len(heads) != 1:
        return Broken(last.seq, Breach.HEAD)
    return _ended(last, Anchor(heads[0].seq, heads[0].hash), wanted)


def _judged(last: Anchor, row: Row[Any], wanted: dict[int, str]) -> Broken | None:
    seq = last.seq + 1
    if row.seq != seq:
        # A number below the first is no gap: somebody put a record before all others.
        return Broken(row.seq, Breach.ALTERED) if row.seq < seq else Broken(seq, Breach.MISSING)
    fits = row.hash == chained(last.hash, tuple(row)[:-1]) and wanted.get(seq, row.hash) == row.hash
    return None if fits else Broken(seq, Breach.ALTERED)


def _ended(last: Anchor, head: Anchor, wanted: dict[int, str]) -> Verified | Broken:
    if max(wanted, default=0) > last.seq or head.seq > last.seq:
        return Broken(last.seq + 1, Breach.TRUNCATED)
    if head.seq < last.seq:
        # A head of 0 with records, or below 0, is a head that was changed; each is a record too many.
        return Broken(max(head.seq, 0) + 1, Breach.SURPLUS)
    return Verified(last) if head == last else Broken(last.seq, Breach.HEAD)


def _records(connection: Connection) -> Iterator[Row[Any]]:
    """Yield all records in the order of their numbers, also such as no writer gives."""
    page = connection.execute(select(AUDIT).order_by(AUDIT.c.seq).limit(PAGE)).all()
    while page:
        yield from page
        following = select(AUDIT).where(AUDIT.c.seq > page[-1].seq).order_by(AUDIT.c.seq).limit(PAGE)
        page = connection.execute(following).all()
