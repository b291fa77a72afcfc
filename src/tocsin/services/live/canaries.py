"""Sends canaries: through every way into every input, when it is due, as any sender does.

It runs beside the roles, in the supervisor. What came of it is for the hub to say; it is told what was tried.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from msgspec.structs import replace

from tocsin.errors import ConfigError, DeliveryError
from tocsin.intake.inputs import ways
from tocsin.model.canary import Attempt, Canary, Marker
from tocsin.model.hidden import plain
from tocsin.ports.input import Send
from tocsin.services.live import attempts
from tocsin.settings.kinds import Input
from tocsin.settings.tables import Settings
from tocsin.telemetry.log import logger

RETRY_SECONDS = 1.0
"""Until a canary that could not be sent is tried again; each time it is another one."""
SETTLE_SECONDS = 5.0
"""Until the first canary of an input that is new or has changed: intake takes it over meanwhile."""
NOT_READY = "intake is not ready"


@dataclass(slots=True)
class _Way:
    """One way into an input. due: when the next canary is. trying: the present one could not be sent yet."""

    attempt: Attempt
    send: Send
    due: float
    trying: bool = False
    again: float = 0.0


class Canaries:
    """inputs, run: folders (of inputs, of what roles say). clock: seconds since 1970.

    missing: which roles are not ready. None is sent before all were, once; nor as long as intake is missing.
    """

    def __init__(
        self,
        marker: Marker,
        inputs: Path,
        run: Path,
        missing: Callable[[], Collection[str]],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._marker, self._inputs, self._run = marker, inputs, run
        self._missing, self._clock = missing, clock
        self._begun = False
        self._lock = threading.Lock()
        self._configs: dict[str, Input] = {}
        self._ways: dict[str, list[_Way]] = {}
        self._impossible: dict[str, str] = {}
        self._every = self._late = 0.0
        self._last = 0
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._broken: BaseException | None = None

    def use(self, settings: Settings, wait: float = 0.0) -> None:
        """Take over settings. wait: seconds until the first canary of what is new."""
        due = self._clock() + wait
        wanted = {
            name: one for name, one in settings.inputs.items() if one.canary and settings.canary.enabled
        }
        with self._lock:
            self._every, self._late = float(settings.canary.every), float(settings.canary.late)
            for name in self._configs.keys() - wanted.keys():
                self._forget(name)
            for name, config in wanted.items():
                if self._configs.get(name) != config:
                    self._forget(name)
                    self._open(name, config, due)
            self._say()

    def _forget(self, name: str) -> None:
        for one in (self._configs, self._ways, self._impossible):
            one.pop(name, None)

    def _open(self, name: str, config: Input, due: float) -> None:
        self._configs[name] = config
        try:
            found = ways(config, self._inputs / name)
        except ConfigError as error:
            self._impossible[name] = str(error)
            logger().warning("an input gets no canaries", input=name, why=str(error))
            return
        self._ways[name] = [_Way(Attempt(name, way), send, due) for way, send in found.items()]

    def step(self) -> None:
        """Send what is due."""
        self._begun = self._begun or not self._missing()
        if not self._begun:
            return
        with self._lock:
            due = [one for some in self._ways.values() for one in some if self._begin(one)]
        for one in due:
            self._try(one)
        if due:
            with self._lock:
                self._say()

    def _begin(self, one: _Way) -> bool:
        now = self._clock()
        if now >= one.due or one.due - now > self._every:  # the clock was set back
            one.attempt = replace(one.attempt, first=now)
            one.due, one.again, one.trying = now + self._every, now, True
        return one.trying and now >= one.again

    def _try(self, one: _Way) -> None:
        # No two canaries are of one millisecond: that is what makes them known again.
        now = int(self._clock() * 1000)
        self._last = self._last + 1 if 0 <= self._last - now < 1000 else now
        error = self._sent(one, Canary(one.attempt.input, one.attempt.way, self._last))
        if error and error != one.attempt.error:
            logger().warning("a canary was not sent", input=one.attempt.input, way=one.attempt.way, why=error)
        one.attempt = replace(one.attempt, last=self._last, error=error)
        one.trying, one.again = bool(error), self._clock() + RETRY_SECONDS
        if error:
            self._open_again(one)

    def _open_again(self, one: _Way) -> None:
        """Intake may have started again meanwhile, with a token or a certificate that was renewed."""
        name = one.attempt.input
        config = self._configs.get(name)
        if config:
            with suppress(ConfigError):
                one.send = ways(config, self._inputs / name).get(one.attempt.way, one.send)

    def _sent(self, one: _Way, canary: Canary) -> str:
        """Return why it could not be sent; empty if it was."""
        # A datagram to nobody is lost, and nobody says so.
        if "intake" in self._missing():
            return NOT_READY
        try:
            one.send(self._marker.write(canary))
        except DeliveryError as error:
            return plain(str(error), 300)
        return ""

    def _say(self) -> None:
        try:
            attempts.write([one.attempt for some in self._ways.values() for one in some], self._run)
        except OSError as error:
            logger().warning("the hub cannot be told of canaries", error=str(error))

    def problems(self) -> Iterator[str]:
        """Yield what a person should know: inputs without canaries, and canaries that cannot be sent for long."""
        now = self._clock()
        with self._lock:
            for name, why in self._impossible.items():
                yield f"input {name} gets no canaries: {plain(why, 300)}"
            for one in (one for some in self._ways.values() for one in some):
                if one.trying and now - one.attempt.first > self._late:
                    yield f"no canary gets into input {one.attempt.input} over {one.attempt.way}: {one.attempt.error}"

    def start(self) -> None:
        """Send in a thread of its own, which a listener that hangs holds up, and nobody else."""
        self._thread = threading.Thread(target=self._keep_sending, name="canaries", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Send nothing any more."""
        self._stopping.set()

    def check(self) -> None:
        """Raise what ended the thread, if something did."""
        if self._broken:
            raise self._broken

    def _keep_sending(self) -> None:
        try:
            while not self._stopping.wait(RETRY_SECONDS / 4):
                try:
                    self.step()
                except OSError as error:  # no file is free: that passes
                    logger().warning("no canaries can be sent now", error=str(error))
        except BaseException as error:  # noqa: BLE001 (carried to the supervisor's own thread)
            self._broken = error
