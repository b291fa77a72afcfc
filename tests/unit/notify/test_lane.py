"""What becomes of a message, by what its receiver does."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import pytest
from sqlalchemy import select

from tocsin.control import outbox
from tocsin.control.audit import By
from tocsin.control.database import Database
from tocsin.control.tables import OUTBOX
from tocsin.model.message import Message
from tocsin.notify.lane import LOOK, MARGIN, Lane, Outlet
from tocsin.notify.pace import FIRST, LONGEST
from tocsin.ports.notifier import Delivery, NotDeliveredError

NOON = 1_795_000_000.0
LATER = NotDeliveredError("the answer was 503", retryable=True)
WAIT = NotDeliveredError("the answer was 429", retryable=True, after=90.0)
NEVER = NotDeliveredError("the answer was 410", retryable=False)


class Scripted:
    """A receiver that does one thing after the other, and then takes everything."""

    def __init__(self, *script: Exception) -> None:
        self.script: Iterator[Exception] = iter(script)
        self.got: list[Delivery] = []

    def send(self, delivery: Delivery) -> None:
        self.got.append(delivery)
        error = next(self.script, None)
        if error:
            raise error

    def close(self) -> None:
        pass


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> float:
        return self.now


class Bench:
    """A lane, its clock and its receiver."""

    def __init__(self, database: Database, *script: Exception, **terms: float) -> None:
        self.database, self.clock, self.receiver = database, Clock(), Scripted(*script)
        outlet = Outlet(self.receiver, **terms)  # type: ignore[arg-type]
        self.lane = Lane(database, "oncall", outlet, self.clock)

    def fill(self, *keys: str, target: str = "oncall") -> None:
        with self.database.write() as connection:
            outbox.enqueue(connection, [Message(key, target, {"n": key}) for key in keys], self.clock.now)

    def run(self, until: float) -> None:
        """Step until nothing is due before a moment."""
        for _ in range(10_000):
            due = self.lane.step()
            if due > until:
                return
            self.clock.now = max(self.clock.now, due)
        raise AssertionError("it does not come to rest")

    def rows(self) -> Sequence[tuple[str, str, int, str | None]]:
        with self.database.read() as connection:
            asked = select(OUTBOX.c.key, OUTBOX.c.state, OUTBOX.c.attempts, OUTBOX.c.error)
            return [tuple(row) for row in connection.execute(asked.order_by(OUTBOX.c.id))]


def test_what_arrives_is_sent(database: Database) -> None:
    bench = Bench(database)
    bench.fill("a", "b")
    bench.run(NOON + 1)
    assert [one.key for one in bench.receiver.got] == ["a", "b"]
    assert bench.receiver.got[0].payload == {"n": "a"}
    assert [row[1] for row in bench.rows()] == ["sent", "sent"]
    assert (bench.lane.counts.sent, bench.lane.counts.retried, bench.lane.counts.dead) == (2, 0, 0)


def test_with_nothing_to_do_it_looks_again(database: Database) -> None:
    bench = Bench(database)
    assert bench.lane.step() == NOON + LOOK
    bench.fill("a", target="another")
    assert bench.lane.step() == NOON + LOOK
    assert bench.receiver.got == []


def test_what_fails_comes_again_later_each_time(database: Database) -> None:
    bench = Bench(database, *[LATER] * 5)
    bench.fill("a")
    bench.run(NOON + 3_600)
    times = [one.at - NOON for one in bench.receiver.got]
    assert len(times) == 6
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert all(FIRST * 2**n / 2 <= gap <= FIRST * 2**n for n, gap in enumerate(gaps))
    assert {one.key for one in bench.receiver.got} == {"a"}
    assert bench.rows() == [("a", "sent", 6, None)]
    assert bench.lane.counts.retried == 5


def test_a_receiver_that_asks_to_wait_is_left_alone(database: Database) -> None:
    bench = Bench(database, WAIT)
    bench.fill("a", "b", "c")
    bench.run(NOON + 89)
    assert [one.key for one in bench.receiver.got] == ["a"]
    bench.run(NOON + 91)
    assert sorted(one.key for one in bench.receiver.got[1:]) == ["a", "b", "c"]
    assert all(one.at >= NOON + 90 for one in bench.receiver.got[1:])


def test_what_cannot_arrive_is_given_up_at_once_and_can_be_replayed(database: Database) -> None:
    bench = Bench(database, NEVER)
    bench.fill("a")
    bench.run(NOON + 3_600)
    assert bench.rows() == [("a", "dead", 1, "the answer was 410")]
    assert bench.lane.counts.dead == 1
    with database.write() as connection:
        (letter,) = outbox.dead(connection)
        outbox.replay(connection, [letter.id], By("user:alice", bench.clock.now))
    bench.run(bench.clock.now + 10)
    assert [one.key for one in bench.receiver.got] == ["a", "a"]
    assert bench.rows() == [("a", "sent", 1, None)]


def test_after_its_time_a_message_is_given_up_and_a_replay_has_all_of_it_again(database: Database) -> None:
    bench = Bench(database, *[LATER] * 1_000, give_up_after=7_200.0)
    bench.fill("a")
    bench.run(NOON + 20_000)
    (row,) = bench.rows()
    assert row[1] == "dead"
    assert row[3]
    assert row[3].startswith("given up after 7200 s and ")
    assert row[3].endswith("the answer was 503")
    first = len(bench.receiver.got)
    assert first >= 7_200 / LONGEST
    assert bench.receiver.got[-1].at <= NOON + 7_200
    with database.write() as connection:
        (letter,) = outbox.dead(connection)
        outbox.replay(connection, [letter.id], By("user:alice", bench.clock.now))
    begun = bench.clock.now
    bench.run(begun + 20_000)
    assert bench.receiver.got[-1].at > begun + 7_200 - LONGEST
    assert bench.rows()[0][1] == "dead"


def test_so_many_a_minute(database: Database) -> None:
    bench = Bench(database, per_minute=3)
    bench.fill(*(f"key-{number}" for number in range(10)))
    bench.run(NOON + 600)
    minutes = [int((one.at - NOON) // 60) for one in bench.receiver.got]
    assert minutes == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3]


def test_a_mistake_of_ours_is_loud_once(database: Database) -> None:
    bench = Bench(database, ZeroDivisionError())
    bench.fill("a", "b")
    with pytest.raises(ZeroDivisionError):
        bench.lane.step()
    assert bench.rows()[0][1:] == ("dead", 1, "a mistake in Tocsin itself")
    bench.run(NOON + 1)
    assert [one.key for one in bench.receiver.got] == ["a", "b"]


def test_an_answer_that_comes_when_the_lease_is_over_is_counted(database: Database) -> None:
    bench = Bench(database, timeout=1.0)
    bench.fill("a")

    class Slow(Scripted):
        def send(self, delivery: Delivery) -> None:
            super().send(delivery)
            with database.write() as connection:  # another hub, which believes that this one is dead
                outbox.take(connection, "other", NOON + MARGIN + 1)

    slow = Slow()
    lane = Lane(database, "oncall", Outlet(slow, timeout=1.0), bench.clock)
    lane.step()
    assert (lane.counts.sent, lane.counts.late) == (1, 1)
    assert bench.rows()[0][1] == "leased"
