"""A role's process, seen from the supervisor: started, watched, started again."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tocsin.app.life import RELOAD
from tocsin.app.orphans import SUPERVISED
from tocsin.telemetry import status
from tocsin.telemetry.log import logger
from tocsin.telemetry.patience import Patience

BACKOFF = (0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before a role is started again, longer each time it dies soon. One that did its work and was killed (SIGKILL:
from outside, as crashes are other signals) is started at once: the start itself is pause enough."""
END_SECONDS = 20.0
"""A role that was asked to stop and has not ended by then is killed."""
SILENT_SECONDS = {"intake": 60.0, "worker": 60.0, "hub": 600.0}
"""A role whose own loop has told nothing for so long hangs, and is killed; the supervisor's own pauses do not count.
A worker's step takes about a second. The hub's may wait for its database, and would wait again after a kill. The store
is left out: what it waits for may take long, and is no mistake."""
STEADY_SECONDS = 20.0
"""A role that has lived so long is forgiven its earlier deaths."""

_MOST_BEATS = 65_536


@dataclass
class Child:
    """One role. role: as it is shown (`worker-0`); name: as the process is told (`worker-0/2`)."""

    role: str
    name: str
    data: Path
    deaths: int = 0
    """Since it was last steady."""
    restarts: int = 0
    ends: int | None = None
    """A descriptor that can be read as soon as the process has ended, while there is one."""
    hung: float | None = None
    """When it was killed last because it hung (monotonic)."""
    _process: "subprocess.Popen[bytes] | None" = None
    _line: socket.socket | None = None
    _silence: Patience | None = None
    """Since its last beat; None until the first, for it may take long to start."""
    _began: float = 0.0
    _due: float = field(default=0.0)
    _ending: bool = False
    _asked: float = 0.0

    @property
    def pid(self) -> int | None:
        """The process, while there is one."""
        return self._process.pid if self._process else None

    def start(self, digest: str) -> None:
        """Start it with a snapshot."""
        command = [sys.executable, "-m", "tocsin", "serve", "--data", str(self.data)]
        command += ["--role", self.name, "--snapshot", digest, SUPERVISED]
        # Of a session of its own: a terminal's Ctrl-C is for the supervisor, who stops it in order.
        with ExitStack() as if_it_fails:
            ours, theirs = socket.socketpair()
            if_it_fails.enter_context(ours)
            ours.setblocking(False)  # a role that hangs must not make its supervisor wait
            with theirs:
                self._process = subprocess.Popen(  # noqa: S603 (this program itself)
                    command, stdin=theirs.fileno(), start_new_session=True, env=os.environ
                )
            if_it_fails.pop_all()
        self._line, self._silence = ours, None
        self.ends = os.pidfd_open(self._process.pid)
        self._began = time.monotonic()
        self._ending = False

    def look_after(self, digest: str) -> None:
        """Start it when it is due; notice that it has ended."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._due:
                self._start_again(digest, now)
            return
        code = self._process.poll()
        if code is None:
            if self._ending and now - self._asked > END_SECONDS:
                logger().error("a role does not stop; it is killed", killed=self.role)
                self._process.kill()
            if self.deaths and now - self._began > STEADY_SECONDS:
                self.deaths = 0
            self._kill_if_it_hangs(now)
            return
        wait = 0.0 if self._ending or self._was_killed(code) else BACKOFF[min(self.deaths, len(BACKOFF) - 1)]
        self._let_go()
        self._due = now + wait
        if not self._ending:
            self.deaths += 1
            self.restarts += 1
            logger().error("a role has died", died=self.role, code=code, again_in_seconds=wait)
        if not wait:
            self._start_again(digest, now)

    def _kill_if_it_hangs(self, now: float) -> None:
        limit = SILENT_SECONDS.get(self.role.partition("-")[0])
        if limit is None or self._process is None:
            return
        if self._has_beaten():
            self._silence = Patience()
        elif self._silence and not self._ending and self._silence.waited() >= limit:
            logger().error("a role hangs; it is killed", killed=self.role, silent_seconds=limit)
            self.hung, self._silence = now, None
            self._process.kill()

    def _has_beaten(self) -> bool:
        try:
            return bool(self._line and self._line.recv(_MOST_BEATS))
        except OSError:
            return False

    def _was_killed(self, code: int) -> bool:
        """Tell whether somebody killed it while it did its work."""
        said = status.read_one(self.role, self.data / "run")
        return code == -signal.SIGKILL and said is not None and said.pid == self.pid and said.ready

    def _start_again(self, digest: str, now: float) -> None:
        try:
            self.start(digest)
        except OSError as error:  # no memory, no file, no process is free: that passes
            wait = BACKOFF[min(self.deaths, len(BACKOFF) - 1)]
            self._due = now + wait
            self.deaths += 1
            logger().error("a role cannot start", failed=self.role, error=str(error), again_in_seconds=wait)

    def reload(self, digest: str) -> None:
        """Tell it of a new snapshot, if it is there; one that starts later starts with it."""
        if self._line:
            try:
                self._line.sendall(f"{RELOAD}{digest}\n".encode())
            except OSError:
                return  # it is about to be noticed that it has died

    def end(self) -> None:
        """Ask it to stop in order; it is started again unless nobody looks after it any more."""
        if self._process and self._process.poll() is None:
            if not self._ending:
                self._asked = time.monotonic()
            self._ending = True
            self._process.terminate()

    def wait(self, latest: float) -> None:
        """Wait until it has ended; at `latest` (monotonic) it is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, latest - time.monotonic()))
        except subprocess.TimeoutExpired:
            logger().error("a role does not stop; it is killed", killed=self.role)
            self._process.kill()
            self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._line:
            self._line.close()
        if self.ends is not None:
            os.close(self.ends)
        self._process = self._line = self.ends = None
