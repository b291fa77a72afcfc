"""The connection to the control database: SQLite by default, PostgreSQL by URL.

Writes are one at a time on both: every one may append to the audit trail, whose records form one chain.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from tocsin.errors import ConfigError

BUSY_SECONDS = 30
"""How long a write on SQLite waits for another one before it fails."""
_WRITE_LOCK = 0x70C51
"""The advisory lock that writers on PostgreSQL take."""
_SNAPSHOT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


class Database:
    """One control database. Its methods may be called from any thread; a failed transaction leaves nothing.

    url: `sqlite:///data/control.db` or `postgresql://user@host/name`. Raises ConfigError for any other.
    """

    def __init__(self, url: str) -> None:
        self.url = _understood(url)
        self.engine = _engine(self.url)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Look at one moment's state, for as long as it takes; writers are not held up."""
        options = {} if self.is_sqlite else _SNAPSHOT
        with self.engine.connect().execution_options(**options) as connection, connection.begin():
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Be the only writer until the end of the block: all of it is durable then, or nothing is there."""
        with self.engine.connect().execution_options(writes=True) as connection, connection.begin():
            if not self.is_sqlite:
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_WRITE_LOCK,))
            yield connection

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is the database in a file."""
        return self.engine.dialect.name == "sqlite"

    def close(self) -> None:
        """Let go of all connections."""
        self.engine.dispose()


def _understood(text: str) -> URL:
    try:
        url = make_url(text)
    except ArgumentError:
        raise ConfigError("the control database's URL cannot be read; try sqlite:///control.db") from None
    if url.drivername in {"postgresql", "postgres"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername == "sqlite" and url.database and url.database != ":memory:":
        return url
    raise ConfigError(f"{url.drivername!r} is no control database; use sqlite:///FILE or postgresql://…")


def _engine(url: URL) -> Engine:
    if url.drivername != "sqlite":
        return create_engine(url, pool_pre_ping=True)
    _make_private(Path(str(url.database)))
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS})
    event.listen(engine, "connect", _settle)
    event.listen(engine, "begin", _begin)
    return engine


def _make_private(path: Path) -> None:
    """Alerts quote logs: the file, and with it SQLite's own beside it, is for its owner only."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    except OSError as error:
        raise ConfigError(f"{path}: the control database cannot be opened: {error.strerror}") from None


def _settle(connection: Any, _: object) -> None:
    # Python's module must not begin transactions of its own: `_begin` does, and says of which kind.
    connection.isolation_level = None
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "trusted_schema = OFF"):
        connection.execute(f"PRAGMA {pragma}").close()


def _begin(connection: Connection) -> None:
    # A transaction that begins by reading cannot become a writer once another one has written.
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
