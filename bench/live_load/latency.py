"""How long it takes from the sending of an attack until its alert is stored."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from live_load.plants import Plant, planted
from live_load.stored import alerts, counts
from live_load.stream import Body

LOOK = 0.05
"""Seconds between looks into the control database: so exact are the waits."""


class Watch:
    """Plants an attack in every so many bodies, and notes when each one's alert is first seen."""

    def __init__(self, control: Path, run: int, every: int) -> None:
        self.control = control
        self.run = run
        self.every = every
        self.plants: list[Plant] = []
        self.sent: dict[str, float] = {}
        self.seen: dict[str, float] = {}
        self._stop = threading.Event()

    def bodies(self, bodies: Iterator[Body], clock: Callable[[], float] = time.time) -> Iterator[Body]:
        """Yield the bodies, some with an attack; its clock begins when the body is handed out."""
        for number, body in enumerate(bodies):
            if number % self.every:
                yield body
                continue
            body, plant = planted(body, self.run, clock())
            self.plants.append(plant)
            self.sent[plant.user] = time.monotonic()
            yield body

    def look(self) -> None:
        """Note the alerts that are new; those of attacks of other runs are not ours."""
        found = counts(alerts(self.control))
        now = time.monotonic()
        for user in found.keys() & self.sent.keys():
            self.seen.setdefault(user, now)

    def watch(self) -> threading.Thread:
        """Look again and again in a thread of its own, until `stop`."""
        thread = threading.Thread(target=self._watch, daemon=True)
        thread.start()
        return thread

    def _watch(self) -> None:
        while not self._stop.wait(LOOK):
            self.look()

    def stop(self) -> None:
        """Look no more."""
        self._stop.set()

    def waits(self) -> list[float]:
        """Return the seconds from sending to alert, of the plants that have one, in order of size."""
        return sorted(self.seen[user] - at for user, at in self.sent.items() if user in self.seen)
