"""One channel's way from the outbox to its receiver: one message at a time, in its own time."""

from collections.abc import Callable

from msgspec import Struct

from tocsin.control import outbox
from tocsin.control.database import Database
from tocsin.control.outbox import Taken, Terms
from tocsin.notify.pace import MOST, Pace, backoff
from tocsin.ports.notifier import Delivery, NotDeliveredError, Notifier

LOOK = 5.0
"""Seconds after which the outbox is looked at again, without a call: other processes replay messages too."""
MARGIN = 60.0
"""Seconds that a lease is longer than a delivery may take."""
_ATTEMPTS = 1_000_000  # time alone gives a message up
_MISTAKE = "a mistake in Tocsin itself"


class Outlet(Struct, frozen=True):
    """A channel that is ready. timeout, give_up_after: seconds; as in the settings."""

    notifier: Notifier
    timeout: float = 10.0
    per_minute: int = 60
    give_up_after: float = 86_400.0


class Counts(Struct):
    """What became of a channel's messages since the start. retried: attempts that failed, and were put off."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    seconds: float = 0.0
    """From the writing of the message that was sent last until it was sent."""
    late: int = 0
    """Answers that came when the lease was over: the message is or was sent twice."""


class Lane:
    """Sends what waits for one channel. Not for several threads at a time."""

    def __init__(self, database: Database, name: str, outlet: Outlet, clock: Callable[[], float]) -> None:
        self.name = name
        self.counts = Counts()
        self._database, self._outlet, self._clock = database, outlet, clock
        self._pace = Pace(outlet.per_minute)
        self._hold = 0.0
        self._terms = Terms(seconds=outlet.timeout + MARGIN, limit=1, targets=(name,), attempts=_ATTEMPTS)

    def step(self) -> float:
        """Send the message that is due, if any; return when to come again, seconds since 1970."""
        now = self._clock()
        # A receiver that asks to wait means all messages, not this one. A clock may be set back meanwhile.
        free = max(self._pace.free(now), min(self._hold, now + MOST))
        if free > now:
            return free
        with self._database.read() as connection:
            due = outbox.due(connection, self.name)
        if due is None or due > now:
            return now + LOOK if due is None else min(due, now + LOOK)
        with self._database.write() as connection:
            taken = outbox.take(connection, "hub", now, self._terms)
        for one in taken:
            self._pace.note(now)
            self._deliver(one, now)
        return self._clock()

    def _deliver(self, one: Taken, now: float) -> None:
        message = one.message
        try:
            self._outlet.notifier.send(Delivery(message.key, message.payload, now))
        except NotDeliveredError as error:
            self._failed(one, error)
        except Exception:
            # Loud: it ends the role. But not once more for the same message when the role is there again.
            self._settle_dead(one, _MISTAKE)
            raise
        else:
            with self._database.write() as connection:
                settled = outbox.sent(connection, one)
            self.counts.sent += 1
            self.counts.seconds = max(0.0, self._clock() - one.created)
            self.counts.late += settled is outbox.Settled.LOST

    def _failed(self, one: Taken, error: NotDeliveredError) -> None:
        now = self._clock()
        again = now + backoff(one.message.key, one.attempt, error.after)
        if error.after is not None:
            self._hold = again
        if not error.retryable:
            self._settle_dead(one, str(error))
        elif again - one.created > self._outlet.give_up_after:
            said = f"given up after {self._outlet.give_up_after:g} s and {one.attempt} attempts: {error}"
            self._settle_dead(one, said)
        else:
            with self._database.write() as connection:
                outbox.failed(connection, one, str(error), again=again)
            self.counts.retried += 1

    def _settle_dead(self, one: Taken, said: str) -> None:
        with self._database.write() as connection:
            outbox.failed(connection, one, said, again=None)
        self.counts.dead += 1
