"""A share of refused records above the usual is told, and not told any more when it is usual again."""

import pytest

from tocsin.control.ledger import OfSource
from tocsin.services.live.refusals import Refusals


def sums(events: int, refused: int, source: str = "okta") -> list[OfSource]:
    return [OfSource("hook", source, events, refused, None, None, 0.0, 0.0)]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((1_000, 0), (1_090, 10), True),
        ((1_000, 0), (1_096, 4), False),
        ((900, 100), (970, 130), False),
        ((990, 10), (1_040, 20), True),
        ((1_000, 0), (1_000, 49), False),
        ((1_000, 0), (1_000, 50), True),
    ],
    ids=["above", "little", "usual is much", "six times", "too few records", "all refused"],
)
def test_shares(before: tuple[int, int], after: tuple[int, int], *, told: bool) -> None:
    refusals = Refusals()
    refusals.look(sums(*before))
    assert not list(refusals.problems())
    refusals.look(sums(*after))
    assert bool(list(refusals.problems())) is told


def test_it_passes_and_nothing_hidden_is_shown() -> None:
    refusals = Refusals()
    refusals.look(sums(100, 0, "a\x1b[2J"))
    refusals.look(sums(100, 100, "a\x1b[2J"))
    (told,) = refusals.problems()
    assert "\x1b" not in told
    assert "100 of the last 100 records could not be read (100%; usual are 0.0%)" in told
    refusals.look(sums(200, 100, "a\x1b[2J"))
    assert not list(refusals.problems())


def test_few_records_are_gathered_until_they_say_something() -> None:
    refusals = Refusals()
    refusals.look(sums(100, 0))
    for refused in range(10, 51, 10):
        assert not list(refusals.problems())
        refusals.look(sums(100, refused))
    assert list(refusals.problems())
