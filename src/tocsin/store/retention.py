"""What is too old goes, a day of a retention class at a time: dropping a partition takes no reading."""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from tocsin.store.database import Database

LEAP_SECONDS = 3_600.0
"""A clock that was set ahead by more is believed after a start only: a person has seen it then."""


class Day(NamedTuple):
    """A partition of the table: all events of a retention class that arrived on a day (UTC)."""

    retention: str
    day: date


class Age:
    """Tells whether the clock may be asked how old something is: not when it was set far ahead since this began.

    wall: seconds since 1970. steady: seconds that nobody sets, those asleep counted.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME),
    ) -> None:
        self._wall, self._steady = wall, steady
        self._began = wall() - steady()

    @property
    def ahead(self) -> float:
        """Seconds by which the clock was set ahead; below 0: back."""
        return self._wall() - self._steady() - self._began

    @property
    def is_known(self) -> bool:
        """Whether what the clock says may be believed: what is deleted cannot be had again."""
        return self.ahead < LEAP_SECONDS


def days(database: Database) -> dict[Day, str]:
    """Return the days that there are, and what chDB calls each."""
    asked = database.ask(
        "SELECT DISTINCT _partition_id AS id, _partition_value.1 AS retention, toString(_partition_value.2) AS day "
        "FROM tocsin.events",
        {},
        "readonly = 1",
    )
    return {
        Day(row["retention"].decode(), date.fromisoformat(row["day"].decode())): row["id"].decode()
        for row in asked.to_pylist()
    }


def expire(database: Database, keep: Mapping[str, float], now: float) -> tuple[Day, ...]:
    """Drop the days whose last event arrived longer ago than its class is kept; return them.

    keep: class -> seconds. A class that is not named any more is kept as long as the longest. now: seconds since 1970.
    """
    longest = max(keep.values(), default=0.0)
    today = datetime.fromtimestamp(now, UTC)
    gone = []
    for day, name in sorted(days(database).items()):
        ends = datetime(day.day.year, day.day.month, day.day.day, tzinfo=UTC) + timedelta(days=1)
        if (today - ends).total_seconds() >= keep.get(day.retention, longest) > 0:
            _note(database, name)
            finish(database)
            gone.append(day)
    return tuple(gone)


def _note(database: Database, name: str) -> None:
    """Write down what is in a day, before it goes: the ledger has to know. One row a partition of the journal."""
    database.run(
        "INSERT INTO tocsin.expired SELECT {day:String}, partition, max(offset), count(), false, "
        "(SELECT count() FROM tocsin.expired) FROM tocsin.events WHERE _partition_id = {day:String} GROUP BY partition",
        {"day": name},
    )


def finish(database: Database) -> None:
    """Drop the days that are noted to go, as far as a crash has left them. Before anything is loaded."""
    asked = database.ask(
        "SELECT day FROM tocsin.expired GROUP BY day, number HAVING max(done) = 0", {}, "readonly = 1"
    )
    for row in asked.to_pylist():
        name = row["day"].decode()
        if name in days(database).values():
            database.run(f"ALTER TABLE tocsin.events DROP PARTITION ID '{name}'")
        database.run(
            "INSERT INTO tocsin.expired SELECT day, partition, last, rows, true, number FROM tocsin.expired "
            "WHERE day = {day:String} AND NOT done AND number NOT IN (SELECT number FROM tocsin.expired WHERE done)",
            {"day": name},
        )
