"""Matches over event time."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as some

from report_samples import T0
from tocsin.report.timeline import WIDTHS, Timeline


def test_each_width_divides_the_next() -> None:
    assert all(wide % narrow == 0 for narrow, wide in pairwise(WIDTHS))


def test_a_day_is_drawn_in_half_hours() -> None:
    timeline = Timeline()
    for hour in range(24):
        timeline.add(T0 + hour * 3600, 2)
    bars = timeline.bars()
    assert bars
    assert bars.width == 1800
    assert bars.start % 1800 == 0
    assert sum(column[2] for column in bars.columns) == 24


def test_a_few_odd_times_are_left_out_and_counted() -> None:
    timeline = Timeline()
    timeline.add(0.0, 4)
    timeline.add(7.2e9, 4)
    for second in range(300):
        timeline.add(T0 + second, 1)
    bars = timeline.bars()
    assert bars
    assert bars.width == 5
    assert (bars.before, bars.after) == (1, 1)


def test_nothing_dated_draws_nothing() -> None:
    timeline = Timeline()
    timeline.add(None, 0)
    assert timeline.bars() is None
    assert timeline.undated == 1


@given(some.lists(some.floats(-1e11, 1e11), min_size=1, max_size=60))
def test_every_match_is_in_a_column_or_counted_as_left_out(times: list[float]) -> None:
    timeline = Timeline()
    for time in times:
        timeline.add(time, 0)
    bars = timeline.bars()
    assert bars
    assert len(bars.columns) <= 72
    assert sum(map(sum, bars.columns)) + bars.before + bars.after == len(times)


def test_a_million_times_take_bounded_memory() -> None:
    timeline = Timeline()
    for index in range(20_000):
        timeline.add(index * 7919.0, 0)
    assert len(timeline._buckets) <= 4096
    bars = timeline.bars()
    assert bars
    assert sum(map(sum, bars.columns)) + bars.before + bars.after == 20_000
