"""What correlation remembers, as rows of bytes: written in the transaction of the alerts that it made."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

from sqlalchemy import Connection, bindparam, delete, select

from tocsin.control.insert import join_in, newest
from tocsin.control.tables import STATE

Row: TypeAlias = tuple[str, str, int, bytes]
"""Name, part, page, content."""
_OF_PART = (STATE.c.name == bindparam("a_name")) & (STATE.c.part == bindparam("a_part"))
_DELETE_PART = delete(STATE).where(_OF_PART)
_DELETE_PAGE = delete(STATE).where(_OF_PART, STATE.c.page == bindparam("a_page"))


def load(connection: Connection) -> Iterator[Row]:
    """Yield all rows."""
    for row in connection.execute(select(STATE)).yield_per(1_000):
        yield row.name, row.part, row.page, row.content


def save(
    connection: Connection,
    rows: Iterable[Row],
    parts: Sequence[tuple[str, str]] = (),
    pages: Sequence[tuple[str, str, int]] = (),
) -> None:
    """Delete parts (name, part) with all their pages, then single pages, then write rows."""
    if parts:
        gone = [{"a_name": name, "a_part": part} for name, part in parts]
        connection.execute(_DELETE_PART, gone)
    if pages:
        old = [{"a_name": name, "a_part": part, "a_page": page} for name, part, page in pages]
        connection.execute(_DELETE_PAGE, old)
    columns = ("name", "part", "page", "content")
    written = [dict(zip(columns, row, strict=True)) for row in rows]
    join_in(connection, STATE, written, {"content": newest})


def drop(connection: Connection, names: Iterable[str]) -> None:
    """Delete all rows of these names."""
    for name in names:
        connection.execute(delete(STATE).where(STATE.c.name == name))


def clear(connection: Connection) -> None:
    """Delete everything."""
    connection.execute(delete(STATE))
