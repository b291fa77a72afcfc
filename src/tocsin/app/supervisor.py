"""The supervisor: settings -> a snapshot -> roles that are kept alive, and what they say of themselves."""

import fcntl
import os
import resource
import select
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType

from tocsin.app.child import Child
from tocsin.app.layout import Layout
from tocsin.app.orphans import end_orphans
from tocsin.app.taken import start_with, take_over
from tocsin.errors import ConfigError
from tocsin.model.canary import Marker
from tocsin.model.hidden import plain
from tocsin.services.live.alarm import Alarm
from tocsin.services.live.canaries import SETTLE_SECONDS, Canaries
from tocsin.services.live.machine import Machine, Trouble
from tocsin.settings.behind import behind
from tocsin.settings.forgetting import forget
from tocsin.settings.snapshot import Snapshot, keep
from tocsin.settings.tables import Settings
from tocsin.telemetry import status
from tocsin.telemetry.log import logger, settle
from tocsin.telemetry.own import of_process
from tocsin.telemetry.status import Sample, Status

LOOK_SECONDS = 0.2
"""Until the supervisor looks again whether there is something to do, unless a role ends before."""
TROUBLE_SECONDS = 1.0
"""How long it waits when the machine does not let it work."""
STOP_SECONDS = 20.0
"""How long roles may take to stop in order."""
MAX_FILES = 65_536
"""Files that a role may have open, if the system lets it."""
CRASHING = 3
"""A role that has died so often in a row is told as a problem."""
NOT_READY_SECONDS = 60.0
"""A role that has not been ready for so long is told as a problem."""
HUNG_SECONDS = 3_600.0
"""So long it stays a problem that a role hung and was killed."""
_RULES = ("rules", "files.rules", "files.placeholders", "files.pipelines")
_RESTARTED_BY = {
    "worker": (*_RULES, "identities", "files.identities"),
    "hub": (*_RULES, "alerts", "channels", "routes", "canary"),
    "store": ("store",),
}
"""Role -> the parts of a snapshot that it cannot take over while it runs."""
_FIXED = ("tocsin", "journal", "control", "metrics")
"""Parts that only a start of everything takes over."""


_TELLER = ": nobody is told of alerts while it is gone"


