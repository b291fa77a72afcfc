"""Rows of bytes: written, replaced and deleted as they are asked to be."""

from tocsin.control import state
from tocsin.control.database import Database


def rows(database: Database) -> set[state.Row]:
    with database.read() as connection:
        return set(state.load(connection))


def test_rows_are_written_replaced_and_deleted(database: Database) -> None:
    first = {
        ("a", "x", 0, b"\0\xff"),
        ("a", "x", 1, b"1"),
        ("a", "y", 0, b"y"),
        ("b", "x", 0, b""),
        ("", "", 0, b"w"),
    }
    with database.write() as connection:
        state.save(connection, first)
    assert rows(database) == first
    with database.write() as connection:
        state.save(connection, [("a", "x", 0, b"new")], [("a", "x"), ("b", "nobody")], [("a", "y", 0)])
    assert rows(database) == {("a", "x", 0, b"new"), ("b", "x", 0, b""), ("", "", 0, b"w")}
    with database.write() as connection:
        state.drop(connection, ["a", "nobody"])
    assert rows(database) == {("b", "x", 0, b""), ("", "", 0, b"w")}
    with database.write() as connection:
        state.clear(connection)
    assert rows(database) == set()
