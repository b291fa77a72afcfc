"""Numbers and times for people."""

import pytest

from tocsin.report.words import duration, moment, plural, precise, size, span


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (999_949, "999.9 kB"),
        (999_960, "1.0 MB"),
        (4_200_000, "4.2 MB"),
        (7e15, "7,000.0 TB"),
    ],
)
def test_sizes(count: int, text: str) -> None:
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.84, "0.84 s"),
        (5, "5 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (3600, "1 h"),
        (200, "3 min 20 s"),
        (93_900, "26 h 5 min"),
        (86400 * 3, "3 days"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_counts_and_times() -> None:
    assert plural(1, "match", "matches") == "1 match"
    assert plural(12_000, "match", "matches") == "12,000 matches"
    assert moment(0.0) == "1970-01-01 00:00:00"
    assert moment(None) == "no time"
    assert precise(0.25) == "1970-01-01 00:00:00.250"
    assert precise(1.0) == "1970-01-01 00:00:01"
    assert span(0.0, 60.0) == "1970-01-01 00:00:00 to 00:01:00"
    assert span(0.0, 86400.0) == "1970-01-01 00:00:00 to 1970-01-02 00:00:00"
    assert span(5.0, 5.0) == "1970-01-01 00:00:05"
    assert span(None, None) == "no time"