class Supervisor:
    """Runs in the foreground. Raises ConfigError when it cannot start."""

    def __init__(self, config: Path) -> None:
        self.config = config.absolute()
        self.settings, self.layout, self.snapshot = start_with(self.config)
        self.problems: list[str] = []
        self.troubles: list[Trouble] = []
        self._missing: dict[str, float] = {}
        self._said = 0.0
        self.started = time.time()
        self.stopping = threading.Event()
        self.reloading = threading.Event()

    def run(self) -> int:
        """Start the roles and keep them alive until told to stop."""
        settings = self.settings
        settle("supervisor", settings.tocsin.log_level, settings.tocsin.log_format)
        _raise_files()
        self.layout.make()
        lock = self._lock()
        try:
            self._clear()
            keep(self.snapshot, self.layout.snapshots)
            self._forget()
            self._behind = _behind(settings)
            signal.signal(signal.SIGTERM, self._on_stop)
            signal.signal(signal.SIGINT, self._on_stop)
            signal.signal(signal.SIGHUP, self._on_reload)
            self.children = [Child(role, name, self.layout.data) for role, name in roles(settings)]
            try:
                self._look_after()  # they load what they need while the rest is made here
                self._open(settings)
                self._watch()
            finally:
                self._stop()
        finally:
            os.close(lock)
        return 0

    def _clear(self) -> None:
        """End what a supervisor that was killed left behind."""
        for pid in end_orphans(self.layout.data):
            logger().warning("a role of a supervisor that is gone was ended", ended=pid)
        status.clear(self.layout.run)

    def _open(self, settings: Settings) -> None:
        from tocsin.telemetry.exposition import Health  # while the roles load, not before they begin

        self.alarm = Alarm(settings)
        self.machine = Machine(_folders(self.layout, settings), settings.journal.scarce)
        self.health = Health(self.layout.run, lambda: [one.role for one in self.children])
        marker = Marker(self.layout.key("canary"))
        self.canaries = Canaries(marker, self.layout.inputs, self.layout.run, self.health.missing)
        self.canaries.use(settings)
        if settings.metrics.enabled:
            listen = settings.metrics.listen
            self.health.start(listen.host, listen.port)
        self.canaries.start()
        logger().info("started", snapshot=self.snapshot.hash[:12], data=str(self.layout.data))

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

    def _look_after(self) -> None:
        for child in self.children:
            child.look_after(self.snapshot.hash)

    def _rest(self) -> None:
        ends = select.poll()
        for child in self.children:
            if child.ends is not None:
                ends.register(child.ends, select.POLLIN)
        ends.poll(LOOK_SECONDS * 1000)

    def _watch(self) -> None:
        try:
            while not self.stopping.is_set():
                try:
                    self._turn()
                    self._rest()
                except OSError as error:
                    # No file, no memory, no room: that passes, and who watches over the others must outlive it.
                    logger().error("the supervisor could not do its work; it goes on", error=str(error))
                    self.stopping.wait(TROUBLE_SECONDS)
        finally:
            self.canaries.stop()
            self._say(ready=False)

    def _turn(self) -> None:
        self._look_after()
        if self.reloading.is_set():
            self.reloading.clear()
            self._reload()
        if time.monotonic() - self._said >= 1.0:
            self._said = time.monotonic()
            self._look()
            self._say(ready=True)
        self.canaries.check()

    def _look(self) -> None:
        """See how everything is, and tell people if it is not well."""
        self.machine.look()
        self.troubles = [*self._crashing(), *self._hung(), *self._unready(), *self.machine.troubles()]
        self.alarm.tell(self.troubles)

    def _stop(self) -> None:
        """Let roles end in the order of the line, so that each finds its readers still there."""
        logger().info("stopping")
        latest = time.monotonic() + STOP_SECONDS
        for child in self.children:
            child.end()
        for child in self.children:
            child.wait(latest)

    def _reload(self) -> None:
        """Take over changed settings; broken ones leave the old running, and are told."""
        try:
            settings, _, fresh = take_over(self.config)
            keep(fresh, self.layout.snapshots)
        except (ConfigError, OSError) as error:
            self.problems = [f"the new settings are not used: {plain(str(error), 500)}"]
            logger().error("the new settings are not used; the old ones go on", error=str(error))
            return
        changed = self._changed(settings, fresh)
        fixed = sorted(changed & set(_FIXED))
        self.problems = [f"takes effect after a restart of everything: {', '.join(fixed)}"] if fixed else []
        if not changed:
            logger().info("reloaded: nothing has changed")
            return
        self.snapshot, self._behind = fresh, _behind(settings)
        self.canaries.use(settings, SETTLE_SECONDS)
        self.alarm.use(settings)
        for child in self.children:
            child.reload(fresh.hash)
            if changed & set(_RESTARTED_BY.get(child.role.partition("-")[0], ())):
                child.end()
        self._forget()
        logger().info("reloaded", changed=sorted(changed), snapshot=fresh.hash[:12])

    def _forget(self) -> None:
        """Remove old snapshots, but none that a role has said it runs with."""
        in_use = {self.snapshot.hash, *(one.snapshot for one in status.read(self.layout.run))}
        try:
            old = forget(self.layout.snapshots, in_use)
        except OSError as error:
            logger().warning("old snapshots cannot be removed", error=str(error))
            return
        if old:
            logger().info("old snapshots removed", count=len(old))

    def _changed(self, settings: Settings, fresh: Snapshot) -> set[str]:
        """Return the parts that are not what they were, also those that only a renewed secret or certificate changes."""
        old, new = self.snapshot.parts, fresh.parts
        parts = {part for part in old.keys() | new.keys() if old.get(part) != new.get(part)}
        return parts | {part for part, content in _behind(settings).items() if content != self._behind[part]}

    def _say(self, *, ready: bool) -> None:
        said = Status(
            role="supervisor",
            pid=os.getpid(),
            started=self.started,
            at=time.time(),
            ready=ready,
            snapshot=self.snapshot.hash,
            problems=(*self.problems, *map(str, self.troubles), *self.canaries.problems()),
            samples=(*self._samples(), *self.machine.samples(), *of_process()),
        )
        try:
            status.write(said, self.layout.run)
        except OSError as error:
            logger().warning("status cannot be written", error=str(error))

    def _samples(self) -> Iterator[Sample]:
        for one in self.children:
            yield Sample("role_restarts_total", one.restarts, {"restarted": one.role}, "counter")

    def _crashing(self) -> Iterator[Trouble]:
        for one in self.children:
            if one.deaths >= CRASHING:
                yield Trouble(
                    f"crash:{one.role}",
                    f"{one.role} has died {one.deaths} times in a row{_TELLER if one.role == 'hub' else ''}",
                    "read what it logged last; it is started again by itself, ever more slowly",
                )

    def _hung(self) -> Iterator[Trouble]:
        for one in self.children:
            if one.hung is not None and time.monotonic() - one.hung < HUNG_SECONDS:
                yield Trouble(
                    f"hang:{one.role}",
                    f"{one.role} hung; it was killed and started again",
                    "nothing is lost; a record on which a worker hangs is set aside, see `tocsin status`",
                    lasts=False,
                )

    def _unready(self) -> Iterator[Trouble]:
        now, missing = time.monotonic(), self.health.missing()
        self._missing = {role: self._missing.get(role, now) for role in missing}
        for role, since in self._missing.items():
            if now - since >= NOT_READY_SECONDS:
                yield Trouble(
                    f"unready:{role}",
                    f"{role} has not been ready for a minute{_TELLER if role == 'hub' else ''}",
                    "read its log; `tocsin doctor` looks for what keeps it from working",
                )


def _raise_files() -> None:
    """Let this process and its roles open as many files as they may: a thousand senders need more than the usual 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = min(hard, MAX_FILES) if hard != resource.RLIM_INFINITY else MAX_FILES
    if soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _behind(settings: Settings) -> dict[str, bytes]:
    return {"inputs": behind(settings.inputs), "channels": behind(settings.channels)}


def _folders(layout: Layout, settings: Settings) -> dict[str, Path]:
    """Return the folders that are written to: what is mounted below the data folder has a disk of its own."""
    own = {"data": layout.data, "journal": layout.journal, "store": layout.store}
    export = settings.store.export
    return own | ({"export": Path(str(export.path))} if export else {})


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
    _, layout, fresh = start_with(config.absolute())
    layout.make()
    keep(fresh, layout.snapshots)
    return layout, fresh.hash
