"""Ledger and store are compared over a real journal, a real database and a real store, about the same frames."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from databases import opened
from store_samples import Filled, event, frame
from tocsin.control import ledger
from tocsin.control.database import Database
from tocsin.journal.local import LocalJournal
from tocsin.model.signals import Count, Signals
from tocsin.ports.journal import Frame, Topic
from tocsin.services.live.reconcile import (
    EVERY_SECONDS,
    OVERDUE_SECONDS,
    WHOLE_SECONDS,
    Compared,
    Reconciler,
)

NOW = 1_795_000_000.0
TOPICS = (Topic("events", 2, ("worker",)), Topic("columns", 2, ("store",)))


class Place:
    """All parts; `frames` writes a frame of events, its columns, and what the ledger counts of it."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.now = NOW
        self.store = Filled(folder)
        self.database = database
        self.journal = LocalJournal(folder / "journal", TOPICS)
        self.events = self.journal.appender("events", 0)
        self.worker = self.journal.consumer("worker", "events", 0)
        self.offset = 0
        self.reconciler = self.made()

    def made(self) -> Reconciler:
        return Reconciler(self.journal, self.database, self.store.reader, clock=lambda: self.now)

    def frame(self, rows: int, counted: int | None = None) -> None:
        self.events.append([Frame(b"x")]).result()
        self.store.write([frame(self.offset, [event() for _ in range(rows)])])
        total = rows if counted is None else counted
        signals = Signals("hook", total, NOW, "", (Count("test", total - 1, 1),))
        with self.database.write() as connection:
            ledger.add(connection, [ledger.Frame(0, self.offset, signals)])
        self.offset += 1

    def works(self) -> None:
        self.worker.commit(self.offset)

    def stores(self) -> None:
        while self.store.loader.step(flush=True):
            pass


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with opened(f"sqlite:///{tmp_path}/control.db") as database:
        made = Place(tmp_path, database)
        with made.store, closing(made.events), closing(made.worker):
            yield made


def test_only_what_all_have_passed_is_compared(place: Place) -> None:
    assert place.reconciler.step() == []
    place.frame(3)
    place.now += EVERY_SECONDS
    assert place.reconciler.step() == []  # the worker's commit is not there
    place.works()
    assert place.reconciler.step() == []  # the store is not so far
    place.frame(2)  # counted after the question was asked: it changes nothing
    place.works()
    place.stores()
    assert place.reconciler.step() == [Compared(0, 0, 3, 3, place.now)]
    assert place.reconciler.step() == []
    place.now += EVERY_SECONDS
    assert place.reconciler.step() == [Compared(0, 1, 5, 5, place.now)]
    assert list(place.reconciler.problems()) == []


def test_what_was_right_is_counted_again_once_an_hour(place: Place) -> None:
    def compared() -> list[int]:
        place.now += EVERY_SECONDS
        place.works()
        place.stores()
        return [one.difference for one in place.reconciler.step()]

    place.frame(3)
    assert compared() == [0]
    place.store.database.run("ALTER TABLE tocsin.events DELETE WHERE `index` = 1 SETTINGS mutations_sync = 1")
    place.frame(2)
    assert compared() == [0]  # of the new frame alone
    place.frame(2, 3)
    assert compared() == [-1]
    assert compared() == [-2]  # a difference is looked at as a whole


def test_rows_that_vanish_are_missed_within_the_hour(place: Place) -> None:
    place.frame(3)
    place.works()
    place.stores()
    assert [one.difference for one in place.reconciler.step()] == [0]
    place.store.database.run("ALTER TABLE tocsin.events DELETE WHERE `index` = 1 SETTINGS mutations_sync = 1")
    place.now += WHOLE_SECONDS
    assert [one.difference for one in place.reconciler.step()] == [-1]


@pytest.mark.parametrize(
    ("counted", "difference", "words"), [(5, -2, "lacks 2 rows"), (2, 1, "has too many: 1 rows")]
)
def test_a_difference_is_told_with_its_numbers(
    place: Place, counted: int, difference: int, words: str
) -> None:
    place.frame(3, counted)
    place.works()
    place.stores()
    (found,) = place.reconciler.step()
    assert found.difference == difference
    (told,) = place.reconciler.problems()
    assert words in told
    metrics = {one.name: one.value for one in place.reconciler.samples()}
    assert metrics["ledger_difference"] == difference


def test_a_ledger_that_cannot_be_compared_is_told(place: Place) -> None:
    place.frame(3)
    place.reconciler.step()
    place.now += OVERDUE_SECONDS + 1
    (told,) = place.reconciler.problems()
    assert "has not been compared" in told


def test_a_partition_that_lags_does_not_hide_another(place: Place) -> None:
    place.frame(1)
    place.works()
    place.stores()
    with place.database.write() as connection:
        ledger.add(connection, [ledger.Frame(1, 0, Signals("hook", 0, NOW, ""))])
    assert [one.partition for one in place.reconciler.step()] == [0]
    place.now += EVERY_SECONDS
    assert [one.partition for one in place.reconciler.step()] == [0]
