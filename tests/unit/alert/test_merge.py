"""How changes alter an alert, and whether anybody is told."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from alert_samples import NOON, change
from tocsin.alert.bounds import MAX_ENTITIES, MAX_EVENTS
from tocsin.alert.merge import merged
from tocsin.alert.telling import OWN, telling
from tocsin.model.alert import Alert, AlertChange, Grows, Mute, Muted, Status, Told, Verdict
from tocsin.model.match import Entities, RuleRef
from tocsin.model.place import Place

HERE = Place("signals", 0, 7)
SILENT = Mute(Muted.SILENCED, "s1")


def alert(*changes: AlertChange) -> Alert:
    made = None
    for one in changes:
        made = merged(made, one, HERE)
    assert made
    return made


def level(name: str) -> RuleRef:
    return RuleRef("rule-0", "Rule 0", name)


@given(st.permutations([(NOON + number, number + 1) for number in range(5)]))
def test_order_does_not_count(parts: list[tuple[float, int]]) -> None:
    made = alert(
        *(change(first_seen=at, last_seen=at + 1, arrived=at + 2, count=count) for at, count in parts)
    )
    assert (made.first_seen, made.last_seen, made.count) == (NOON, NOON + 5, 15)
    assert (made.first_arrival, made.last_arrival, made.revision, made.triage) == (NOON + 2, NOON + 6, 5, 1)


def test_what_an_alert_keeps_does_not_grow_without_end() -> None:
    many = (
        change(events=(f"e{number}",), entities=Entities(ip=(f"192.0.2.{number}",), user=("eve",)))
        for number in range(200)
    )
    made = alert(*many)
    assert made.events == tuple(f"e{number}" for number in range(MAX_EVENTS))
    assert len(made.entities.ip) == MAX_ENTITIES
    assert made.entities.ip == tuple(sorted(f"192.0.2.{number}" for number in range(MAX_ENTITIES)))
    assert made.entities.user == ("eve",)


def test_a_level_only_rises() -> None:
    made = alert(
        change(rule=level("medium")), change(rule=level("high"), why="worse"), change(rule=level("low"))
    )
    assert (made.level, made.why, made.triage, made.count) == ("high", "worse", 2, 3)


def test_a_closed_alert_stays_closed_and_counts_on() -> None:
    closed = replace(alert(change()), status=Status.CLOSED, verdict=Verdict.FALSE)
    after = merged(closed, change(), HERE)
    assert (after.status, after.verdict, after.count) == (Status.CLOSED, Verdict.FALSE, 2)


def test_a_closed_alert_whose_level_rises_is_opened_again() -> None:
    closed = replace(alert(change()), status=Status.CLOSED, verdict=Verdict.FALSE, assignee="bob")
    after = merged(closed, change(rule=level("critical")), HERE)
    assert (after.status, after.verdict, after.assignee) == (Status.NEW, None, "bob")


def test_a_later_state_of_a_correlation_replaces_the_earlier_one() -> None:
    def state(revision: int, count: int) -> AlertChange:
        return change(grows=Grows.REPLACE, series=revision, count=count, why=f"{count} events")

    made = alert(state(1, 10), state(2, 25))
    assert (made.count, made.series, made.why, made.ended) == (25, 2, "25 events", False)
    assert merged(made, state(2, 99), HERE) is made
    assert merged(made, state(1, 99), HERE) is made


@pytest.mark.parametrize(
    ("mutes", "expected"), [([SILENT, SILENT], SILENT), ([SILENT, None], None), ([None, SILENT], None)]
)
def test_an_alert_is_silenced_while_all_of_it_is(mutes: list[Mute | None], expected: Mute | None) -> None:
    assert alert(*(change(mute=mute) for mute in mutes)).mute == expected


def told(before: Alert | None, after: Alert, *, repeat: float | None = None) -> Told | Muted:
    return telling(before, after, repeat)


def test_who_is_told_and_why() -> None:
    new = alert(change())
    known = replace(new, told=new.last_arrival)
    grown = merged(known, change(arrived=NOON + 100), HERE)
    assert told(None, new) is Told.NEW
    assert told(known, grown) is Muted.DUPLICATE
    assert told(known, grown, repeat=200) is Muted.QUIET
    assert told(known, grown, repeat=50) is Told.AGAIN
    taken = replace(grown, status=Status.ACKNOWLEDGED)
    assert told(taken, taken, repeat=50) is Muted.DUPLICATE


def test_a_risen_level_is_told() -> None:
    known = replace(alert(change()), told=NOON)
    assert told(known, merged(known, change(rule=level("high")), HERE)) is Told.RAISED
    closed = replace(known, status=Status.CLOSED)
    assert told(closed, merged(closed, change(rule=level("high")), HERE)) is Told.REOPENED


def test_silence_and_its_end() -> None:
    silenced = alert(change(mute=SILENT))
    assert told(None, silenced) is Muted.SILENCED
    assert told(silenced, merged(silenced, change(), HERE)) is Told.UNMUTED


def state(series: int, *, own: bool = True, ended: bool = False, **other: Any) -> AlertChange:
    rule = RuleRef("r", "Input does not deliver", "high", (OWN,) if own else ())
    return change(rule=rule, grows=Grows.REPLACE, series=series, ended=ended, **other)


def test_that_an_own_alarm_is_over_is_told() -> None:
    known = replace(alert(state(1)), told=NOON)
    over = merged(known, state(2, ended=True, first_seen=NOON + 9, last_seen=NOON + 9), HERE)
    assert (over.first_seen, over.last_seen) == (NOON, NOON + 9)
    assert told(known, over) is Told.RESOLVED
    taken = replace(known, status=Status.ACKNOWLEDGED)
    assert told(taken, merged(taken, state(2, ended=True), HERE)) is Told.RESOLVED
    assert told(over, merged(over, state(3, ended=True), HERE)) is Muted.DUPLICATE


@pytest.mark.parametrize(
    ("before", "last", "expected"),
    [
        ({"told": None, "mute": SILENT}, {}, Muted.OVER),
        ({"told": NOON}, {"mute": SILENT}, Muted.SILENCED),
        ({"told": NOON, "status": Status.CLOSED}, {}, Muted.DUPLICATE),
        ({"told": NOON}, {"own": False}, Muted.DUPLICATE),
    ],
    ids=["nobody was told", "silenced", "a person has closed it", "the window of a correlation is over"],
)
def test_that_something_is_over_is_no_news(
    before: dict[str, Any], last: dict[str, Any], expected: Muted
) -> None:
    known = replace(alert(state(1, own=last.get("own", True))), **before)
    assert told(known, merged(known, state(2, ended=True, **last), HERE)) is expected


def test_one_that_a_hub_without_memory_gave_up_is_not_over() -> None:
    known = replace(alert(state(1)), told=NOON)
    assert told(known, replace(known, ended=True, revision=2)) is Muted.DUPLICATE
