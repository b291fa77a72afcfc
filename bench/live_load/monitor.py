"""`tocsin serve` as a process: started, watched by what its roles write, killed, stopped."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

SRC = Path(__file__).resolve().parents[2] / "src"
STARTS = 60.0
"""Seconds that all roles may take to be ready."""
STALE = 5.0
"""Seconds after which a status that is not written again says nothing."""
LOOK = 0.01
"""Seconds between looks at what is waited for."""
ROLES = frozenset({"supervisor", "intake", "worker-0", "store", "hub"})
"""Those that there are at least."""

CONFIG = """\
[tocsin]
data = {data}
log_level = "warning"

[inputs.load]
kind = "http"
listen = "127.0.0.1:{port}"
canary = false
tokens = {{ load = {{ file = {token} }} }}

[metrics]
listen = "127.0.0.1:{metrics}"
{more}
"""


class Role(NamedTuple):
    """What a role last said of itself."""

    name: str
    pid: int
    ready: bool
    at: float


class NotReadyError(Exception):
    """The monitor is not what it should be by now; says what it said."""


def environment() -> dict[str, str]:
    """Return what it runs in: with compiled modules, as an installation has them (`scripts/setup` makes them)."""
    compiled = Path(tempfile.gettempdir()) / f"tocsin-bench-compiled-{os.getuid()}"
    own = {"PYTHONPATH": str(SRC), "PYTHONPYCACHEPREFIX": str(compiled)}
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | own


class Monitor:
    """One instance, with a folder of its own.

    more: further lines of its settings. command: what starts it, before `--config FILE`. expected: the roles that
    must be there.
    """

    def __init__(
        self,
        folder: Path,
        *,
        more: str = "",
        command: tuple[str, ...] = (sys.executable, "-m", "tocsin", "serve"),
        expected: frozenset[str] = ROLES,
    ) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.port = free_port()
        self.command = command
        self.expected = expected
        self.token = "load-" + os.urandom(16).hex()
        self.process: subprocess.Popen[bytes] | None = None
        (folder / "token").write_text(self.token)
        (folder / "token").chmod(0o600)
        text = CONFIG.format(
            data=json.dumps(str(self.data)),
            token=json.dumps(str(folder / "token")),
            port=self.port,
            metrics=free_port(),
            more=more,
        )
        (folder / "tocsin.toml").write_text(text)

    def start(self) -> float:
        """Start, and return after how many seconds all roles are ready."""
        began = time.time()
        with (self.folder / "said").open("ab") as said:
            self.process = subprocess.Popen(
                [*self.command, "--config", str(self.folder / "tocsin.toml")],
                stdout=said,
                stderr=said,
                env=environment(),
                start_new_session=True,
            )
        self.until(lambda: self._all_ready(began), "all roles to be ready")
        return time.time() - began

    def _all_ready(self, since: float) -> bool:
        roles = self.roles()
        return self.expected <= roles.keys() and all(
            role.ready and role.at >= since for role in roles.values()
        )

    def roles(self) -> Mapping[str, Role]:
        """Return what each role says of itself."""
        found = {}
        for path in sorted((self.data / "run").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, KeyError):
                said = json.loads(path.read_bytes())
                found[path.stem] = Role(path.stem, int(said["pid"]), said["ready"] is True, float(said["at"]))
        return found

    def kill(self, name: str) -> float:
        """End a role with SIGKILL, and return after how many seconds it is ready again."""
        before, began = self.roles()[name], time.time()
        os.kill(before.pid, signal.SIGKILL)
        if self.process and before.pid == self.process.pid:
            self.process.wait()
            left = [role.pid for role in self.roles().values()]
            wait_for(lambda: not any(map(alive, left)), "roles to end with their supervisor", STARTS)
            self.start()
        else:
            self.until(lambda: self._is_new(name, before.pid), f"{name} to be ready again")
        return time.time() - began

    def _is_new(self, name: str, old: int) -> bool:
        role = self.roles().get(name)
        return role is not None and role.ready and role.pid != old and alive(role.pid)

    def until(self, true: Callable[[], bool], what: str, seconds: float = STARTS) -> None:
        """Wait for something; raises NotReadyError with what the monitor said."""

        def settled() -> bool:
            ended = self.process.poll() if self.process else None
            if ended is not None:
                raise NotReadyError(f"exit status {ended}")
            return true()

        try:
            wait_for(settled, what, seconds)
        except NotReadyError as error:
            raise NotReadyError(f"{error}; it said:\n{self.said()}") from None

    def said(self) -> str:
        """Return the end of what it wrote to its outputs."""
        path = self.folder / "said"
        return path.read_text(errors="replace")[-4_000:] if path.exists() else ""

    def stop(self) -> int:
        """Stop it in good order; return the exit status."""
        if self.process is None:
            return 0
        self.process.terminate()
        try:
            return self.process.wait(STARTS)
        finally:
            self.end()

    def end(self) -> None:
        """Leave no process behind, however it ended."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


def wait_for(true: Callable[[], bool], what: str, seconds: float) -> None:
    """Look until something is so; raises NotReadyError after so many seconds."""
    given_up = time.monotonic() + seconds
    while not true():
        if time.monotonic() > given_up:
            raise NotReadyError(f"waited {seconds:.0f} s for {what}")
        time.sleep(LOOK)


def alive(pid: int) -> bool:
    """Return whether there is such a process; one that has ended, and is still to be reaped, holds nothing."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return text.rpartition(")")[2].split()[0] != "Z"


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def monitor(folder: Path, *, more: str = "") -> Iterator[Monitor]:
    """Run one; it is ended in any case."""
    made = Monitor(folder, more=more)
    try:
        made.start()
        yield made
    finally:
        made.end()
