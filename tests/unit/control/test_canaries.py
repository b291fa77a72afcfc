"""Canaries that came through are known again, and the last of each way is found."""

from tocsin.control.canaries import KEPT_SECONDS, Arrival, Passed, latest, note
from tocsin.control.database import Database

MS = 1_795_000_000_000


def arrival(sent: int, way: str = "udp", event: str = "0-1-0", name: str = "net") -> Arrival:
    return Arrival(name, way, sent, sent / 1000 + 0.5, event)


def noted(database: Database, *some: Arrival, at: float = 1.0) -> list[str]:
    with database.write() as connection:
        return [one.event for one in note(connection, some, at)]


def test_one_that_was_here_is_told(database: Database) -> None:
    assert noted(database) == []
    assert noted(database, arrival(MS), arrival(MS, "tcp"), arrival(MS, event="0-1-9")) == ["0-1-9"]
    assert noted(database, arrival(MS + 1), arrival(MS, event="0-2-0"), arrival(MS, name="other")) == [
        "0-2-0"
    ]


def test_the_last_of_each_way_is_the_one_sent_last(database: Database) -> None:
    noted(database, arrival(MS + 10), at=7.0)
    noted(database, arrival(MS), arrival(MS, "tcp"), at=8.0)
    with database.read() as connection:
        assert latest(connection) == {
            ("net", "udp"): Passed("net", "udp", MS + 10, MS / 1000 + 0.51, "0-1-0", 7.0),
            ("net", "tcp"): Passed("net", "tcp", MS, MS / 1000 + 0.5, "0-1-0", 8.0),
        }


def test_they_are_not_kept_for_ever(database: Database) -> None:
    later = MS + int(KEPT_SECONDS * 1000) + 1
    noted(database, arrival(MS), arrival(MS, "tcp"))
    noted(database, arrival(later))
    assert noted(database, arrival(MS), arrival(MS, "tcp", "again"), arrival(later, event="too")) == [
        "again",
        "too",
    ]


def test_one_transaction_that_fails_leaves_nothing(database: Database) -> None:
    try:
        with database.write() as connection:
            note(connection, [arrival(MS)], 1.0)
            raise KeyError
    except KeyError:
        pass
    assert noted(database, arrival(MS)) == []
