"""Days go when their last event is old enough, by the clock that is handed in."""

from datetime import UTC, date, datetime

import pytest

from store_samples import ARRIVED, Filled, event
from tocsin.model.received import Context
from tocsin.ports.store import Question
from tocsin.store import retention
from tocsin.store.retention import LEAP_SECONDS, Age, Day, days, expire, finish

DAY = 86_400
STANDARD, LONG = Day("standard", date(2026, 11, 18)), Day("it's long", date(2026, 11, 18))
MIDNIGHT = datetime(2026, 11, 19, tzinfo=UTC).timestamp()
KEEP = {"standard": 2.0 * DAY, "it's long": 10.0 * DAY}


def test_a_day_goes_when_its_class_is_kept_no_longer(fresh: Filled) -> None:
    fresh.load([event()])
    fresh.load([event()], context=Context("hook", retention="it's long"))
    fresh.load([event()], arrived=ARRIVED + DAY * 1_000_000)
    assert {STANDARD, LONG} < set(days(fresh.database))
    assert expire(fresh.database, KEEP, MIDNIGHT + 2 * DAY - 1) == ()
    assert expire(fresh.database, KEEP, MIDNIGHT + 2 * DAY) == (STANDARD,)
    assert fresh.reader.count(Question()) == 2
    assert expire(fresh.database, KEEP, MIDNIGHT + 9 * DAY) == (Day("standard", date(2026, 11, 19)),)
    assert expire(fresh.database, {"standard": 1.0 * DAY}, MIDNIGHT + DAY) == (LONG,)


def test_what_was_dropped_still_counts_for_the_ledger(fresh: Filled) -> None:
    fresh.load([event(), event()])
    fresh.load([event()])
    fresh.load([event()], arrived=ARRIVED + DAY * 1_000_000)
    assert [fresh.reader.rows(0, below) for below in (0, 1, 2, 3)] == [0, 2, 3, 4]
    assert expire(fresh.database, KEEP, MIDNIGHT + 2 * DAY) == (STANDARD,)
    assert fresh.reader.count(Question()) == 1
    assert [fresh.reader.rows(0, below) for below in (2, 3)] == [3, 4]
    assert fresh.reader.rows(1, 99) == 0
    fresh.load([event()])  # of a day that is gone: late, and dropped once more
    assert expire(fresh.database, KEEP, MIDNIGHT + 2 * DAY) == (STANDARD,)
    assert fresh.reader.rows(0, 4) == 5


@pytest.mark.parametrize("dropped", [False, True], ids=["before the drop", "after the drop"])
def test_a_drop_that_a_crash_cut_short_is_finished(fresh: Filled, *, dropped: bool) -> None:
    fresh.load([event(), event()])
    name = days(fresh.database)[STANDARD]
    retention._note(fresh.database, name)
    if dropped:
        fresh.database.run(f"ALTER TABLE tocsin.events DROP PARTITION ID '{name}'")
    for _ in range(2):
        finish(fresh.database)
        assert (fresh.reader.count(Question()), fresh.reader.rows(0, 1)) == (0, 2)


@pytest.mark.parametrize(
    ("ahead", "known"), [(0, True), (-DAY, True), (LEAP_SECONDS + 1, False), (200 * 365 * DAY, False)]
)
def test_age_is_not_known_by_a_clock_that_was_set_ahead(ahead: float, known: bool) -> None:
    now = {"wall": 1_795_000_000.0, "steady": 1_000.0}
    age = Age(lambda: now["wall"], lambda: now["steady"])
    for passed in (30 * DAY, 1):  # a machine that sleeps is no clock that was set
        now["wall"] += passed
        now["steady"] += passed
        assert age.is_known
    now["wall"] += ahead
    assert age.is_known is known
    now["wall"] -= ahead
    assert age.is_known
