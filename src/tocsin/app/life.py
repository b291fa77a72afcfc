"""The life of a role's process: what it runs with, when it must stop, and what it says of itself meanwhile."""

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from types import FrameType, TracebackType
from typing import Self

from tocsin.app.layout import Layout
from tocsin.services.kinds import kinds
from tocsin.settings.snapshot import Snapshot, kept
from tocsin.settings.tables import Settings
from tocsin.telemetry import status
from tocsin.telemetry.log import logger
from tocsin.telemetry.own import of_process
from tocsin.telemetry.status import Sample, Status

REPORT_SECONDS = 1.0
BEAT_SECONDS = 0.5
"""How often a role beats at most."""
ORPHAN_SECONDS = 0.3
"""How long a role whose supervisor has died may take to stop in order: the next supervisor's roles wait for it."""
ORPHANED = 4
"""Exit code of such a role."""
RELOAD = "reload "
"""What the supervisor writes to a role's standard input, with the hash of a snapshot behind it."""
BEAT = b"."
"""What a role writes to its standard input, which is a socket, for the supervisor."""


@dataclass
class Life:
    """Enter it to begin; leave it to end. `stopping` is set when the role should stop in order.

    A role stops on SIGTERM, and when its supervisor is gone: then its standard input ends, and so does the process,
    in order or not. What a role has promised is on the disk before it promises: it loses nothing by that.
    """

    role: str
    layout: Layout
    digest: str
    supervised: bool
    stopping: threading.Event = field(default_factory=threading.Event)
    ready: bool = False
    problems: Callable[[], Iterable[str]] = tuple
    samples: Callable[[], Iterable[Sample]] = tuple
    on_stop: Callable[[], object] | None = None
    """Called from another thread, once, when `stopping` was set."""
    on_reload: Callable[[str], object] | None = None
    """Called from another thread with the hash of a new snapshot."""
    started: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.snapshot: Snapshot = kept(self.digest, self.layout.snapshots)
        self.settings: Settings = self.snapshot.restored(kinds())
        self._reporter = threading.Thread(target=self._report, name="status", daemon=True)
        self._ended = threading.Event()
        self._left = threading.Event()
        self._telling = threading.Lock()
        self._broken: BaseException | None = None
        self._beaten = 0.0
        self._supervisor: socket.socket | None = None

    def __enter__(self) -> Self:
        signal.signal(signal.SIGTERM, self._on_signal)
        signal.signal(signal.SIGINT, signal.SIG_IGN if self.supervised else self._on_signal)
        if self.supervised:
            with suppress(OSError):  # started by hand, without a socket as its standard input
                self._supervisor = socket.socket(fileno=os.dup(sys.stdin.fileno()))
            threading.Thread(target=self._listen, name="supervisor", daemon=True).start()
        self._reporter.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._reporter.join()
        self.ready = False
        self._say()
        self._left.set()
        if self._broken and not error:
            raise self._broken

    def hush(self) -> None:
        """Ask the role nothing more about itself: what it tells of is about to be closed."""
        with self._telling:
            self.samples = self.problems = tuple

    def stop(self) -> None:
        """Ask the role to stop."""
        if not self.stopping.is_set():
            self.stopping.set()
            if self.on_stop:
                self.on_stop()

    def be_ready(self) -> None:
        """Say that the role does its work from now on."""
        self.ready = True
        self._say()
        logger().info("ready", seconds=round(time.time() - self.started, 2))

    def beat(self) -> None:
        """Tell the supervisor that the role's own loop goes on. From the first time on, silence means that it hangs.

        Not by the status: a thread writes that, whatever the loop does, and it needs room on the disk.
        """
        now = time.monotonic()
        if self._supervisor is None or now - self._beaten < BEAT_SECONDS:
            return
        self._beaten = now
        with suppress(OSError):  # it is gone, or has not listened for long
            self._supervisor.send(BEAT, socket.MSG_DONTWAIT)

    def _on_signal(self, _number: int, _frame: FrameType | None) -> None:
        self.stop()

    def _listen(self) -> None:
        with suppress(ConnectionError):  # it was killed before it had heard all beats
            for line in sys.stdin:
                if line.startswith(RELOAD) and self.on_reload:
                    self.on_reload(line.removeprefix(RELOAD).strip())
        self.stop()
        self._left.wait(ORPHAN_SECONDS)
        os._exit(ORPHANED)

    def _report(self) -> None:
        try:
            while not self._ended.wait(REPORT_SECONDS):
                self._say()
        except BaseException as error:  # noqa: BLE001 (carried to the role's own thread, which ends with it)
            self._broken = error
            self.stop()

    def _say(self) -> None:
        try:
            status.write(self._said(), self.layout.run)
        except OSError as error:  # no room, or no file is free
            logger().warning("status cannot be written", error=str(error))

    def _said(self) -> Status:
        with self._telling:
            samples, problems = tuple(self.samples()), tuple(self.problems())
        return Status(
            role=self.role,
            pid=os.getpid(),
            started=self.started,
            at=time.time(),
            ready=self.ready and not self.stopping.is_set(),
            snapshot=self.digest,
            problems=problems,
            samples=(*samples, *of_process()),
        )
