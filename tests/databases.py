"""Databases for tests: SQLite in a file, and a PostgreSQL server of its own in a temporary folder.

The server listens on a loopback port that is free, trusts whoever reaches it, and is stopped at the end.
"""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
import pytest
from psycopg import sql

from tocsin.control.database import Database
from tocsin.control.migrate import upgrade

_NUMBERS = count(1)
KINDS = ("sqlite", "postgresql")


def postgres_programs() -> Path | None:
    """Return the folder of the newest PostgreSQL server's programs; Debian keeps them off the path."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server; yields the URL of it, without a database's name. Skips when there is none to run."""
    programs = postgres_programs()
    if programs is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    with TemporaryDirectory(prefix="tocsin-postgres-", ignore_cleanup_errors=True) as folder:
        user = _unprivileged(Path(folder))
        port = _free_port()
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories='' -c fsync=off"
        control = [*user, str(programs / "pg_ctl"), "-D", f"{folder}/data", "-w"]
        made = [
            *user,
            str(programs / "initdb"),
            "-D",
            f"{folder}/data",
            "-U",
            "tocsin",
            "-A",
            "trust",
            "-E",
            "UTF8",
        ]
        _run([*made, "--no-locale"], folder)
        _run([*control, "-l", f"{folder}/log", "-o", options, "start"], folder)
        try:
            yield f"postgresql://tocsin@127.0.0.1:{port}"
        finally:
            _run([*control, "-m", "immediate", "stop"], folder)


def _unprivileged(folder: Path) -> list[str]:
    """Return what to put before a command so that it does not run as root, which PostgreSQL refuses."""
    if os.geteuid() != 0:
        return []
    user = pwd.getpwnam("postgres")
    os.chown(folder, user.pw_uid, user.pw_gid)
    return ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups", "--"]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(command: list[str], folder: str) -> None:
    # Not captured by a pipe: the server would inherit it, and hold it open.
    with open(f"{folder}/said", "a+b") as said:  # noqa: PTH123
        done = subprocess.run(command, stdout=said, stderr=said, cwd="/", check=False)
        if done.returncode:
            said.seek(0)
            pytest.fail(f"{command[-1]}: {said.read().decode()[-2000:]}")


def empty_url(kind: str, folder: Path, server: str | None) -> str:
    """Return the URL of a database that nothing has been written to."""
    name = f"control_{os.getpid()}_{next(_NUMBERS)}"
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    return f"{server}/{name}"


def copy_of(url: str, folder: Path) -> str:
    """Return the URL of a copy of an SQLite database that nobody has open; quicker than to migrate an empty one."""
    copied = empty_url("sqlite", folder, None)
    shutil.copyfile(url.removeprefix("sqlite:///"), copied.removeprefix("sqlite:///"))
    return copied


_EMPTY = """
ALTER TABLE audit DISABLE TRIGGER USER;
TRUNCATE audit, audit_head, applied, alert, alert_entity, outbox, reached, state, ledger_input, ledger_source,
    ledger_refused, silence, canary RESTART IDENTITY;
ALTER TABLE audit ENABLE TRIGGER USER;
INSERT INTO audit_head VALUES (1, 0, repeat('0', 64));
"""


def emptied(url: str) -> str:
    """Make a PostgreSQL database as its migrations left it; quicker than to make one."""
    with psycopg.connect(url) as connection:
        connection.execute(_EMPTY)
    return url


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a database, and bring it up to date."""
    with closing(Database(url)) as database:
        upgrade(database)
        yield database
