"""Changes of alerts are applied once each, whatever is replayed, and told of in the same transaction."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, select

from alert_samples import NOON, WAYS, batches, change, empty, run, run_all, state
from tocsin.alert.merge import merged
from tocsin.control.alerts import Applied, Skipped, apply
from tocsin.control.applied import applied
from tocsin.control.database import Database
from tocsin.control.listing import find
from tocsin.control.tables import ALERT, AUDIT, OUTBOX
from tocsin.control.verify import Verified, verify
from tocsin.model.alert import Alert, AlertBatch, Grows, Joined, Status, alert_id
from tocsin.model.match import RuleRef
from tocsin.model.place import Place


def batch(offset: int, *changes: object, partition: int = 0) -> AlertBatch:
    return AlertBatch(Place("signals", partition, offset), changes)  # type: ignore[arg-type]


def only(database: Database) -> Alert:
    with database.read() as connection:
        found = find(connection, str(connection.scalars(select(ALERT.c.id)).one()))
    assert found
    return found


def test_an_alert_comes_back_as_it_was_made(database: Database) -> None:
    one = batch(0, change(3))
    run_all(database, [one])
    expected = merged(None, one.changes[0], one.origin)
    found = only(database)
    assert found == replace(expected, told=NOON + 1)


def test_a_batch_that_was_applied_is_skipped_and_leaves_no_trace(database: Database) -> None:
    run_all(database, [batch(4, change())])
    before = state(database)
    with database.write() as connection:
        assert run(connection, batch(4, change())) is Skipped.APPLIED
        assert run(connection, batch(3, change(9))) is Skipped.APPLIED
        assert applied(connection, "signals", 0) == 4
        assert applied(connection, "signals", 1) is None
    assert state(database) == before
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(AUDIT)) == 1


def test_partitions_count_for_themselves(database: Database) -> None:
    run_all(database, [batch(4, change()), batch(4, change(), partition=1), batch(0, change(), partition=2)])
    assert only(database).count == 3


def test_changes_of_one_batch_build_on_each_other(database: Database) -> None:
    with database.write() as connection:
        done = run(connection, batch(0, change(), change(count=4), change(1)))
        assert done == Applied(
            (alert_id(f"{0:032x}", int(NOON) * 10**6), alert_id(f"{1:032x}", int(NOON) * 10**6)), (), 2
        )
        first = find(connection, done.begun[0])
    assert first
    assert (first.count, first.revision) == (5, 2)


def test_more_changes_than_one_question_takes_keys(database: Database) -> None:
    many = [change(number) for number in range(1_001)]
    run_all(database, [batch(0, *many), batch(1, *many)])
    with database.read() as connection:
        assert connection.execute(
            select(func.count(), func.min(ALERT.c.count), func.max(ALERT.c.count))
        ).one() == (1_001, 2, 2)


def test_a_series_keeps_its_alert_though_its_beginning_moves(database: Database) -> None:
    def part(revision: int, first: float, *, ended: bool = False) -> object:
        return change(
            grows=Grows.REPLACE,
            series=revision,
            ended=ended,
            window=int(first * 1e6),
            first_seen=first,
            count=revision * 5,
        )

    run_all(
        database,
        [batch(0, part(1, NOON)), batch(1, part(2, NOON - 30)), batch(2, part(3, NOON - 40, ended=True))],
    )
    alert = only(database)
    assert (alert.count, alert.first_seen, alert.series, alert.ended) == (15, NOON - 40, 3, True)
    run_all(database, [batch(3, part(1, NOON + 500))])
    with database.read() as connection:
        assert connection.scalar(select(func.count()).select_from(ALERT)) == 2


def test_a_series_that_will_never_be_ended_makes_room_for_the_next(database: Database) -> None:
    first = change(grows=Grows.REPLACE, series=1, window=1)
    again = change(grows=Grows.REPLACE, series=1, window=2)
    run_all(database, [batch(0, first), batch(1, again)])
    with database.read() as connection:
        found = connection.execute(select(ALERT.c.window, ALERT.c.ended).order_by(ALERT.c.window)).all()
    assert [tuple(row) for row in found] == [(1, True), (2, False)]


@pytest.mark.parametrize(("one", "other"), [(1, 2), (2, 1)])
def test_one_series_may_end_and_another_go_on_in_one_batch(database: Database, one: int, other: int) -> None:
    def part(revision: int, window: int, *, ended: bool = False) -> object:
        return change(grows=Grows.REPLACE, series=revision, window=window, ended=ended)

    run_all(database, [batch(0, part(1, one, ended=True)), batch(1, part(1, other))])
    run_all(database, [batch(2, part(2, other, ended=True), part(2, one))])
    with database.read() as connection:
        found = connection.execute(select(ALERT.c.window, ALERT.c.series, ALERT.c.ended)).all()
    assert sorted(tuple(row) for row in found) == sorted([(one, 2, False), (other, 2, True)])


def test_what_is_told_and_recorded_goes_with_the_alert(database: Database) -> None:
    def fail(before: Alert | None, after: Alert) -> list[object]:
        raise LookupError("on the way")

    with pytest.raises(LookupError), database.write() as connection:
        apply(connection, [batch(0, change())], ways=WAYS._replace(tell=fail), at=NOON)  # type: ignore[arg-type]
    assert not any(state(database).values())
    with database.write() as connection:
        run(connection, batch(0, change()))
        assert connection.scalars(select(OUTBOX.c.state)).all() == ["waiting"]
        row = connection.execute(select(AUDIT)).one()
    assert (row.actor, row.action, row.object) == ("role:hub", "alerts.apply", "frames:signals")
    assert row.detail == '{"begun":1,"changed":0,"frames":{"0":[0,0]},"joined":0,"reopened":[]}'


def test_an_alert_that_is_opened_again_is_named_in_the_audit_trail(database: Database) -> None:
    run_all(database, [batch(0, change())])
    with database.write() as connection:
        connection.execute(ALERT.update().values(status="closed"))
    run_all(database, [batch(1, change(rule=RuleRef("rule-0", "Rule 0", "critical")))])
    alert = only(database)
    assert alert.status is Status.NEW
    with database.read() as connection:
        details = connection.scalars(select(AUDIT.c.detail).order_by(AUDIT.c.seq)).all()
    assert details[-1] == (
        f'{{"begun":0,"changed":1,"frames":{{"0":[1,1]}},"joined":0,"reopened":["{alert.id}"]}}'
    )


def test_batches_of_several_partitions_are_applied_together(database: Database) -> None:
    with database.write() as connection:
        done = run(connection, batch(3, change()), batch(0, change(), partition=1), batch(4, change(count=5)))
        assert isinstance(done, Applied)
        assert (len(done.begun), done.messages) == (1, 1)
        again = run(connection, batch(4, change()), batch(5, change()), batch(0, change(9), partition=1))
        assert (again.begun, len(again.changed)) == ((), 1)  # type: ignore[union-attr]
        assert (applied(connection, "signals", 0), applied(connection, "signals", 1)) == (5, 0)
        assert run(connection, batch(5, change()), batch(0, change(), partition=1)) is Skipped.APPLIED
        details = connection.scalars(select(AUDIT.c.detail).order_by(AUDIT.c.seq)).all()
    assert only(database).count == 8
    assert '"frames":{"0":[3,4],"1":[0,0]}' in details[0]
    assert len(details) == 2


def test_a_frame_is_applied_once_though_it_comes_twice_at_once(database: Database) -> None:
    with database.write() as connection:
        run(connection, batch(3, change()), batch(3, change()), batch(2, change()))
    assert only(database).count == 1


# --- floods --------------------------------------------------------------------------------------------


def flood(database: Database, offset: int, *changes: object, limit: int = 5) -> Applied:
    with database.write() as connection:
        done = apply(connection, [batch(offset, *changes)], ways=WAYS._replace(limit=limit), at=NOON)
    assert isinstance(done, Applied)
    return done


def named(number: int, rule: str = "rule", **other: object) -> object:
    return change(number, rule=RuleRef(rule, "Rule", "medium"), **other)


def crowd(database: Database) -> Alert:
    with database.read() as connection:
        found = find(
            connection, str(connection.scalars(select(ALERT.c.id).where(ALERT.c.joined == "flood")).one())
        )
    assert found
    return found


def test_a_flood_of_names_is_one_alert_more(database: Database) -> None:
    begun = [flood(database, at, *(named(at * 10 + one) for one in range(10))) for at in range(3)]
    assert [len(one.begun) for one in begun] == [6, 0, 0]
    assert [one.joined for one in begun] == [5, 10, 10]
    joined = crowd(database)
    assert (joined.joined, joined.parts, joined.count) == (Joined.FLOOD, 25, 25)
    assert joined.group == {}
    assert "many entities" in joined.why
    assert len(joined.entities.user) == 25
    with database.read() as connection:
        assert connection.scalar(select(func.sum(ALERT.c.count))) == 30


def test_a_flood_leaves_known_alerts_other_rules_and_other_hours_alone(database: Database) -> None:
    flood(database, 0, *(named(one) for one in range(10)))
    assert flood(database, 1, named(0), named(4)).joined == 0
    assert flood(database, 2, named(20, "other")).joined == 0
    assert flood(database, 3, named(30, arrived=NOON + 3_600)).joined == 0
    assert flood(database, 4, named(31)).joined == 1


def test_a_flood_of_correlations_counts_each_when_it_ends(database: Database) -> None:
    def part(number: int, revision: int, count: int, *, ended: bool = False) -> object:
        return named(number, grows=Grows.REPLACE, series=revision, count=count, ended=ended)

    flood(database, 0, *(part(one, 1, 10) for one in range(8)))
    assert (crowd(database).parts, crowd(database).count) == (3, 0)
    flood(database, 1, *(part(one, 2, 20, ended=True) for one in range(8)))
    assert (crowd(database).parts, crowd(database).count) == (6, 60)
    with database.read() as connection:
        assert connection.scalar(select(func.sum(ALERT.c.count))) == 160
        assert connection.scalar(select(func.count()).where(~ALERT.c.ended)) == 0


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=12, deadline=None)
@given(
    seed=st.integers(0, 1_000), lives=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 6)), max_size=6)
)
def test_whatever_is_replayed_the_tables_are_the_same(
    database: Database, seed: int, lives: list[tuple[int, int]]
) -> None:
    """A consumer that died goes on from an offset that it had committed, which may be long before what was applied."""
    some, others = batches(seed, 10), batches(seed + 1, 4, partition=1)
    empty(database)
    run_all(database, [*some, *others])
    expected = state(database)
    empty(database)
    reached = 0
    for back, forward in lives:
        start = max(0, reached - back)
        run_all(database, some[start : start + forward])
        reached = min(len(some), max(reached, start + forward))
    run_all(database, [*some, *others, *others, *some])
    assert state(database) == expected
    with database.read() as connection:
        assert isinstance(verify(connection), Verified)
