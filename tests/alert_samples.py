"""Batches of changes for tests: by a seed, always the same; some alerts come again and again, also as series."""

from random import Random

from sqlalchemy import Connection, delete, select

from tocsin.alert.flood import MAX_ALERTS, joined
from tocsin.alert.merge import merged
from tocsin.alert.telling import telling
from tocsin.control.alerts import Applied, Skipped, Ways, apply
from tocsin.control.database import Database
from tocsin.control.tables import ALERT, ALERT_ENTITY, APPLIED, OUTBOX
from tocsin.model.alert import Alert, AlertBatch, AlertChange, Grows, Told
from tocsin.model.level import LEVELS
from tocsin.model.match import Entities, MatchedField, RuleRef
from tocsin.model.message import Message
from tocsin.model.place import Place

NOON = 1_795_000_000.0


def change(number: int = 0, **other: object) -> AlertChange:
    """Return a change; what is not said is ordinary."""
    made: dict[str, object] = {
        "fingerprint": f"{number:032x}",
        "window": int(NOON) * 1_000_000,
        "grows": Grows.ADD,
        "rule": RuleRef(f"rule-{number}", f"Rule {number}", "medium", ("attack.t1098",)),
        "group": {"user": f"user{number}"},
        "entities": Entities(user=(f"user{number}",), ip=("192.0.2.1",)),
        "fields": (MatchedField("action", "key.create"),),
        "why": f"Rule {number}: action is key.create.",
        "first_seen": NOON,
        "last_seen": NOON,
        "arrived": NOON + 1,
        "count": 1,
        "events": (f"event-{number}",),
    }
    return AlertChange(**{**made, **other})  # type: ignore[arg-type]


def batches(seed: int, size: int, partition: int = 0) -> list[AlertBatch]:
    """Return the batches of one partition, in order; the offsets have gaps."""
    random, offset = Random(seed), -1  # noqa: S311
    series: dict[int, int] = {}
    found = []
    for _ in range(size):
        offset += random.choice((1, 1, 1, 5))
        changes = [_some(random, offset, series) for _ in range(random.randrange(1, 6))]
        found.append(AlertBatch(Place("signals", partition, offset), tuple(changes)))
    return found


def _some(random: Random, offset: int, series: dict[int, int]) -> AlertChange:
    number, moment = random.randrange(8), NOON + offset + random.random()
    rule = RuleRef(f"rule-{number}", f"Rule {number}", random.choice(LEVELS))
    common = {"rule": rule, "first_seen": moment, "last_seen": moment + 1, "arrived": NOON + offset + 2}
    if number < 5:
        window = (int(NOON) + 60 * random.randrange(3)) * 1_000_000
        return change(number, window=window, count=random.randrange(1, 9), **common)
    revision, ended = series.get(number, 0) + 1, random.random() < 0.3
    series[number] = 0 if ended else revision
    grown = {"grows": Grows.REPLACE, "series": revision, "ended": ended, "count": revision * 10}
    return change(number, window=int(moment * 1e6), value=float(revision), **grown, **common)


def tell(before: Alert | None, after: Alert) -> list[Message]:
    """Tell the one on call."""
    told = telling(before, after, repeat=20)
    if not isinstance(told, Told):
        return []
    key = f"{after.id}:{after.revision}:oncall"
    return [Message(key, "oncall", {"alert": after.id, "because": told.name}, after.id)]


WAYS = Ways(merged, tell, joined, MAX_ALERTS)


def run(connection: Connection, *some: AlertBatch) -> Applied | Skipped:
    """Apply batches as the hub does."""
    return apply(connection, some, ways=WAYS, at=NOON)


def run_all(database: Database, some: list[AlertBatch]) -> None:
    """Apply batches, each in a transaction."""
    for batch in some:
        with database.write() as connection:
            run(connection, batch)


def empty(database: Database) -> None:
    """Forget all but the audit trail."""
    with database.write() as connection:
        for table in (ALERT_ENTITY, ALERT, APPLIED, OUTBOX):
            connection.execute(delete(table))


def state(database: Database) -> dict[str, list[tuple[object, ...]]]:
    """Return all that batches have left behind."""
    with database.read() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in (ALERT, ALERT_ENTITY, APPLIED)
        } | {
            "outbox": sorted(tuple(row) for row in connection.execute(select(OUTBOX.c.key, OUTBOX.c.payload)))
        }
