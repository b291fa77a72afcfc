"""Days go when their last event is old enough, by the clock that is handed in."""

from datetime import UTC, date, datetime

from store_samples import ARRIVED, Filled, event
from tocsin.model.received import Context
from tocsin.ports.store import Question
from tocsin.store.retention import Day, days, expire

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
