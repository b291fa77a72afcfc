"""The bound on events a second, against a clock that the test moves."""

from hypothesis import given
from hypothesis import strategies as st

from tocsin.intake.web.rate import Rate


def test_a_large_request_passes_whole_and_the_next_waits() -> None:
    rate = Rate(10, now=100.0)
    assert rate.wait(100.0) == 0
    rate.spend(25)
    assert rate.wait(100.0) == 1.6
    assert rate.wait(101.5) > 0
    assert rate.wait(101.7) == 0


@given(st.integers(1, 100), st.lists(st.tuples(st.floats(0, 3), st.integers(1, 300)), max_size=30))
def test_on_average_no_more_passes(per_second: int, requests: list[tuple[float, int]]) -> None:
    rate, now, passed, last = Rate(per_second, now=0.0), 0.0, 0, 0
    for pause, events in requests:
        now += pause
        if not rate.wait(now):
            rate.spend(events)
            passed, last = passed + events, events
    assert passed - last <= per_second * (now + 1) + 1
