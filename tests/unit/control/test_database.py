"""Transactions: durable as a whole, one writer at a time, readers of one moment."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update

from databases import opened
from tocsin.control.database import Database
from tocsin.control.tables import APPLIED
from tocsin.errors import ConfigError


def test_a_failed_block_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            connection.execute(insert(APPLIED).values(topic="signals", partition=0, offset=7))
            raise LookupError("on the way")

    with pytest.raises(LookupError, match="on the way"):
        fail()
    with database.read() as connection:
        assert connection.execute(select(APPLIED)).all() == []


def test_writers_take_turns(database: Database) -> None:
    """Read, add one, write back: without turns, counts would be lost."""
    with database.write() as connection:
        connection.execute(insert(APPLIED).values(topic="signals", partition=0, offset=0))

    def count(_: int) -> None:
        for _ in range(20):
            with database.write() as connection:
                now = connection.scalar(select(APPLIED.c.offset))
                assert now is not None
                connection.execute(update(APPLIED).values(offset=now + 1))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count, range(4)))
    with database.read() as connection:
        assert connection.scalar(select(APPLIED.c.offset)) == 80


def test_a_reader_sees_one_moment_and_holds_up_nobody(database: Database) -> None:
    with database.read() as reader:
        assert reader.execute(select(APPLIED)).all() == []
        with database.write() as writer:
            writer.execute(insert(APPLIED).values(topic="signals", partition=0, offset=7))
        assert reader.execute(select(APPLIED)).all() == []
    with database.read() as reader:
        assert reader.scalar(select(APPLIED.c.offset)) == 7


def test_sqlite_is_as_durable_as_it_gets_and_private(tmp_path: Path) -> None:
    with opened(f"sqlite:///{tmp_path}/control.db") as database, database.read() as connection:
        settings = {
            name: connection.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
        assert settings == {
            "journal_mode": "wal",
            "synchronous": 2,
            "foreign_keys": 1,
            "busy_timeout": 30_000,
        }
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert set(modes.values()) == {0o600}
    assert "control.db-wal" in modes


@pytest.mark.parametrize(
    "url",
    ["", "control.db", "mysql://host/name", "sqlite://", "sqlite:///:memory:", "sqlite:////no/such/folder/a"],
)
def test_other_places_are_refused_when_the_settings_are_read(url: str) -> None:
    with pytest.raises(ConfigError, match="control database"):
        Database(url)
