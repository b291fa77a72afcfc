"""What the hub looks at beside its work: dead letters, refused records, and a store that may not answer."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import opened
from tocsin.control import ledger, outbox
from tocsin.control.database import Database
from tocsin.journal.local import LocalJournal
from tocsin.model.message import Message
from tocsin.model.signals import Count, Signals
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.reconcile import Reconciler
from tocsin.services.live.watch import LOOK_SECONDS, Watch
from tocsin.store.client import StoreClient

NOW = 1_795_000_000.0
TOPICS = (Topic("events", 1, ("worker",)), Topic("columns", 1, ("store",)))


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(f"sqlite:///{tmp_path}/control.db") as made:
        yield made


def count(database: Database, offset: int, events: int, refused: int) -> None:
    signals = Signals("hook", events + refused, NOW, "", (Count("okta", events, refused),), clamped=2)
    with database.write() as connection:
        ledger.add(connection, [ledger.Frame(0, offset, signals)])


def test_what_is_looked_at(tmp_path: Path, database: Database) -> None:
    now = 100.0
    journal = LocalJournal(tmp_path / "journal", TOPICS)
    store = StoreClient(tmp_path / "none.sock")
    watch = Watch(database, Reconciler(journal, database, store), clock=lambda: now)
    count(database, 0, 100, 0)
    appender, consumer = journal.appender("events", 0), journal.consumer("worker", "events", 0)
    appender.append([Frame(b"x")]).result()
    consumer.commit(1)
    watch.step()  # nobody answers for the store: no reason to end
    assert list(watch.problems()) == []
    count(database, 1, 50, 50)
    with database.write() as connection:
        outbox.enqueue(connection, [Message("key", "oncall", {}, None)], NOW)
        (taken,) = outbox.take(connection, "hub", NOW)
        outbox.failed(connection, taken, "gone", again=None)
    watch.step()
    assert list(watch.problems()) == []  # not yet: it is no matter of seconds
    now += LOOK_SECONDS
    watch.step()
    refused, dead = watch.problems()
    assert "50 of the last 100 records could not be read" in refused
    assert dead.startswith("1 messages were given up")
    samples = {one.name: one.value for one in watch.samples() if one.labels.get("state", "dead") == "dead"}
    assert (samples["outbox_messages"], samples["input_clamped_total"]) == (1, 4)
    consumer.close()
    appender.close()
