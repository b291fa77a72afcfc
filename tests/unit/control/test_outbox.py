"""Messages are sent at least once, by one sender at a time, and never forgotten silently."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import select

from tocsin.control.audit import By
from tocsin.control.database import Database
from tocsin.control.outbox import (
    MAX_ERROR,
    Settled,
    Taken,
    Terms,
    abandon,
    dead,
    due,
    enqueue,
    failed,
    forget,
    release,
    replay,
    sent,
    states,
    take,
)
from tocsin.control.tables import AUDIT, OUTBOX
from tocsin.model.message import Message

NOW = 1_795_000_000.0


def message(number: int, target: str = "oncall") -> Message:
    return Message(f"key-{number}", target, {"number": number, "text": "é\0"}, f"alert-{number}")


def fill(database: Database, size: int, at: float = NOW) -> None:
    with database.write() as connection:
        enqueue(connection, [message(number) for number in range(size)], at)


def taken(database: Database, at: float, sender: str = "a", terms: Terms | None = None) -> list[Taken]:
    with database.write() as connection:
        return take(connection, sender, at, terms)


def counted(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {state: count for state, count in states(connection).items() if count}


def test_a_message_comes_out_as_it_went_in(database: Database) -> None:
    fill(database, 2)
    found = taken(database, NOW)
    assert [one.message for one in found] == [message(0), message(1)]
    assert [one.attempt for one in found] == [1, 1]


def test_a_key_is_taken_once(database: Database) -> None:
    fill(database, 3)
    fill(database, 5)
    assert counted(database) == {"waiting": 5}


def test_who_has_a_lease_has_it_alone_until_it_ends(database: Database) -> None:
    fill(database, 1)
    assert len(taken(database, NOW, terms=Terms(seconds=60))) == 1
    assert taken(database, NOW + 59.9, "b") == []
    again = taken(database, NOW + 60, "b")
    assert [one.attempt for one in again] == [2]


def test_a_message_that_was_sent_is_done(database: Database) -> None:
    fill(database, 1)
    (one,) = taken(database, NOW)
    with database.write() as connection:
        assert sent(connection, one) is Settled.DONE
        assert sent(connection, one) is Settled.LOST
    assert counted(database) == {"sent": 1}
    assert taken(database, NOW + 10**6) == []


@pytest.mark.parametrize("sender", ["a", "b"])
def test_a_sender_that_comes_late_settles_nothing(database: Database, sender: str) -> None:
    fill(database, 1)
    (late,) = taken(database, NOW)
    (other,) = taken(database, NOW + 60, sender)
    with database.write() as connection:
        assert sent(connection, late) is Settled.LOST
        assert failed(connection, late, "no", again=NOW) is Settled.LOST
        assert sent(connection, other) is Settled.DONE


def test_a_lease_of_before_a_replay_is_no_lease(database: Database) -> None:
    fill(database, 1)
    (old,) = taken(database, NOW)
    with database.write() as connection:
        failed(connection, old, "gone", again=None)
        replay(connection, [old.id], By("user:alice", NOW + 1))
    (new,) = taken(database, NOW + 1)
    assert new.attempt == old.attempt
    with database.write() as connection:
        assert sent(connection, old) is Settled.LOST


def test_a_failure_waits_for_its_time(database: Database) -> None:
    fill(database, 1)
    (one,) = taken(database, NOW)
    with database.write() as connection:
        assert failed(connection, one, "429 \x1b[2J" + "x" * 5_000, again=NOW + 300) is Settled.DONE
        error = connection.scalar(select(OUTBOX.c.error))
    assert error
    assert error.startswith(r"429 \x1b[2J")
    assert len(error) == MAX_ERROR
    assert taken(database, NOW + 299) == []
    assert [two.attempt for two in taken(database, NOW + 300)] == [2]


def test_what_is_given_up_is_kept_and_can_be_replayed(database: Database) -> None:
    fill(database, 3)
    one, two, _ = taken(database, NOW)
    with database.write() as connection:
        failed(connection, one, "410 gone", again=None)
        failed(connection, two, "410 gone", again=None)
    with database.read() as connection:
        lost = dead(connection)
        assert [(letter.message, letter.attempts, letter.error) for letter in lost] == [
            (message(0), 1, "410 gone"),
            (message(1), 1, "410 gone"),
        ]
        assert dead(connection, after=lost[0].id) == lost[1:]
    with database.write() as connection:
        assert replay(connection, [one.id, one.id + 1_000], By("user:alice", NOW + 5)) == 1
        assert replay(connection, [one.id], By("user:alice", NOW + 5)) == 0
        recorded = connection.execute(select(AUDIT.c.actor, AUDIT.c.action, AUDIT.c.detail)).all()
    assert [tuple(row) for row in recorded] == [("user:alice", "outbox.replay", f'{{"ids":[{one.id}]}}')]
    assert [again.message for again in taken(database, NOW + 5)] == [message(0)]


def test_what_kills_its_sender_is_given_up(database: Database) -> None:
    fill(database, 1)
    terms = Terms(seconds=10, attempts=3)
    lives = [len(taken(database, NOW + 10 * life, terms=terms)) for life in range(5)]
    assert lives == [1, 1, 1, 0, 0]
    with database.read() as connection:
        assert [letter.error for letter in dead(connection)] == ["no answer from its sender in 3 attempts"]


def test_the_last_error_outlives_giving_up(database: Database) -> None:
    fill(database, 1)
    (one,) = taken(database, NOW)
    with database.write() as connection:
        failed(connection, one, "503", again=NOW)
    taken(database, NOW, terms=Terms(attempts=1))
    with database.read() as connection:
        assert [letter.error for letter in dead(connection)] == ["503"]


def test_targets_and_limits(database: Database) -> None:
    with database.write() as connection:
        enqueue(
            connection,
            [message(0, "slack"), message(1, "mail"), message(2, "slack"), message(3, "slack")],
            NOW,
        )
    found = taken(database, NOW, terms=Terms(targets=("slack",), limit=2))
    assert [one.message.key for one in found] == ["key-0", "key-2"]


def test_senders_at_the_same_moment_share_the_work(database: Database) -> None:
    fill(database, 60)
    start = threading.Barrier(4)

    def work(number: int) -> list[str]:
        start.wait()
        keys: list[str] = []
        while found := taken(database, NOW, f"sender-{number}", Terms(limit=7)):
            with database.write() as connection:
                keys += [one.message.key for one in found if sent(connection, one) is Settled.DONE]
        return keys

    with ThreadPoolExecutor(4) as pool:
        keys = [key for part in pool.map(work, range(4)) for key in part]
    assert sorted(keys) == sorted(f"key-{number}" for number in range(60))


def test_what_was_sent_is_forgotten_after_a_time_and_nothing_else(database: Database) -> None:
    fill(database, 3)
    one, two, _ = taken(database, NOW)
    with database.write() as connection:
        sent(connection, one)
        failed(connection, two, "410", again=None)
        assert forget(connection, NOW) == 0
        assert forget(connection, NOW + 1) == 1
    assert counted(database) == {"dead": 1, "leased": 1}


def test_when_the_next_message_to_a_target_is_due(database: Database) -> None:
    with database.write() as connection:
        enqueue(connection, [message(0), message(1, "mail")], NOW)
        enqueue(connection, [message(2)], NOW - 5)
        assert due(connection, "oncall") == NOW - 5
        assert due(connection, "mail") == NOW
        assert due(connection, "nobody") is None
        take(connection, "a", NOW, Terms(seconds=60, targets=("mail",)))
        assert due(connection, "mail") == NOW + 60


def test_a_hub_that_starts_ends_the_leases_of_the_one_before(database: Database) -> None:
    fill(database, 2)
    (old, _) = taken(database, NOW)
    with database.write() as connection:
        assert release(connection, NOW + 1) == 2
        assert sent(connection, old) is Settled.LOST
    assert [one.attempt for one in taken(database, NOW + 1)] == [2, 2]


def test_what_has_no_target_any_more_is_given_up(database: Database) -> None:
    with database.write() as connection:
        enqueue(connection, [message(0), message(1, "gone"), message(2, "gone")], NOW)
        take(connection, "a", NOW, Terms(targets=("gone",), limit=1))
        assert abandon(connection, ["oncall"], "no such channel") == 1
        assert abandon(connection, ["oncall"], "no such channel") == 0
        assert [(letter.message.key, letter.error) for letter in dead(connection)] == [
            ("key-2", "no such channel")
        ]
        assert abandon(connection, [], "none") == 1


def test_a_replay_begins_a_life_anew(database: Database) -> None:
    fill(database, 1)
    (one,) = taken(database, NOW)
    assert one.created == NOW
    with database.write() as connection:
        failed(connection, one, "no", again=None)
        replay(connection, [one.id], By("user:alice", NOW + 500))
    (again,) = taken(database, NOW + 500)
    assert (again.created, again.attempt) == (NOW + 500, 1)
