"""The audit trail: who did what to what. Records form a chain: the hash of each covers the one before.

    hash = SHA-256(hash of the record before + newline + JSON array [1, seq, time, actor, action, object, detail])

where the hashes are hexadecimal text, the array is compact UTF-8, and the hash before the first record is 64
zeros. Anybody can check it with the exported records alone. `verify.py` does.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct
from sqlalchemy import Connection, bindparam, insert, select, update

from tocsin.control.canonical import dump, load
from tocsin.control.tables import AUDIT, AUDIT_HEAD
from tocsin.model.event import Value
from tocsin.model.hidden import plain

GENESIS = "0" * 64
"""Stands for the hash of the record before the first."""
MAX_TEXT = 512
"""Characters of an actor, action or object."""
MAX_DETAIL = 65_536
"""Characters of a detail, as JSON; of one that is longer only its size and hash are kept."""
_FORMAT = 1


class Entry(Struct, frozen=True):
    """What is to be recorded. time: nanoseconds since 1970. detail: any JSON value.

    actor: `user:alice`, `role:hub`. action: `alert.update`. object: `alert:7f…`.
    """

    time: int
    actor: str
    action: str
    object: str
    detail: Value = None


class Record(Struct, frozen=True):
    """An entry as it was recorded."""

    seq: int
    entry: Entry


_HEAD = select(AUDIT_HEAD).with_for_update()
_ADD = insert(AUDIT)
_MOVE = update(AUDIT_HEAD).values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))


class By(NamedTuple):
    """Who does something, and when (seconds since 1970)."""

    actor: str
    at: float


class Anchor(NamedTuple):
    """A record, named so that it cannot be replaced: keep one elsewhere, and verify against it."""

    seq: int
    hash: str


def append(connection: Connection, *entries: Entry) -> Anchor:
    """Add records at the end, in the transaction of what they record; return the last one.

    With no entries, returns the record that is the last. Raises ValueError for a detail that is no JSON.
    """
    # The writers' lock makes this wait for nobody; who comes around it waits here.
    head = connection.execute(_HEAD).one()
    anchor = Anchor(head.seq, head.hash)
    rows = []
    for entry in entries:
        row = {"seq": anchor.seq + 1, **_kept(entry)}
        anchor = Anchor(anchor.seq + 1, chained(anchor.hash, row.values()))
        rows.append({**row, "hash": anchor.hash})
    if rows:
        connection.execute(_ADD, rows)
        connection.execute(_MOVE, {"to_seq": anchor.seq, "to_hash": anchor.hash})
    return anchor


def about(connection: Connection, thing: str, *, limit: int = 100) -> list[Record]:
    """Return the last records of an object, the oldest first."""
    asked = select(AUDIT).where(AUDIT.c.object == plain(thing, MAX_TEXT)).order_by(AUDIT.c.seq.desc())
    rows = connection.execute(asked.limit(limit)).all()
    return [
        Record(row.seq, Entry(row.time, row.actor, row.action, row.object, load(row.detail, object)))
        for row in reversed(rows)
    ]


def nanoseconds(at: float) -> int:
    """Return a moment in seconds since 1970 as a record has it."""
    return round(at * 1e9)


def chained(before: str, record: Iterable[int | str]) -> str:
    """Return the hash of a record (seq, time, actor, action, object, detail) that follows the hash `before`."""
    return hashlib.sha256(f"{before}\n{dump([_FORMAT, *record])}".encode()).hexdigest()


def _kept(entry: Entry) -> dict[str, int | str]:
    return {
        "time": entry.time,
        "actor": plain(entry.actor, MAX_TEXT),
        "action": plain(entry.action, MAX_TEXT),
        "object": plain(entry.object, MAX_TEXT),
        "detail": _detail(entry.detail),
    }


def _detail(value: Value) -> str:
    try:
        made = dump(value)
    except (TypeError, RecursionError, UnicodeEncodeError) as error:
        raise ValueError(f"the detail of an audit record is no JSON: {error}") from error
    if len(made) <= MAX_DETAIL:
        return made
    digest = hashlib.sha256(made.encode()).hexdigest()
    return dump({"too_long": len(made), "sha256": digest})
