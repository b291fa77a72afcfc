"""INSERT that heeds what is there: both databases can, SQLAlchemy spells it for each.

Statements are made once: to make one and to find its text again takes longer than SQLite takes for it.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, case, func

Join: TypeAlias = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[Any]]
"""The value after: of the one that is there, and the one that comes."""


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that collide with none."""
    if rows:
        connection.execute(_new(connection.dialect.name, table), rows)


def join_in(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], joins: Mapping[str, Join]
) -> None:
    """Insert rows; where one of the same primary key is there, join the columns that `joins` names."""
    if rows:
        connection.execute(_joining(connection.dialect.name, table, tuple(joins.items())), rows)


def added(there: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    """Add both up."""
    return there + new


def newest(_there: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    """Take what comes."""
    return new


def least(there: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    """Take the smaller one; null is none."""
    return case((new < there, new), else_=func.coalesce(there, new))


def most(there: ColumnElement[Any], new: ColumnElement[Any]) -> ColumnElement[Any]:
    """Take the larger one; null is none."""
    return case((new > there, new), else_=func.coalesce(there, new))


@lru_cache(maxsize=64)
def _new(dialect: str, table: Table) -> Any:
    return _insert(dialect, table).on_conflict_do_nothing()


@lru_cache(maxsize=64)
def _joining(dialect: str, table: Table, joins: tuple[tuple[str, Join], ...]) -> Any:
    made = _insert(dialect, table)
    values = {name: join(table.c[name], made.excluded[name]) for name, join in joins}
    keys = [column.name for column in table.primary_key]
    return made.on_conflict_do_update(index_elements=keys, set_=values)


def _insert(dialect: str, table: Table) -> Any:
    # One of them is imported: PostgreSQL's takes a while, and most have no use for it.
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
