"""Whatever somebody does to the audit trail is found, and the first record that is wrong is named."""

import tracemalloc
from collections.abc import Callable
from typing import Any, TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, insert, select, text, update

from tocsin.control.audit import GENESIS, Anchor, Entry, append, chained
from tocsin.control.database import Database
from tocsin.control.tables import AUDIT, AUDIT_HEAD
from tocsin.control.verify import PAGE, Breach, Broken, Verified, verify

SIZE = 9
Rows: TypeAlias = list[dict[str, Any]]
Tampering: TypeAlias = tuple[Callable[[Rows], Rows], Broken]
"""What is done to the records, and what is to be found."""
places = st.integers(1, SIZE)
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=5)


def renumbered(rows: Rows) -> Rows:
    return [{**row, "seq": seq} for seq, row in enumerate(rows, 1)]


@st.composite
def changes(draw: st.DrawFn) -> Tampering:
    at, column = draw(places), draw(st.sampled_from(["actor", "action", "object", "detail", "hash"]))
    new = "~" + draw(texts)
    return lambda rows: [{**row, column: new} if row["seq"] == at else row for row in rows], Broken(
        at, Breach.ALTERED
    )


@st.composite
def other_times(draw: st.DrawFn) -> Tampering:
    at, by = draw(places), draw(st.sampled_from([-1, 1, 10**9]))
    return (
        lambda rows: [{**row, "time": row["time"] + by} if row["seq"] == at else row for row in rows],
        Broken(at, Breach.ALTERED),
    )


@st.composite
def removals(draw: st.DrawFn) -> Tampering:
    at, closed = draw(st.integers(1, SIZE - 1)), draw(st.booleans())

    def remove(rows: Rows) -> Rows:
        kept = [row for row in rows if row["seq"] != at]
        return renumbered(kept) if closed else kept

    return remove, Broken(at, Breach.ALTERED if closed else Breach.MISSING)


@st.composite
def insertions(draw: st.DrawFn) -> Tampering:
    at, copied = draw(places), draw(places)
    return (
        lambda rows: renumbered(
            [*rows[: at - 1], {**rows[copied - 1], "actor": "role:forged"}, *rows[at - 1 :]]
        ),
        Broken(at, Breach.ALTERED),
    )


@st.composite
def swaps(draw: st.DrawFn) -> Tampering:
    one, other = sorted(draw(st.lists(places, min_size=2, max_size=2, unique=True)))

    def swap(rows: Rows) -> Rows:
        rows[one - 1], rows[other - 1] = rows[other - 1], rows[one - 1]
        return renumbered(rows)

    return swap, Broken(one, Breach.ALTERED)


@st.composite
def truncations(draw: st.DrawFn) -> Tampering:
    left = draw(st.integers(0, SIZE - 1))
    return lambda rows: rows[:left], Broken(left + 1, Breach.TRUNCATED)


@st.composite
def additions(draw: st.DrawFn) -> Tampering:
    """Put a record behind the last that continues the chain correctly, or one before the first."""
    low = draw(st.none() | st.integers(-5, 0))

    def add(rows: Rows) -> Rows:
        if low is not None:
            return [{**rows[0], "seq": low}, *rows]
        record = {**rows[-1], "seq": SIZE + 1}
        del record["hash"]
        return [*rows, {**record, "hash": chained(rows[-1]["hash"], record.values())}]

    return add, Broken(SIZE + 1, Breach.SURPLUS) if low is None else Broken(low, Breach.ALTERED)


@st.composite
def forgeries(draw: st.DrawFn) -> Tampering:
    """Change a record, and make all hashes after it fit again."""
    at, new = draw(places), draw(texts)
    return lambda rows: forged(rows, at, new), Broken(SIZE, Breach.HEAD)


def forged(rows: Rows, at: int, actor: str) -> Rows:
    made, before = [], GENESIS
    for row in rows:
        record = {
            name: actor if (name, row["seq"]) == ("actor", at) else row[name]
            for name in row
            if name != "hash"
        }
        before = chained(before, record.values())
        made.append({**record, "hash": before})
    return made


