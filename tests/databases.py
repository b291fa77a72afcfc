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
    _create(server, name, "template1")
    return f"{server}/{name}"


def copy_of(url: str, kind: str, folder: Path, server: str | None) -> str:
    """Return the URL of a copy of a database that nobody has open; quicker than to migrate an empty one."""
    if kind == "sqlite":
        copied = empty_url(kind, folder, server)
        shutil.copyfile(url.removeprefix("sqlite:///"), copied.removeprefix("sqlite:///"))
        return copied
    name = f"control_{os.getpid()}_{next(_NUMBERS)}"
    _create(server, name, url.rpartition("/")[2])
    return f"{server}/{name}"


def _create(server: str | None, name: str, template: str) -> None:
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (name, template)))
        )


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """Open a database, and bring it up to date."""
    with closing(Database(url)) as database:
        upgrade(database)
        yield database
