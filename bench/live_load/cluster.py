"""A PostgreSQL server of one's own in a temporary folder: on a free loopback port, trusting whoever reaches it."""

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from live_load.monitor import free_port


class FailedError(Exception):
    """One of PostgreSQL's programs has failed; says what it said."""


def programs() -> Path | None:
    """Return the folder of the newest server's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def cluster(folder_of_programs: Path, *, more: str = "") -> Iterator[str]:
    """Run a server; yields its URL without a database's name. more: options, `-c fsync=off`."""
    with TemporaryDirectory(prefix="tocsin-postgres-", ignore_cleanup_errors=True) as folder:
        user, port = _unprivileged(Path(folder)), free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' {more}"
        control = [*user, str(folder_of_programs / "pg_ctl"), "-D", f"{folder}/data", "-w"]
        initdb = [*user, str(folder_of_programs / "initdb"), "-D", f"{folder}/data", "--no-locale"]
        _run([*initdb, "-U", "tocsin", "-A", "trust", "-E", "UTF8"], folder)
        _run([*control, "-l", f"{folder}/log", "-o", options, "start"], folder)
        try:
            yield f"postgresql://tocsin@127.0.0.1:{port}"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)


def _unprivileged(folder: Path) -> Sequence[str]:
    """Return what to put before a command so that it does not run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return ()
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ("setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--")


def _run(command: Sequence[str], folder: str) -> None:
    # Not captured by a pipe: the server would inherit it, and hold it open.
    with Path(folder, "said").open("a+b") as said:
        done = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False)
        if done.returncode:
            said.seek(0)
            raise FailedError(f"{command[-1]}: {said.read().decode()[-2000:]}")
