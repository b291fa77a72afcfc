"""Databases for tests: SQLite in a file, and a PostgreSQL server of its own in a temporary folder.

The server listens on a loopback port that is free, trusts whoever reaches it, and is stopped at the end.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from live_load.cluster import cluster, programs
from tocsin.control.database import Database
from tocsin.control.migrate import upgrade

_NUMBERS = count(1)
KINDS = ("sqlite", "postgresql")


@contextmanager
def postgres() -> Iterator[str]:
    """Run a server; yields the URL of it, without a database's name. Skips when there is none to run."""
    found = programs()
    if found is None:
        pytest.skip("PostgreSQL is not installed; on Debian: apt-get install postgresql")
    with cluster(found, more="-c fsync=off") as url:
        yield url


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
