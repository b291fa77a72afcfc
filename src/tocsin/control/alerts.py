"""Changes of alerts, applied exactly once: with the origin of their frame, in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from typing import Any, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, and_, bindparam, insert, not_, select, update

from tocsin.control import audit, outbox
from tocsin.control.insert import insert_new
from tocsin.control.rows import entity_rows, from_row, to_row
from tocsin.control.tables import ALERT, ALERT_ENTITY, APPLIED
from tocsin.model.alert import Alert, AlertBatch, AlertChange, Grows, alert_id
from tocsin.model.message import Message
from tocsin.model.place import Place

ACTOR = "role:hub"
_AT_ONCE = 400
"""Keys of one question; some builds of SQLite take 999 parameters at most."""

Join: TypeAlias = Callable[[Alert | None, AlertChange, Place], Alert]
"""The alert after a change: `alert.merge.merged`."""
Tell: TypeAlias = Callable[[Alert | None, Alert], Sequence[Message]]
"""What to send about an alert that was so, and now is so."""
_One = TypeVar("_One")


class Skipped(Enum):
    """Why a batch had no effect."""

    APPLIED = "this frame, or a later one of its partition, was applied before"


class Applied(Struct, frozen=True):
    """What a batch did: ids of alerts that it began and that it changed, and how many messages it wrote."""

    begun: tuple[str, ...]
    changed: tuple[str, ...]
    messages: int


def apply(
    connection: Connection, batch: AlertBatch, *, join: Join, tell: Tell, at: float
) -> Applied | Skipped:
    """Apply a batch, all of it or nothing; a batch that is not newer than the last of its partition is skipped.

    at: now, for the audit record and the messages; it decides nothing.
    """
    if not _is_next(connection, batch.origin):
        return Skipped.APPLIED
    work = _Work(connection, batch.changes)
    for change in batch.changes:
        work.take(change, batch.origin, join)
    messages = work.told(tell)
    begun, changed = work.store(connection)
    outbox.enqueue(connection, messages, at)
    if begun or changed:
        detail = {"begun": len(begun), "changed": len(changed), "reopened": work.reopened()}
        place = f"frame:{batch.origin.topic}/{batch.origin.partition}/{batch.origin.offset}"
        audit.append(connection, audit.Entry(audit.nanoseconds(at), ACTOR, "alerts.apply", place, detail))
    return Applied(tuple(begun), tuple(changed), len(messages))


def applied(connection: Connection, topic: str, partition: int) -> int | None:
    """Return the offset of the last frame of a partition that was applied: a consumer goes on behind it."""
    return connection.scalar(
        select(APPLIED.c.offset).where(APPLIED.c.topic == topic, APPLIED.c.partition == partition)
    )


def _is_next(connection: Connection, origin: Place) -> bool:
    """Note that a frame is applied, unless it was."""
    last = applied(connection, origin.topic, origin.partition)
    if last is None:
        connection.execute(insert(APPLIED).values(origin._asdict()))
        return True
    if origin.offset <= last:
        return False
    place = and_(APPLIED.c.topic == origin.topic, APPLIED.c.partition == origin.partition)
    connection.execute(update(APPLIED).where(place).values(offset=origin.offset))
    return True


class _Work:
    """The alerts that a batch is about: as they were, and as they are to be."""

    def __init__(self, connection: Connection, changes: Sequence[AlertChange]) -> None:
        self.before = {one.id: one for one in _concerned(connection, changes)}
        self.now = dict(self.before)
        self.open = {one.fingerprint: one.id for one in self.before.values() if not one.ended}

    def take(self, change: AlertChange, origin: Place, join: Join) -> None:
        key = self._key(change)
        after = join(self.now.get(key), change, origin)
        self.now[after.id] = after
        if after.ended:
            if self.open.get(after.fingerprint) == after.id:
                del self.open[after.fingerprint]
            return
        old = self.open.get(after.fingerprint, after.id)
        if old != after.id:
            # A correlator that lost its state begins anew, and will never end what it had begun.
            self.now[old] = replace(self.now[old], ended=True, revision=self.now[old].revision + 1)
        self.open[after.fingerprint] = after.id

    def _key(self, change: AlertChange) -> str:
        """Return the alert's id. What follows in a series may begin earlier than what began it."""
        own = alert_id(change.fingerprint, change.window)
        follows = change.grows is Grows.REPLACE and change.series > 1
        return self.open.get(change.fingerprint, own) if follows else own

    def told(self, tell: Tell) -> list[Message]:
        messages: list[Message] = []
        for key in self._touched():
            found = tell(self.before.get(key), self.now[key])
            if found:
                messages += found
                self.now[key] = replace(self.now[key], told=self.now[key].last_arrival)
        return messages

    def store(self, connection: Connection) -> tuple[list[str], list[str]]:
        touched = self._touched()
        begun = [key for key in touched if key not in self.before]
        changed = [key for key in touched if key in self.before]
        # Those that end first: of a fingerprint only one may be open at any moment.
        changed.sort(key=lambda key: not self.now[key].ended)
        if changed:
            row: dict[str, Any] = {name: bindparam(f"new_{name}") for name in to_row(self.now[changed[0]])}
            statement = update(ALERT).where(ALERT.c.id == bindparam("key")).values(row)
            connection.execute(statement, [_renamed(key, self.now[key]) for key in changed])
        if begun:
            connection.execute(insert(ALERT), [to_row(self.now[key]) for key in begun])
        insert_new(connection, ALERT_ENTITY, [row for key in touched for row in self._new_entities(key)])
        return begun, changed

    def reopened(self) -> list[str]:
        return [
            key
            for key in self._touched()
            if key in self.before and self.before[key].status != self.now[key].status
        ]

    def _touched(self) -> list[str]:
        return [key for key, alert in self.now.items() if alert != self.before.get(key)]

    def _new_entities(self, key: str) -> list[dict[str, str]]:
        old = self.before.get(key)
        known = entity_rows(old) if old else []
        return [row for row in entity_rows(self.now[key]) if row not in known]


def _renamed(key: str, alert: Alert) -> dict[str, object]:
    return {"key": key, **{f"new_{name}": value for name, value in to_row(alert).items()}}


def _concerned(connection: Connection, changes: Sequence[AlertChange]) -> Iterator[Alert]:
    """Yield the alerts that changes may alter: by their own id, and open ones of the same fingerprint."""
    ids = dict.fromkeys(alert_id(one.fingerprint, one.window) for one in changes)
    series = dict.fromkeys(one.fingerprint for one in changes if one.grows is Grows.REPLACE)
    found: dict[str, Alert] = {}
    for some in _chunks(ids):
        rows = connection.execute(select(ALERT).where(ALERT.c.id.in_(some))).mappings()
        found.update((row["id"], from_row(dict(row))) for row in rows)
    for some in _chunks(series):
        still = and_(ALERT.c.fingerprint.in_(some), not_(ALERT.c.ended))
        rows = connection.execute(select(ALERT).where(still)).mappings()
        found.update((row["id"], from_row(dict(row))) for row in rows)
    yield from found.values()


def _chunks(some: Iterable[_One]) -> Iterator[list[_One]]:
    everything = list(some)
    return (everything[at : at + _AT_ONCE] for at in range(0, len(everything), _AT_ONCE))
