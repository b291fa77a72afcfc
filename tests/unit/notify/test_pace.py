"""Rates and waits."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.notify.pace import FIRST, LONGEST, MINUTE, MOST, Pace, backoff


@given(st.integers(1, 5), st.integers(0, 2**32))
def test_no_minute_has_more_than_its_number(per_minute: int, seed: int) -> None:
    random, pace, now, sent = Random(seed), Pace(per_minute), 0.0, list[float]()  # noqa: S311
    for _ in range(40):
        now = max(now + random.choice((0.0, 1.0, 20.0)), pace.free(now))
        pace.note(now)
        sent.append(now)
    for at in sent:
        assert sum(at <= other < at + MINUTE for other in sent) <= per_minute


def test_what_is_free_is_free_at_once() -> None:
    pace = Pace(2)
    pace.note(10.0)
    assert pace.free(10.0) == 10.0
    pace.note(10.0)
    assert pace.free(11.0) == 70.0


def test_a_clock_that_was_set_back_silences_for_a_minute_at_most() -> None:
    pace = Pace(1)
    pace.note(1_000_000.0)
    assert pace.free(10.0) == 10.0 + MINUTE


@given(st.text(), st.integers(1, 10_000))
def test_waits_grow_to_a_bound_and_are_always_the_same(key: str, attempt: int) -> None:
    longest = min(FIRST * 2 ** min(attempt - 1, 30), LONGEST)
    assert longest / 2 <= backoff(key, attempt) <= longest
    assert backoff(key, attempt) == backoff(key, attempt)


def test_messages_do_not_come_together() -> None:
    assert len({backoff(f"key-{number}", 9) for number in range(100)}) == 100


@pytest.mark.parametrize(("after", "wait"), [(0.0, 1.0), (30.0, 30.0), (1e9, MOST)])
def test_what_the_receiver_asks_for_counts(after: float, wait: float) -> None:
    assert backoff("key", 8, after) == wait
