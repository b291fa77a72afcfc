"""Simulated sources: by day and by night, only in business hours, in bursts; and what happens when one stops.

Promised: of sources that go on, at most one false silence in 30 days each, and none after the first two weeks of
Poisson-like ones. A source that stops is found after three times the longest gap that began at about that hour.
"""

from collections.abc import Callable, Iterator
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tocsin.services.live.rhythm import (
    DEAF_SECONDS,
    FLOOR_SECONDS,
    LATE_FLOOR_SECONDS,
    LATE_FOR_SECONDS,
    LEARNING_SECONDS,
    Rhythm,
    Rhythms,
    Turn,
)

START = 1_795_003_200.0  # 12:00
DAY = 86_400.0
KEY = ("hook", "okta")
Pace = Callable[[float], float]
"""Moment -> seconds that the next event takes on average."""


def day_and_night(at: float) -> float:
    return 20.0 if 8 <= at // 3_600 % 24 < 20 else 1_800.0


def even(_: float) -> float:
    return 300.0


def rare(_: float) -> float:
    return 7_200.0


def business(at: float) -> float:
    return 60.0 if 8 <= at // 3_600 % 24 < 18 and at // DAY % 7 < 5 else 1e9


def arrivals(pace: Pace, until: float, seed: int) -> Iterator[float]:
    """Yield moments; thinned so that a change of pace counts at once."""
    random = Random(seed)  # noqa: S311 (repeatable)
    at, fastest = START, min(pace(START + hour * 3_600) for hour in range(168))
    while (at := at + random.expovariate(1 / fastest)) < until:
        if random.random() < fastest / pace(at):
            yield at


def run(rhythms: Rhythms, moments: Iterator[float], until: float) -> list[Turn]:
    """Let moments pass a minute at a time, as ticks do; return what turned."""
    turns: list[Turn] = []
    at, coming = START, next(moments, None)
    while at < until:
        at += 60.0
        while coming is not None and coming <= at:
            rhythms.take(KEY, coming, None)
            coming = next(moments, None)
        rhythms.listen(at)
        turns += rhythms.advance(at)
    return turns


@pytest.mark.parametrize("pace", [day_and_night, even, rare, business])
@pytest.mark.parametrize("seed", range(2))
def test_a_source_that_goes_on_cries_no_wolf(pace: Pace, seed: int) -> None:
    until = START + 30 * DAY
    turns = run(Rhythms(), arrivals(pace, until, seed), until)
    began = [one for one in turns if not one.ended]
    assert len(began) <= 1
    assert pace is business or not [one for one in began if one.began > START + 14 * DAY]


@pytest.mark.parametrize("pace", [day_and_night, even, business])
def test_a_source_that_stops_is_found_once_and_ends_when_it_is_back(pace: Pace) -> None:
    rhythms, stop = Rhythms(), START + 18 * DAY + 60
    moments = [*arrivals(pace, stop, 5), stop + 2 * DAY]
    turns = run(rhythms, iter(moments), stop + 2 * DAY + 60)
    found, back = turns[-2:]
    last = moments[-2]
    assert (found.kind, found.ended, back.kind, back.ended) == ("silent", False, "silent", True)
    assert (found.since, found.began) == (last, back.began)
    assert found.began - last <= found.limit + 60.0
    assert found.limit <= {"day_and_night": 6 * 3_600, "even": 3 * 3_600, "business": 4_000}[pace.__name__]


def test_by_day_a_stop_is_found_faster_than_by_night() -> None:
    rhythms = Rhythms()
    until = START + 20 * DAY
    run(rhythms, arrivals(day_and_night, until, 1), until)
    assert rhythms.sources[KEY].limit(until) == FLOOR_SECONDS


def test_nobody_is_judged_before_it_is_known() -> None:
    rhythms = Rhythms()
    assert run(rhythms, iter([START + 1, START + 2]), START + 5 * DAY) == []
    rhythms = Rhythms()
    moments = iter([START + number for number in range(100)])
    (found,) = run(rhythms, moments, START + 5 * DAY)
    assert found.began >= START + LEARNING_SECONDS


def test_when_nobody_listened_no_source_is_to_blame() -> None:
    rhythms = Rhythms()
    run(rhythms, arrivals(even, START + 10 * DAY, 2), START + 10 * DAY)
    back = START + 12 * DAY
    rhythms.listen(back)
    assert list(rhythms.advance(back)) == []
    rhythms.take(KEY, back + DEAF_SECONDS, None)
    assert list(rhythms.advance(back + DEAF_SECONDS)) == []
    assert max(max(one.longest) for one in rhythms.sources[KEY].weeks) < DAY


def test_late_events() -> None:
    rhythms = Rhythms()
    turns: list[Turn] = []

    def hear(seconds: float, times: int) -> None:
        for _ in range(times):
            at = max(rhythms.now, START) + 30
            rhythms.take(KEY, at, seconds)
            turns.extend(rhythms.advance(at))

    hear(2.0, 300)
    hear(2 * DAY, 3)  # a few old ones
    hear(2.0, 5)
    assert turns == []
    hear(2 * LATE_FLOOR_SECONDS, int(LATE_FOR_SECONDS / 30) + 1)
    hear(2 * LATE_FLOOR_SECONDS, 100)
    hear(2.0, 10)
    assert [(one.kind, one.ended) for one in turns] == [("late", False), ("late", True)]
    assert turns[0].began == turns[1].began


def test_a_source_that_is_always_old_is_not_late() -> None:
    rhythms, turns = Rhythms(), list[Turn]()
    for number in range(2_000):
        rhythms.take(KEY, START + number * 30, 3_600.0 * (1 + number % 3))
        turns += rhythms.advance(START + number * 30)
    assert turns == []


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(-1e5, 1e5), st.none() | st.floats(-1e9, 1e9)), max_size=40))
def test_any_arrivals_are_taken_and_state_survives(steps: list[tuple[float, float | None]]) -> None:
    rhythms, copy = Rhythms(), Rhythms()
    at = START
    for step, age in steps:
        at += step
        for one in (rhythms, copy):
            one.take(KEY, at, age)
        assert list(rhythms.advance(at)) == list(copy.advance(at))
        saved = msgspec.msgpack.encode(copy.sources[KEY])
        copy.sources[KEY] = msgspec.msgpack.decode(saved, type=Rhythm)
        assert copy.sources == rhythms.sources
        assert len(copy.sources[KEY].weeks) <= 4
