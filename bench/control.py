"""What the control plane does in a second, on SQLite or PostgreSQL; docs/adr/0007-control-plane.md has the figures.

    python bench/control.py [--url postgresql://user@host/empty_database] [--alerts 20000]

Every transaction is durable when it ends. Without a URL: SQLite in a temporary folder.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from functools import partial

from tocsin.alert.flood import joined
from tocsin.alert.merge import merged
from tocsin.control.alerts import Ways, apply
from tocsin.control.audit import Entry, append
from tocsin.control.database import Database
from tocsin.control.listing import Filter, Order, page
from tocsin.control.migrate import upgrade
from tocsin.control.outbox import enqueue, sent, take
from tocsin.control.verify import Verified, verify
from tocsin.model.alert import AlertBatch, AlertChange, Grows, Status
from tocsin.model.match import Entities, MatchedField, RuleRef
from tocsin.model.message import Message
from tocsin.model.place import Place

NOON = 1_795_000_000.0
WAYS = Ways(merged, lambda _before, _after: (), joined, 1 << 62)


def main() -> None:
    """Measure and print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--url")
    parser.add_argument("--alerts", type=int, default=20_000)
    given = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(Database(given.url or f"sqlite:///{folder}/control.db")) as database,
    ):
        upgrade(database)
        _apply(database, given.alerts)
        _read(database)
        _audit(database)
        _outbox(database)


def _apply(database: Database, size: int) -> None:
    offset = 0
    for many, total in ((1, 1_000), (50, 10_000), (500, size)):
        for what in ("new alerts", "known alerts"):
            batches = [range(at, at + many) for at in range(0, total, many)]
            seconds = _clock(partial(_run, database, batches, offset, many))
            offset += len(batches)
            _say(f"apply, {many} changes a batch, {what}", total / seconds, "changes/s")


def _run(database: Database, batches: Sequence[range], offset: int, many: int) -> None:
    for number, numbers in enumerate(batches):
        changes = tuple(_change(one, many) for one in numbers)
        with database.write() as connection:
            batch = AlertBatch(Place("signals", 0, offset + number), changes)
            apply(connection, [batch], ways=WAYS, at=NOON)


def _change(number: int, kind: int) -> AlertChange:
    return AlertChange(
        fingerprint=f"{kind:08x}{number:024x}",
        window=0,
        grows=Grows.ADD,
        rule=RuleRef(f"rule-{number % 300}", "Deploy key added", "high", ("attack.t1098",)),
        group={"user": f"user{number % 5_000}", "repo": "shop"},
        entities=Entities(user=(f"user{number % 5_000}",), ip=("192.0.2.1",), repo=("shop",)),
        fields=(MatchedField("action", "public_key.create"),),
        why="Deploy key added: action is public_key.create.",
        first_seen=NOON + number,
        last_seen=NOON + number,
        arrived=NOON + number,
        count=1,
        events=(f"event-{number}",),
    )


def _read(database: Database) -> None:
    asked = {
        "first page, new ones": (Filter(status=(Status.NEW,)), Order.NEWEST),
        "first page, by level": (Filter(), Order.LEVEL),
        "first page, one user": (Filter(entities=(("user", "user77"),)), Order.NEWEST),
    }
    for what, (wanted, order) in asked.items():
        seconds = _clock(partial(_pages, database, wanted, order, 100))
        _say(f"list, {what}, 50 alerts", seconds * 10, "ms")


def _pages(database: Database, wanted: Filter, order: Order, times: int) -> None:
    for _ in range(times):
        with database.read() as connection:
            page(connection, wanted, order=order)


def _audit(database: Database) -> None:
    def one_each() -> None:
        for number in range(1_000):
            with database.write() as connection:
                append(connection, Entry(number, "user:alice", "alert.decide", "alert:1", {"n": number}))

    def together() -> None:
        with database.write() as connection:
            append(
                connection,
                *(Entry(n, "user:alice", "alert.decide", "alert:1", {"n": n}) for n in range(50_000)),
            )

    _say("audit, a record a transaction", 1_000 / _clock(one_each), "records/s")
    _say("audit, 50,000 in one transaction", 50_000 / _clock(together), "records/s")
    with database.read() as connection:
        began = time.perf_counter()
        found = verify(connection)
        if not isinstance(found, Verified):
            sys.exit(f"the chain that was just written is broken: {found}")
        _say("audit, verified", found.last.seq / (time.perf_counter() - began), "records/s")


def _outbox(database: Database) -> None:
    with database.write() as connection:
        enqueue(connection, (Message(f"key-{n}", "oncall", {"n": n}) for n in range(2_000)), NOON)

    def drain() -> None:
        found = True
        while found:
            with database.write() as connection:
                taken = take(connection, "bench", NOON)
            with database.write() as connection:
                found = bool([sent(connection, one) for one in taken])

    _say("outbox, taken and settled, 50 at once", 2_000 / _clock(drain), "messages/s")


def _clock(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _say(what: str, figure: float, unit: str) -> None:
    print(f"{what:48} {figure:12,.1f} {unit}", flush=True)


if __name__ == "__main__":
    main()
