"""Sends what is in the outbox: a thread a channel, so that a slow one holds up nobody.

Every message is sent at least once. Who is killed between sending and noting it sends it again, with the
same key.
"""

import threading
import time
from collections.abc import Callable, Mapping

from tocsin.control import outbox
from tocsin.control.database import Database
from tocsin.notify.lane import Counts, Lane, Outlet

SWEEP = 600.0
"""Seconds between looks for messages to channels that are not there."""
KEEP = 30 * 86_400.0
"""Seconds for which a message that was sent is kept; its key is known so long."""
NO_CHANNEL = "no channel of this name is set up any more"


class Sender:
    """For the hub, which is the only one that sends. outlets: by the channels' names."""

    def __init__(
        self, database: Database, outlets: Mapping[str, Outlet], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._database, self._clock = database, clock
        self._outlets = dict(outlets)
        self._lanes = [Lane(database, name, one, clock) for name, one in self._outlets.items()]
        self._stopping = threading.Event()
        self._wakes: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._broken: BaseException | None = None
        self.abandoned = 0
        """Messages that were given up because there is no such channel."""

    @property
    def counts(self) -> dict[str, Counts]:
        """What became of messages since the start, by channel."""
        return {lane.name: lane.counts for lane in self._lanes}

    def start(self) -> None:
        """Begin. What a hub before this one had taken is free again: it is dead."""
        with self._database.write() as connection:
            outbox.release(connection, self._clock())
        self._begin("outbox", self._sweep)
        for lane in self._lanes:
            self._begin(f"channel-{lane.name}", lane.step)

    def wake(self) -> None:
        """Say that there is something new: without it, it is seen within `lane.LOOK` seconds."""
        for wake in self._wakes:
            wake.set()

    def check(self) -> None:
        """Raise what ended a thread, if something did: the role ends with it."""
        if self._broken:
            raise self._broken

    def stop(self, grace: float) -> None:
        """Send nothing new, and wait so many seconds for what is under way, which is sent again otherwise."""
        self._stopping.set()
        self.wake()
        end = time.monotonic() + grace
        for thread in self._threads:
            thread.join(max(0.0, end - time.monotonic()))
        for outlet in self._outlets.values():
            outlet.notifier.close()

    def _begin(self, name: str, step: Callable[[], float]) -> None:
        wake = threading.Event()
        self._wakes.append(wake)
        # Daemons: a delivery that hangs does not keep a role alive that is to end.
        thread = threading.Thread(target=self._run, args=(step, wake), name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def _run(self, step: Callable[[], float], wake: threading.Event) -> None:
        try:
            while not self._stopping.is_set():
                wake.clear()
                left = step() - self._clock()
                if left > 0:
                    wake.wait(left)
        except BaseException as error:  # noqa: BLE001 (carried to the role's own thread, which ends with it)
            self._broken = error

    def _sweep(self) -> float:
        now = self._clock()
        with self._database.write() as connection:
            self.abandoned += outbox.abandon(connection, list(self._outlets), NO_CHANNEL)
            outbox.forget(connection, now - KEEP)
        return now + SWEEP
