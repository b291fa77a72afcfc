"""Changes of alerts, applied exactly once: with the origins of their frames, in one transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import NamedTuple, TypeAlias, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, bindparam, insert, not_, select, update

from tocsin.control import audit, outbox
from tocsin.control.applied import note
from tocsin.control.begun import begun_in, hour_of
from tocsin.control.insert import insert_new
from tocsin.control.rows import entity_rows, from_row, to_row
from tocsin.control.tables import ALERT, ALERT_ENTITY
from tocsin.model.alert import Alert, AlertBatch, AlertChange, Grows, alert_id
from tocsin.model.event import Value
from tocsin.model.message import Message
from tocsin.model.place import Place

ACTOR = "role:hub"
_AT_ONCE = 400
"""Keys of one question; some builds of SQLite take 999 parameters at most."""
# Made once: a statement costs more to make than to run.
_BY_ID = select(ALERT).where(ALERT.c.id.in_(bindparam("ids", expanding=True)))
_OPEN = select(ALERT).where(
    ALERT.c.fingerprint.in_(bindparam("fingerprints", expanding=True)), not_(ALERT.c.ended)
)
_BEGIN = insert(ALERT)
_CHANGE = (
    update(ALERT)
    .where(ALERT.c.id == bindparam("key"))
    .values({column.name: bindparam(f"new_{column.name}") for column in ALERT.c})
)

Join: TypeAlias = Callable[[Alert | None, AlertChange, Place], Alert]
"""The alert after a change: `alert.merge.merged`."""
Tell: TypeAlias = Callable[[Alert | None, Alert], Sequence[Message]]
"""What to send about an alert that was so, and now is so."""
_One = TypeVar("_One")


class Ways(NamedTuple):
    """How it is done: `alert.merge.merged`, who is told, and what is too much.

    crowd: what a change is that would begin an alert, when its rule has begun `limit` in the hour of its
    arrival: `alert.flood.joined`.
    """

    join: Join
    tell: Tell
    crowd: Callable[[AlertChange], AlertChange]
    limit: int


class Skipped(Enum):
    """Why batches had no effect."""

    APPLIED = "these frames, or later ones of their partitions, were applied before"


class Applied(Struct, frozen=True):
    """What batches did: ids of alerts that they began and that they changed, and how many messages they wrote.

    joined: changes that are in the alert of a flood instead of in one of their own.
    """

    begun: tuple[str, ...]
    changed: tuple[str, ...]
    messages: int
    joined: int = 0


def apply(
    connection: Connection,
    batches: Sequence[AlertBatch],
    *,
    ways: Ways,
    at: float,
    known: Mapping[str, Mapping[int, int]] | None = None,
) -> Applied | Skipped:
    """Apply batches together, all or nothing; those that are not newer than the last of their partition are skipped.

    Batches of a partition come in its order. at: now, for the audit record and the messages; it decides nothing.
    known: topic -> partition -> offset, as they were when this transaction asked.
    """
    new = note(connection, [batch.origin for batch in batches], known)
    fresh = [batch for batch, is_new in zip(batches, new, strict=True) if is_new]
    if not fresh:
        return Skipped.APPLIED
    work = _Work(connection, [change for batch in fresh for change in batch.changes], ways)
    for batch in fresh:
        for change in batch.changes:
            work.take(change, batch.origin)
    messages = work.told(ways.tell)
    begun, changed = work.store(connection)
    outbox.enqueue(connection, messages, at)
    done = Applied(tuple(begun), tuple(changed), len(messages), work.joined)
    if begun or changed:
        _record(connection, fresh, done, work.reopened(), at)
    return done


def _record(
    connection: Connection, batches: Sequence[AlertBatch], done: Applied, reopened: list[str], at: float
) -> None:
    spans: dict[str, list[int]] = {}
    for one in batches:
        first, *_ = spans.get(str(one.origin.partition), [one.origin.offset])
        spans[str(one.origin.partition)] = [first, one.origin.offset]
    detail: dict[str, Value] = {
        "frames": dict(spans),
        "begun": len(done.begun),
        "changed": len(done.changed),
        "joined": done.joined,
        "reopened": list(reopened),
    }
    place = f"frames:{batches[0].origin.topic}"
    audit.append(connection, audit.Entry(audit.nanoseconds(at), ACTOR, "alerts.apply", place, detail))


class _Work:
    """The alerts that batches are about: as they were, and as they are to be."""

    def __init__(self, connection: Connection, changes: Sequence[AlertChange], ways: Ways) -> None:
        # Each with what it would be in a flood: that is known beforehand, and so asked for at once.
        kinds = {(one.rule.id, hour_of(one.arrived)): one for one in changes}
        crowds = map(ways.crowd, kinds.values())
        self.ways = ways
        self.before = {one.id: one for one in _concerned(connection, [*changes, *crowds])}
        self.now = dict(self.before)
        self.open = {one.fingerprint: one.id for one in self.before.values() if not one.ended}
        new = {(one.rule.id, hour_of(one.arrived)) for one in changes if self._key(one) not in self.before}
        self.begun = begun_in(connection, new)
        self.joined = 0

    def take(self, change: AlertChange, origin: Place) -> None:
        key = self._key(change)
        if key not in self.now:
            key, change = self._begin(key, change)
        after = self.ways.join(self.now.get(key), change, origin)
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

    def _begin(self, key: str, change: AlertChange) -> tuple[str, AlertChange]:
        """Count one more alert of its rule, or join what is too much."""
        kind = (change.rule.id, hour_of(change.arrived))
        if self.begun.get(kind, 0) < self.ways.limit:
            self.begun[kind] = self.begun.get(kind, 0) + 1
            return key, change
        self.joined += 1
        crowd = self.ways.crowd(change)
        return alert_id(crowd.fingerprint, crowd.window), crowd

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
            connection.execute(_CHANGE, [_renamed(key, self.now[key]) for key in changed])
        if begun:
            connection.execute(_BEGIN, [to_row(self.now[key]) for key in begun])
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
        rows = connection.execute(_BY_ID, {"ids": some}).mappings()
        found.update((row["id"], from_row(dict(row))) for row in rows)
    for some in _chunks(series):
        rows = connection.execute(_OPEN, {"fingerprints": some}).mappings()
        found.update((row["id"], from_row(dict(row))) for row in rows)
    yield from found.values()


def _chunks(some: Iterable[_One]) -> Iterator[list[_One]]:
    everything = list(some)
    return (everything[at : at + _AT_ONCE] for at in range(0, len(everything), _AT_ONCE))
