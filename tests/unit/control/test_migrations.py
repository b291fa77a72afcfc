"""The migrations lead from nothing to the tables that the code knows, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, inspect, text

from databases import opened
from tocsin.control.database import Database
from tocsin.control.migrate import upgrade
from tocsin.control.partial import METADATA
from tocsin.errors import ConfigError


def shape(connection: Connection) -> dict[str, Any]:
    """Return what the database itself says of its tables, Alembic's own left out."""
    seen = inspect(connection)
    return {
        name: (
            {
                one["name"]: (str(one["type"]), one["nullable"], one["default"])
                for one in seen.get_columns(name)
            },
            seen.get_pk_constraint(name),
            ordered(seen.get_indexes(name)),
            ordered(seen.get_unique_constraints(name)),
            ordered(seen.get_check_constraints(name)),
            ordered(seen.get_foreign_keys(name)),
        )
        for name in seen.get_table_names()
        if name != "alembic_version"
    }


def ordered(found: Any) -> list[str]:
    return sorted(str(sorted((key, plain(value)) for key, value in one.items())) for one in found)


def plain(value: Any) -> str:
    """Write a value without the addresses of objects in it."""
    return str({key: str(one) for key, one in value.items()} if isinstance(value, dict) else value)


def test_the_tables_are_those_that_the_migrations_make(fresh: Callable[[], str]) -> None:
    with opened(fresh()) as migrated, closing(Database(fresh())) as made:
        with migrated.read() as connection:
            assert compare_metadata(MigrationContext.configure(connection), METADATA) == []
            by_migrations = shape(connection)
        with made.write() as connection:
            METADATA.create_all(connection)
        with made.read() as connection:
            by_tables = shape(connection)
    assert len(by_tables) >= 6
    assert by_migrations == by_tables


def test_an_upgrade_that_is_done_changes_nothing(database: Database) -> None:
    with database.read() as connection:
        before = shape(connection)
    upgrade(database)
    with database.read() as connection:
        assert shape(connection) == before
        assert connection.scalar(text("SELECT count(*) FROM audit_head")) == 1


def test_upgrades_at_the_same_moment_wait_for_each_other(fresh: Callable[[], str]) -> None:
    url = fresh()

    def run(_: int) -> int:
        with opened(url) as database, database.read() as connection:
            return int(connection.scalar(text("SELECT count(*) FROM audit_head")) or 0)

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [1, 1, 1, 1]


def test_a_database_of_a_newer_version_is_refused_and_left_alone(fresh: Callable[[], str]) -> None:
    with opened(fresh()) as database:
        with database.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with pytest.raises(ConfigError, match="another version"):
            upgrade(database)
        with database.read() as connection:
            assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
