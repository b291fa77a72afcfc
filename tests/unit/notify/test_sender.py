"""The threads of the hub that sends."""

import threading
import time
from collections.abc import Callable

import pytest

from receivers import Answers, delivery, http
from tocsin.control import outbox
from tocsin.control.database import Database
from tocsin.model.message import Message
from tocsin.notify.lane import Outlet
from tocsin.notify.sender import NO_CHANNEL, Sender
from tocsin.notify.webhook.config import Config
from tocsin.notify.webhook.notifier import open_notifier
from tocsin.ports.notifier import Delivery
from tocsin.settings.secret import Secret


def webhook(port: int) -> Outlet:
    return Outlet(
        open_notifier("x", Config(url=Secret(literal=f"http://127.0.0.1:{port}/"))), per_minute=1_000
    )


def fill(database: Database, *messages: tuple[str, str], old: bool = False) -> None:
    at = 0.0 if old else time.time()
    with database.write() as connection:
        made = [Message(key, target, delivery(0.0).payload) for key, target in messages]
        outbox.enqueue(connection, made, at)


def eventually(holds: Callable[[], bool]) -> None:
    end, tick = time.monotonic() + 30, threading.Event()
    while not holds():
        assert time.monotonic() < end, "it did not come"
        tick.wait(0.01)


def states(database: Database) -> dict[str, int]:
    with database.read() as connection:
        return {name: count for name, count in outbox.states(connection).items() if count}


class Stuck:
    """A receiver that does not answer until it is let."""

    def __init__(self) -> None:
        self.asked, self.let = threading.Event(), threading.Event()

    def send(self, _: Delivery) -> None:
        self.asked.set()
        self.let.wait()

    def close(self) -> None:
        self.let.set()


def test_a_channel_that_is_stuck_holds_up_no_other(database: Database) -> None:
    stuck, answers = Stuck(), Answers(200)
    fill(database, ("s1", "stuck"), ("f1", "fine"), ("f2", "fine"))
    with http(answers) as port:
        sender = Sender(database, {"stuck": Outlet(stuck), "fine": webhook(port)})
        sender.start()
        eventually(stuck.asked.is_set)
        eventually(lambda: len(answers.got) == 2)
        fill(database, ("f3", "fine"))
        sender.wake()
        eventually(lambda: sender.counts["fine"].sent == 3)
        assert states(database) == {"sent": 3, "leased": 1}
        stuck.let.set()
        eventually(lambda: sender.counts["stuck"].sent == 1)
        sender.stop(10)
    sender.check()
    assert states(database) == {"sent": 4}


def test_what_a_dead_hub_had_taken_is_sent_at_once(database: Database) -> None:
    answers = Answers(200)
    fill(database, ("a", "fine"))
    with database.write() as connection:
        assert outbox.take(connection, "hub", 1e12)
    with http(answers) as port:
        sender = Sender(database, {"fine": webhook(port)})
        sender.start()
        eventually(lambda: states(database) == {"sent": 1})
        sender.stop(10)


def test_a_message_to_a_channel_that_is_gone_is_given_up(database: Database) -> None:
    fill(database, ("a", "gone"), ("b", "gone"))
    sender = Sender(database, {})
    sender.start()
    eventually(lambda: states(database) == {"dead": 2})
    sender.stop(10)
    assert sender.abandoned == 2
    with database.read() as connection:
        assert {letter.error for letter in outbox.dead(connection)} == {NO_CHANNEL}


def test_a_mistake_in_a_thread_reaches_the_role(database: Database) -> None:
    class Broken:
        def send(self, _: Delivery) -> None:
            raise ZeroDivisionError

        def close(self) -> None:
            pass

    def broken() -> bool:
        try:
            sender.check()
        except ZeroDivisionError:
            return True
        return False

    fill(database, ("a", "broken"))
    sender = Sender(database, {"broken": Outlet(Broken())})
    sender.start()
    eventually(broken)
    sender.stop(10)
    assert states(database) == {"dead": 1}


def test_stopping_does_not_wait_for_who_is_stuck(database: Database) -> None:
    stuck = Stuck()
    fill(database, ("a", "stuck"))
    sender = Sender(database, {"stuck": Outlet(stuck)})
    sender.start()
    eventually(stuck.asked.is_set)
    sender.stop(0.05)
    eventually(lambda: not any(thread.is_alive() for thread in sender._threads))


@pytest.mark.parametrize("kept", [True, False])
def test_what_was_sent_is_forgotten_in_the_end(database: Database, kept: bool) -> None:
    answers = Answers(200)
    with http(answers) as port:
        sender = Sender(database, {"fine": webhook(port)})
        fill(database, ("a", "fine"), old=not kept)
        with database.write() as connection:
            (one,) = outbox.take(connection, "hub", time.time())
            outbox.sent(connection, one)
        sender.start()
        eventually(lambda: states(database) == ({"sent": 1} if kept else {}))
        sender.stop(10)
