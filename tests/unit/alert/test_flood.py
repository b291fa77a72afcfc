"""What would begin one alert too many belongs to the alert of its rule and its hour."""

import pytest

from alert_samples import NOON, change
from tocsin.alert.flood import HOUR, joined
from tocsin.control.begun import hour_of
from tocsin.model.alert import Grows, Joined
from tocsin.model.match import RuleRef


def test_all_of_a_rule_and_an_hour_are_one() -> None:
    begin = NOON - NOON % HOUR
    rule = RuleRef("rule", "Rule", "low")
    made = [joined(change(n, rule=rule, arrived=begin + at)) for n, at in enumerate((0.0, 1.0, HOUR - 0.001))]
    assert len({(one.fingerprint, one.window) for one in made}) == 1
    assert {one.window for one in made} == {int(begin * 1e6)}
    assert {hour_of(one.arrived) for one in made} == {int(begin // HOUR)}
    other = [
        joined(change(1, rule=rule, arrived=begin + HOUR)),
        joined(change(1, rule=RuleRef("other", "Rule", "low"), arrived=begin)),
    ]
    assert len({(one.fingerprint, one.window) for one in [*made, *other]}) == 3


@pytest.mark.parametrize(
    ("grows", "ended", "count"), [(Grows.ADD, False, 7), (Grows.REPLACE, False, 0), (Grows.REPLACE, True, 7)]
)
def test_a_correlation_counts_when_it_ends(grows: Grows, ended: bool, count: int) -> None:
    made = joined(change(grows=grows, ended=ended, series=int(grows is Grows.REPLACE), count=7))
    assert (made.grows, made.count, made.parts, made.joined) == (Grows.ADD, count, 1, Joined.FLOOD)
    assert (made.series, made.ended, made.value, made.group, made.fields) == (0, False, None, {}, ())
