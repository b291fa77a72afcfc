"""Routes: who is told of what, and when."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alert_samples import change
from tocsin.alert.merge import merged
from tocsin.alert.routing import fits, takes, targets
from tocsin.model.alert import Alert
from tocsin.model.match import Entities, RuleRef
from tocsin.model.place import Place
from tocsin.settings.scalars import Hours
from tocsin.settings.tables import Route
from tocsin.settings.zone import Zone

MONDAY = datetime(2026, 11, 23, tzinfo=UTC).timestamp()


def alert(**other: Any) -> Alert:
    made = {"sources": ("github_audit",), **other}
    return merged(None, change(1, **made), Place("signals", 0, 0))


def route(*channels: str, **other: Any) -> Route:
    return Route(channels=channels or ("oncall",), **other)


@pytest.mark.parametrize(
    ("conditions", "taken"),
    [
        ({}, True),
        ({"level": "medium"}, True),
        ({"level": "high"}, False),
        ({"sources": ("okta", "github_*")}, True),
        ({"sources": ("okta",)}, False),
        ({"rules": ("rule-1",)}, True),
        ({"rules": ("rule 1",)}, True),
        ({"rules": ("attack.t1098",)}, True),
        ({"rules": ("ATTACK.*",)}, True),
        ({"rules": ("rule-2", "*-3")}, False),
        ({"entities": ("user:user1",)}, True),
        ({"entities": ("host:*", "ip:192.0.2.*")}, True),
        ({"entities": ("user1",)}, False),
        ({"entities": ("host:*",)}, False),
        ({"level": "low", "sources": ("*audit",), "rules": ("*",), "entities": ("user:*",)}, True),
        ({"level": "low", "sources": ("*audit",), "rules": ("*",), "entities": ("host:*",)}, False),
    ],
)
def test_every_condition_that_is_given_must_hold(conditions: dict[str, Any], taken: bool) -> None:
    assert takes(route(**conditions), alert(), MONDAY) is taken


def test_an_alert_without_sources_may_be_of_any() -> None:
    assert takes(route(sources=("okta",)), alert(sources=()), MONDAY)


def test_names_of_an_entity_do_not_pass_for_another_kind() -> None:
    named = alert(entities=Entities(user=("x host:db",)))
    assert not takes(route(entities=("host:*",)), named, MONDAY)


def test_the_order_of_routes_and_the_last_one() -> None:
    routes = [
        route("a", level="critical", last=True),
        route("b", "c"),
        route("c", "d", last=True),
        route("e"),
    ]
    assert targets(routes, alert(), MONDAY) == ("b", "c", "d")
    assert targets(routes, alert(rule=RuleRef("r", "R", "critical")), MONDAY) == ("a",)
    assert targets([], alert(), MONDAY) == ()


def moment(day: int, clock: str) -> float:
    hour, minute = map(int, clock.split(":"))
    return MONDAY + timedelta(days=day, hours=hour, minutes=minute).total_seconds()


@pytest.mark.parametrize(
    ("day", "clock", "taken"),
    [
        (0, "21:59", False),
        (0, "22:00", True),
        (1, "05:59", True),
        (1, "06:00", False),
        (1, "22:00", False),
        (0, "05:00", False),
        (2, "05:00", False),
    ],
)
def test_a_night_is_of_the_day_on_which_it_begins(day: int, clock: str, taken: bool) -> None:
    night = route(hours=Hours("22:00-06:00"), days=("mon",))
    assert takes(night, alert(), moment(day, clock)) is taken


@pytest.mark.parametrize(
    ("clock", "taken"), [("07:59", False), ("08:00", True), ("17:59", True), ("18:00", False)]
)
def test_a_day(clock: str, taken: bool) -> None:
    assert takes(route(hours=Hours("08:00-18:00")), alert(), moment(3, clock)) is taken


@pytest.mark.parametrize(("day", "taken"), [(0, False), (4, False), (5, True), (6, True), (7, False)])
def test_days_without_hours_are_whole(day: int, taken: bool) -> None:
    weekend = route(days=("sat", "sun"))
    assert takes(weekend, alert(), moment(day, "00:00")) is taken
    assert takes(weekend, alert(), moment(day, "23:59")) is taken


def test_hours_and_days_are_the_zones() -> None:
    # 23:30 on Sunday in UTC is half past midnight on Monday in Berlin.
    berlin = route(hours=Hours("00:00-01:00"), days=("mon",), zone=Zone("Europe/Berlin"))
    assert takes(berlin, alert(), MONDAY - 1_800)
    assert not takes(berlin, alert(), MONDAY + 1_800)


def test_the_day_on_which_the_clock_is_set_back() -> None:
    # 2026-10-25 in Berlin: 02:30 is there twice, in UTC at 00:30 and at 01:30.
    early = route(hours=Hours("02:00-03:00"), days=("sun",), zone=Zone("Europe/Berlin"))
    begin = datetime(2026, 10, 25, tzinfo=UTC).timestamp()
    assert [takes(early, alert(), begin + 900 * n) for n in range(-1, 9)] == [False] + [True] * 8 + [False]


WORDS = st.text("ab*", max_size=8)


@given(st.text("ab\nß", max_size=8), WORDS)
def test_patterns_are_as_the_obvious_ones(text: str, pattern: str) -> None:
    obvious = ".*".join(map(re.escape, pattern.split("*")))
    assert fits(text, pattern) == bool(re.fullmatch(obvious, text.casefold(), re.DOTALL))
