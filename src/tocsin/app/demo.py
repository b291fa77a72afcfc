"""`tocsin demo`: the real supervisor over a folder of its own, an attack that is played to it, and what it says of it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol

from tocsin.app.supervisor import Supervisor
from tocsin.control.database import Database
from tocsin.control.listing import MAX_PAGE, page
from tocsin.model.alert import Alert
from tocsin.services.control_place import open_control
from tocsin.services.demo_folder import Place
from tocsin.services.demo_sending import Senders
from tocsin.services.demo_story import Scene, play, read_story
from tocsin.telemetry import status

LOOK_SECONDS = 0.1
"""How often the alerts are looked at."""


class Audience(Protocol):
    """Who is shown what happens; called from several threads."""

    def scene(self, scene: Scene) -> None:
        """A step of the attack begins."""

    def alert(self, alert: Alert) -> None:
        """An alert has appeared."""

    def complete(self, number: int) -> None:
        """So many kinds of alerts were promised, and all have come."""


class Demo:
    """One demo. Run it in the main thread: its supervisor listens to signals."""

    def __init__(self, place: Place, audience: Audience) -> None:
        self.place = place
        self.audience = audience
        self.story = read_story()
        self.supervisor = Supervisor(place.settings)
        self.wait: Callable[[float], bool] = self.supervisor.stopping.wait

    def run(self, seconds: float | None = None) -> int:
        """Run until told to stop, or for so many seconds; returns the exit code. Raises what went wrong."""
        stopping = self.supervisor.stopping
        clock = threading.Timer(seconds, stopping.set) if seconds is not None else None
        with ThreadPoolExecutor(2) as threads:
            try:
                if clock:
                    clock.start()
                parts = [threads.submit(part) for part in (self._play, self._watch)]
                for part in parts:
                    part.add_done_callback(self._ended)
                code = self.supervisor.run()
            finally:
                stopping.set()
                if clock:
                    clock.cancel()
            for part in parts:
                part.result()
        return code

    def _ended(self, part: "Future[None]") -> None:
        """A part ends before its time only by a mistake: then everything does."""
        if part.exception():
            self.supervisor.stopping.set()

    def _play(self) -> None:
        place = self.place
        token = place.token.read_text(encoding="ascii")
        senders = Senders(place.http, place.syslog, token, place.logs, self.wait)
        try:
            if self._ready("intake"):
                play(self.story, senders.send, wait=self.wait, begins=self.audience.scene)
        finally:
            senders.close()

    def _watch(self) -> None:
        if not self._ready("hub"):  # it makes the tables
            return
        database = open_control(self.supervisor.settings)
        promised = set(self.story.alerts)
        try:
            for alert in self._appearing(database):
                self.audience.alert(alert)
                if alert.rule.title in promised:
                    promised.remove(alert.rule.title)
                    if not promised:
                        self.audience.complete(len(self.story.alerts))
        finally:
            database.close()

    def _appearing(self, database: Database) -> Iterator[Alert]:
        """Yield each alert once, until told to stop."""
        seen: set[str] = set()
        while not self.wait(LOOK_SECONDS):
            with database.read() as connection:
                newest = page(connection, limit=MAX_PAGE).alerts
            fresh = [alert for alert in newest if alert.id not in seen]
            seen.update(alert.id for alert in fresh)
            yield from reversed(fresh)

    def _ready(self, role: str) -> bool:
        """Wait for a role; false when it is time to stop."""
        folder = self.supervisor.layout.run
        while not self.wait(LOOK_SECONDS / 2):
            now = time.time()
            if any(one.role == role and status.is_well(one, now) for one in status.read(folder)):
                return True
        return False
