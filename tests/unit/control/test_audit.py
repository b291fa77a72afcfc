"""The audit trail: one chain without gaps, in the transaction of what it records, on both databases."""

import hashlib
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from tocsin.control.audit import GENESIS, MAX_DETAIL, MAX_TEXT, Anchor, Entry, append
from tocsin.control.database import Database
from tocsin.control.tables import AUDIT
from tocsin.control.verify import Verified, verify


def entry(number: int = 0) -> Entry:
    return Entry(10**18 + number, "user:alice", "alert.update", f"alert:{number}", {"b": [1, None], "a": "é"})


def test_a_hash_is_what_the_documentation_says(database: Database) -> None:
    with database.write() as connection:
        append(connection, entry(1), entry(2))
    with database.read() as connection:
        rows = connection.execute(select(AUDIT).order_by(AUDIT.c.seq)).all()
    before = GENESIS
    for number, row in enumerate(rows, 1):
        content = [1, number, 10**18 + number, "user:alice", "alert.update", f"alert:{number}", row.detail]
        written = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        before = hashlib.sha256(f"{before}\n{written}".encode()).hexdigest()
        assert row.hash == before
    assert rows[0].detail == '{"a":"é","b":[1,null]}'


def test_an_empty_trail_is_whole(database: Database) -> None:
    with database.read() as connection:
        assert verify(connection) == Verified(Anchor(0, GENESIS))


def test_append_says_what_is_last(database: Database) -> None:
    with database.write() as connection:
        last = append(connection, entry(), entry())
        assert last.seq == 2
        assert append(connection) == last
    with database.read() as connection:
        assert verify(connection, [last]) == Verified(last)


def test_a_record_goes_with_what_it_records(database: Database) -> None:
    def fail() -> None:
        with database.write() as connection:
            append(connection, entry())
            raise LookupError("on the way")

    with pytest.raises(LookupError):
        fail()
    with database.write() as connection:
        assert append(connection, entry()).seq == 1
    with database.read() as connection:
        assert isinstance(verify(connection), Verified)


@pytest.mark.parametrize("change", [update(AUDIT).values(actor="user:eve"), delete(AUDIT)])
def test_the_database_refuses_changes(database: Database, change: object) -> None:
    with database.write() as connection:
        append(connection, entry())
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(change)  # type: ignore[call-overload]
    with database.read() as connection:
        assert connection.scalar(select(AUDIT.c.actor)) == "user:alice"


def test_postgresql_refuses_to_empty_it(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has no TRUNCATE")
    with pytest.raises(DBAPIError, match="append-only"), database.write() as connection:
        connection.execute(text("TRUNCATE audit"))


def test_appenders_at_the_same_moment_leave_no_gap(database: Database) -> None:
    start = threading.Barrier(6)

    def work(number: int) -> list[int]:
        start.wait()
        found = []
        for at in range(15):
            with database.write() as connection:
                found.append(append(connection, entry(number * 100 + at)).seq)
        return found

    with ThreadPoolExecutor(6) as pool:
        given = [seq for part in pool.map(work, range(6)) for seq in part]
    assert sorted(given) == list(range(1, 91))
    with database.read() as connection:
        found = verify(connection)
    assert isinstance(found, Verified)
    assert found.last.seq == 90


def test_appenders_that_come_around_the_writers_lock_wait_at_the_head(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one lock only, and it is the writers'")
    start = threading.Barrier(4)

    def work(number: int) -> None:
        start.wait()
        for at in range(10):
            with database.engine.begin() as connection:
                append(connection, entry(number * 100 + at))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    with database.read() as connection:
        found = verify(connection)
    assert isinstance(found, Verified)
    assert found.last.seq == 40


def test_hostile_texts_are_bounded_and_plain(database: Database) -> None:
    hostile = "a\x00\x1b[2J\u202e\ud800" + "é" * 10_000
    with database.write() as connection:
        append(connection, Entry(1, hostile, "alert.update", hostile, {"long": "x" * MAX_DETAIL}))
    with database.read() as connection:
        row = connection.execute(select(AUDIT)).one()
        assert isinstance(verify(connection), Verified)
    assert row.actor.startswith(r"a\x00\x1b[2J\u202e\ud800é")
    assert len(row.object) == MAX_TEXT
    assert set(json.loads(row.detail)) == {"too_long", "sha256"}


@pytest.mark.parametrize("detail", ["\ud800", object(), {("a", 1): 2}])
def test_a_detail_that_is_no_json_is_refused(database: Database, detail: object) -> None:
    with pytest.raises(ValueError, match="no JSON"), database.write() as connection:
        append(connection, Entry(1, "a", "b", "c", detail))
