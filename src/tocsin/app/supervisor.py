"""The supervisor: settings -> a snapshot -> roles that are kept alive, and what they say of themselves."""

import fcntl
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tocsin.app.child import Child
from tocsin.app.layout import Layout
from tocsin.errors import ConfigError
from tocsin.model.hidden import plain
from tocsin.services.kinds import load_settings
from tocsin.services.settings_check import check
from tocsin.services.settings_snapshot import take
from tocsin.settings.mistake import Severity
from tocsin.settings.snapshot import Snapshot, keep
from tocsin.settings.tables import Settings
from tocsin.telemetry import status
from tocsin.telemetry.exposition import Health
from tocsin.telemetry.log import logger, settle
from tocsin.telemetry.status import Sample, Status

LOOK_SECONDS = 0.05
STOP_SECONDS = 20.0
"""How long roles may take to stop in order."""
CRASHING = 3
"""A role that has died so often in a row is told as a problem."""
_RESTARTED_BY = {
    "worker": (
        "rules",
        "files.rules",
        "files.placeholders",
        "files.pipelines",
        "identities",
        "files.identities",
    ),
    "hub": ("rules", "files.rules", "files.placeholders", "files.pipelines", "alerts", "channels", "routes"),
    "store": ("store",),
}
"""Role -> the parts of a snapshot that it cannot take over while it runs."""
_FIXED = ("tocsin", "journal", "control", "metrics")
"""Parts that only a start of everything takes over."""


class Supervisor:
    """Runs in the foreground. Raises ConfigError when it cannot start."""

    def __init__(self, config: Path) -> None:
        self.config = config.absolute()
        self.settings = self._checked()
        self.layout = Layout(Path(str(self.settings.tocsin.data.path)))
        self.problems: list[str] = []
        self.started = time.time()
        self.stopping = threading.Event()
        self.reloading = threading.Event()

    def _checked(self) -> Settings:
        """Read the settings; raises ConfigError with every mistake that keeps them from working."""
        wrong = [str(one) for one in check(self.config) if one.severity is Severity.ERROR]
        if wrong:
            raise ConfigError("\n".join([*wrong, "`tocsin check` tells more"]))
        return load_settings(self.config)

    def run(self) -> int:
        """Start the roles and keep them alive until told to stop."""
        settings = self.settings
        settle("supervisor", settings.tocsin.log_level, settings.tocsin.log_format)
        self.layout.make()
        lock = self._lock()
        try:
            self.snapshot: Snapshot = take(settings)
            keep(self.snapshot, self.layout.snapshots)
            self.children = [Child(role, name, self.layout.data) for role, name in roles(settings)]
            self.health = Health(self.layout.run, lambda: [one.role for one in self.children])
            if settings.metrics.enabled:
                listen = settings.metrics.listen
                self.health.start(listen.host, listen.port)
            signal.signal(signal.SIGTERM, self._on_stop)
            signal.signal(signal.SIGINT, self._on_stop)
            signal.signal(signal.SIGHUP, self._on_reload)
            logger().info("started", snapshot=self.snapshot.hash[:12], data=str(self.layout.data))
            self._watch()
        finally:
            os.close(lock)
        return 0

    def _lock(self) -> int:
        path = self.layout.run / "supervisor.lock"
        lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise ConfigError(
                f"{self.layout.data}: another `tocsin serve` runs on this folder; stop it, or set another tocsin.data"
            ) from None
        return lock

    def _on_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping.set()

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self.reloading.set()

    def _watch(self) -> None:
        said = 0.0
        try:
            while not self.stopping.is_set():
                for child in self.children:
                    child.look_after(self.snapshot.hash)
                if self.reloading.is_set():
                    self.reloading.clear()
                    self._reload()
                if time.monotonic() - said >= 1.0:
                    said = time.monotonic()
                    self._say(ready=True)
                self.stopping.wait(LOOK_SECONDS)
        finally:
            self._stop()

    def _stop(self) -> None:
        """Let roles end in the order of the line, so that each finds its readers still there."""
        logger().info("stopping")
        latest = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.end()
        for child in self.children:
            child.wait(latest)
        self._say(ready=False)

    def _reload(self) -> None:
        """Take over changed settings; broken ones leave the old running, and are told."""
        try:
            settings = self._checked()
            fresh = take(settings)
        except ConfigError as error:
            self.problems = [f"the new settings are not used: {plain(str(error), 500)}"]
            logger().error("the new settings are not used; the old ones go on", error=str(error))
            return
        old, new = self.snapshot.parts, fresh.parts
        changed = {part for part in old.keys() | new.keys() if old.get(part) != new.get(part)}
        fixed = sorted(changed & set(_FIXED))
        self.problems = [f"takes effect after a restart of everything: {', '.join(fixed)}"] if fixed else []
        if not changed:
            logger().info("reloaded: nothing has changed")
            return
        keep(fresh, self.layout.snapshots)
        self.snapshot = fresh
        for child in self.children:
            child.reload(fresh.hash)
            if changed & set(_RESTARTED_BY.get(child.role.partition("-")[0], ())):
                child.end()
        logger().info("reloaded", changed=sorted(changed), snapshot=fresh.hash[:12])

    def _say(self, *, ready: bool) -> None:
        said = Status(
            role="supervisor",
            pid=os.getpid(),
            started=self.started,
            at=time.time(),
            ready=ready,
            snapshot=self.snapshot.hash,
            problems=(*self.problems, *self._crashing()),
            samples=tuple(
                Sample("role_restarts_total", one.restarts, {"restarted": one.role}, "counter")
                for one in self.children
            ),
        )
        status.write(said, self.layout.run)

    def _crashing(self) -> Iterator[str]:
        for one in self.children:
            if one.deaths >= CRASHING:
                yield f"{one.role} has died {one.deaths} times in a row; its log says why"


def roles(settings: Settings) -> Iterator[tuple[str, str]]:
    """Yield (role as it is shown, role as its process is told), in the order of the line."""
    wanted = settings.tocsin.workers or max(1, (os.cpu_count() or 1) - 1)
    workers = min(wanted, settings.journal.partitions)
    yield "intake", "intake"
    for index in range(workers):
        yield f"worker-{index}", f"worker-{index}/{workers}"
    yield "store", "store"
    yield "hub", "hub"


def prepared(config: Path) -> tuple[Layout, str]:
    """Make what one role needs that runs without a supervisor: the data folder, and a snapshot's hash."""
    settings = load_settings(config.absolute())
    layout = Layout(Path(str(settings.tocsin.data.path)))
    layout.make()
    fresh = take(settings)
    keep(fresh, layout.snapshots)
    return layout, fresh.hash
