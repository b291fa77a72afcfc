"""Pages of alerts: all of them once, in order, and only those that were asked for."""

from base64 import urlsafe_b64encode
from collections.abc import Callable

import pytest
from sqlalchemy import insert

from alert_samples import NOON, change, run_all
from tocsin.alert.merge import merged
from tocsin.control.database import Database
from tocsin.control.listing import MAX_PAGE, Filter, Order, find, page
from tocsin.control.rows import to_row
from tocsin.control.tables import ALERT
from tocsin.errors import DataError
from tocsin.model.alert import Alert, AlertBatch, Mute, Muted, Status, Verdict
from tocsin.model.level import LEVELS, rank
from tocsin.model.match import Entities, RuleRef
from tocsin.model.place import Place

SIZE = 23


@pytest.fixture
def filled(database: Database) -> Database:
    """Fill in alerts of which many arrived at the same moment."""
    some = []
    for number in range(SIZE):
        moment = NOON + number // 4
        level, other = (
            LEVELS[number % 5],
            Entities(user=(f"user{number % 3}",), host=("web1",) if number == 7 else ()),
        )
        mute = Mute(Muted.SILENCED, "s1") if number % 2 else None
        rule = RuleRef(f"rule-{number % 2}", "Rule", level)
        times = {"first_seen": moment, "last_seen": moment + 0.5, "arrived": moment}
        some.append(change(number, rule=rule, entities=other, mute=mute, **times))
    run_all(database, [AlertBatch(Place("signals", 0, 0), tuple(some))])
    return database


def everything(database: Database, limit: int, order: Order, wanted: Filter | None = None) -> list[Alert]:
    found: list[Alert] = []
    after = None
    with database.read() as connection:
        for _ in range(SIZE + 1):
            part = page(connection, wanted, order=order, limit=limit, after=after)
            assert len(part.alerts) <= limit
            found += part.alerts
            after = part.next
            if after is None:
                return found
    pytest.fail("pages without end")


KEYS: dict[Order, Callable[[Alert], tuple[object, ...]]] = {
    Order.NEWEST: lambda one: (one.first_arrival, one.id),
    Order.LATEST: lambda one: (one.last_arrival, one.id),
    Order.LEVEL: lambda one: (rank(one.level), one.first_arrival, one.id),
}


@pytest.mark.parametrize("order", Order)
@pytest.mark.parametrize("limit", [1, 4, SIZE - 1, SIZE, SIZE + 1])
def test_pages_hold_every_alert_once_in_order(filled: Database, order: Order, limit: int) -> None:
    found = everything(filled, limit, order)
    assert len({one.id for one in found}) == len(found) == SIZE
    assert found == sorted(found, key=KEYS[order], reverse=True)


def test_alerts_that_come_in_between_do_not_move_a_page(filled: Database) -> None:
    with filled.write() as connection:
        first = page(connection, limit=10)
        newer = merged(None, change(99, arrived=NOON + 1_000), Place("signals", 0, 1))
        connection.execute(insert(ALERT), [to_row(newer)])
        second = page(connection, limit=10, after=first.next)
    assert not {one.id for one in first.alerts} & {one.id for one in second.alerts}
    assert newer.id not in {one.id for one in second.alerts}


WANTED: dict[str, tuple[Filter, Callable[[Alert], bool]]] = {
    "status": (Filter(status=(Status.NEW, Status.ACKNOWLEDGED)), lambda _: True),
    "no status": (Filter(status=(Status.CLOSED,)), lambda _: False),
    "verdict": (Filter(verdict=(Verdict.TRUE,)), lambda _: False),
    "level": (Filter(level="high"), lambda one: one.level in {"high", "critical"}),
    "rule": (Filter(rules=("rule-1",)), lambda one: one.rule.id == "rule-1"),
    "entity": (Filter(entities=(("user", "user1"),)), lambda one: "user1" in one.entities.user),
    "entity of any kind": (Filter(entities=(("", "web1"),)), lambda one: "web1" in one.entities.host),
    "two entities": (
        Filter(entities=(("user", "user1"), ("host", "web1"))),
        lambda one: "web1" in one.entities.host,
    ),
    "of another kind": (Filter(entities=(("ip", "web1"),)), lambda _: False),
    "nobody's": (Filter(assignee="alice"), lambda _: False),
    "since": (Filter(since=NOON + 3.5), lambda one: one.last_seen >= NOON + 3.5),
    "until": (Filter(until=NOON + 2), lambda one: one.first_seen < NOON + 2),
    "silenced": (Filter(silenced=True), lambda one: one.mute is not None),
    "not silenced": (Filter(silenced=False), lambda one: one.mute is None),
    "both": (
        Filter(level="low", rules=("rule-0",)),
        lambda one: rank(one.level) > 0 and one.rule.id == "rule-0",
    ),
    "hostile": (Filter(rules=("\0' OR 1=1 --",), entities=(("user", "\ud800"),)), lambda _: False),
}


@pytest.mark.parametrize("name", WANTED)
def test_only_what_was_asked_for(filled: Database, name: str) -> None:
    wanted, fits = WANTED[name]
    expected = {one.id for one in everything(filled, 500, Order.NEWEST) if fits(one)}
    found = {one.id for one in everything(filled, 5, Order.NEWEST, wanted)}
    assert found == expected
    assert len(found) < SIZE or name == "status"


@pytest.mark.parametrize("limit", [-5, 0, 10**30])
def test_a_page_has_a_size(filled: Database, limit: int) -> None:
    with filled.read() as connection:
        assert 1 <= len(page(connection, limit=limit).alerts) <= MAX_PAGE


def encoded(text: str) -> str:
    return urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "after",
    ["", "é", "%%%", "a", encoded("{}"), encoded('["newest"]'), encoded('["newest","x","y"]'), encoded("[" * 5_000),
     encoded('["latest",1.0,"a"]'), encoded('["newest",1.0,"a","b"]'), encoded('["newest",1e999,"a"]')],
)  # fmt: skip
def test_a_place_that_is_none_is_refused(filled: Database, after: str) -> None:
    with filled.read() as connection, pytest.raises(DataError, match="no place in a list"):
        page(connection, after=after)


def test_a_place_with_characters_that_no_database_takes(filled: Database) -> None:
    with filled.read() as connection:
        assert page(connection, after=encoded('["newest",1.0,"\\u0000"]')).alerts == ()


def test_one_alert_by_its_id(filled: Database) -> None:
    with filled.read() as connection:
        one = page(connection).alerts[3]
        assert find(connection, one.id) == one
        assert find(connection, "\0") is None
