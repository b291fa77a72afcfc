"""INSERT that heeds what is there: both databases can, SQLAlchemy spells it for each."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Connection, Table, case, func

Join: TypeAlias = Callable[[ColumnElement[Any], ColumnElement[Any]], ColumnElement[Any]]
"""The value after: of the one that is there, and the one that comes."""


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert the rows that collide with none."""
    if rows:
        connection.execute(_insert(connection, table).on_conflict_do_nothing(), rows)


def join_in(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], joins: Mapping[str, Join]
) -> None:
    """Insert rows; where one of the same primary key is there, join the columns that `joins` names."""
    if rows:
        made = _insert(connection, table)
        values = {name: join(table.c[name], made.excluded[name]) for name, join in joins.items()}
        keys = [column.name for column in table.primary_key]
        connection.execute(made.on_conflict_do_update(index_elements=keys, set_=values), rows)


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


def _insert(connection: Connection, table: Table) -> Any:
    # One of them is imported: PostgreSQL's takes a while, and most have no use for it.
    if connection.dialect.name == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql

    return postgresql.insert(table)