def records(connection: Connection) -> Rows:
    return [dict(row) for row in connection.execute(select(AUDIT).order_by(AUDIT.c.seq)).mappings()]


def allow_changes(connection: Connection) -> None:
    """Be somebody who owns the database."""
    kept = text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
    if connection.dialect.name == "sqlite":
        for name in connection.scalars(kept).all():
            connection.execute(text(f"DROP TRIGGER {name}"))
    else:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER USER"))


def rewrite(connection: Connection, tampered: Rows) -> None:
    allow_changes(connection)
    connection.execute(delete(AUDIT))
    if tampered:
        connection.execute(insert(AUDIT), tampered)


def fill(database: Database, size: int) -> Anchor:
    with database.write() as connection:
        return append(
            connection,
            *(Entry(10**18 + n, f"user:{n}", "alert.update", f"alert:{n}", n) for n in range(size)),
        )


kinds = st.one_of(
    changes(), other_times(), removals(), insertions(), swaps(), truncations(), additions(), forgeries()
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(tampering=kinds)
def test_any_single_tampering_is_found(database: Database, tampering: Tampering) -> None:
    """Each example is undone: it happens in a transaction that is rolled back."""
    tamper, expected = tampering
    with database.read() as connection:
        if not records(connection):
            connection.rollback()
            fill(database, SIZE)
    with database.engine.connect().execution_options(writes=True) as connection:
        rows = records(connection)
        assert isinstance(verify(connection), Verified)
        rewrite(connection, tamper(list(rows)))
        assert verify(connection) == expected
        connection.rollback()


HEADS = {
    "removed": delete(AUDIT_HEAD),
    "other hash": update(AUDIT_HEAD).values(hash="f" * 64),
    "an earlier record": update(AUDIT_HEAD).values(seq=3),
    "the beginning": update(AUDIT_HEAD).values(seq=0, hash=GENESIS),
    "a later record": update(AUDIT_HEAD).values(seq=SIZE + 1),
}


@pytest.mark.parametrize("how", HEADS)
def test_a_changed_head_is_found(database: Database, how: str) -> None:
    fill(database, SIZE)
    with database.write() as connection:
        connection.execute(HEADS[how])
        assert isinstance(verify(connection), Broken)


def test_a_trail_that_was_replaced_with_its_head_is_found_by_an_anchor(database: Database) -> None:
    noted = fill(database, SIZE)
    with database.write() as connection:
        tampered = forged(records(connection), 4, "user:eve")
        rewrite(connection, tampered)
        connection.execute(update(AUDIT_HEAD).values(hash=tampered[-1]["hash"]))
        assert isinstance(verify(connection), Verified)
        assert verify(connection, [noted]) == Broken(SIZE, Breach.ALTERED)


def test_a_trail_that_was_emptied_with_its_head_is_found_by_an_anchor(database: Database) -> None:
    noted = fill(database, SIZE)
    with database.write() as connection:
        rewrite(connection, [])
        connection.execute(update(AUDIT_HEAD).values(seq=0, hash=GENESIS))
        assert verify(connection, [noted]) == Broken(1, Breach.TRUNCATED)


def test_pages_join_without_a_seam(database: Database) -> None:
    last = fill(database, 2 * PAGE + 1)
    with database.write() as connection:
        assert verify(connection) == Verified(last)
        allow_changes(connection)
        connection.execute(update(AUDIT).where(AUDIT.c.seq == PAGE + 1).values(action="alert.delete"))
        assert verify(connection) == Broken(PAGE + 1, Breach.ALTERED)


def test_memory_does_not_grow_with_the_trail(database: Database) -> None:
    peaks = []
    for _ in range(2):
        for _ in range(4):
            fill(database, PAGE)
        with database.read() as connection:
            verify(connection)
            tracemalloc.start()
            assert isinstance(verify(connection), Verified)
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2
