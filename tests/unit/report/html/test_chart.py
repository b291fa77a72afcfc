"""Charts made here."""

from itertools import pairwise

import pytest

from tocsin.report.html.chart import _ceiling, bar, timeline
from tocsin.report.timeline import Bars


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 2), (1, 2), (3, 4), (5, 6), (7, 10), (11, 20), (61, 100), (101, 200), (10**9 + 1, 2 * 10**9)],
)
def test_the_scale_ends_on_a_round_even_number(most: int, top: int) -> None:
    assert _ceiling(most) == top


def test_one_critical_match_is_seen_beside_a_million_others() -> None:
    made = timeline(Bars(0, 60, ((1_000_000, 0, 0, 0, 1),)))
    assert '<rect x="524.0" y="187.0" class="c4" width="36.0" height="2.0"/>' in made
    assert "1 critical, 1,000,000 informational" in made


def test_the_day_is_said_where_it_changes() -> None:
    made = timeline(Bars(1772442900 // 3600 * 3600, 3600, ((1, 0, 0, 0, 0),) * 36))
    assert made.count(">03-02 ") == 1
    assert made.count(">03-03 ") == 1


def test_a_share_is_never_nothing() -> None:
    widths = [float(bar(share, 1).split('width="')[1].split('"')[0]) for share in (0.0, 0.5, 1.0)]
    assert all(before < after for before, after in pairwise(widths))
    assert widths[0] == 1.0
