"""RFC 3164 has no year: lines are dated by the day they are read on."""

import time
from datetime import UTC, date, datetime

import pytest

from tocsin.errors import DataError
from tocsin.sources.linux.header import assume_year, parse_line


@pytest.mark.parametrize(
    ("month", "day", "now", "year"),
    [
        (3, 27, date(2026, 11, 23), 2026),
        (11, 24, date(2026, 11, 23), 2026),
        (11, 25, date(2026, 11, 23), 2025),
        (12, 31, date(2027, 1, 1), 2026),
        (1, 1, date(2026, 12, 31), 2027),
        (1, 2, date(2026, 12, 31), 2026),
        (2, 29, date(2028, 2, 28), 2028),
    ],
)
def test_the_year_is_the_one_nearest_before_tomorrow(month: int, day: int, now: date, year: int) -> None:
    assert assume_year(month, day, now) == year


def test_a_line_of_today_is_dated_today() -> None:
    today = datetime.fromtimestamp(time.time(), UTC)
    fields = parse_line(f"{today:%b} {today.day:2} 10:11:12 web-01 app[77]: hello".encode())
    assert fields["timestamp"] == f"{today:%Y-%m-%d}T10:11:12Z"
    assert fields["host.name"] == "web-01"
    assert fields["process.name"] == "app"
    assert fields["process.pid"] == 77
    assert fields["message"] == "hello"


@pytest.mark.parametrize(
    ("line", "host", "program", "message"),
    [
        (
            b"Mar  7 01:02:03 h sudo:   al : TTY=p ; USER=root ; COMMAND=/x",
            "h",
            "sudo",
            "  al : TTY=p ; USER=root ; COMMAND=/x",
        ),
        (b"Mar  7 01:02:03 h last message repeated 2 times", "h", None, "last message repeated 2 times"),
        (b"<13>Mar  7 01:02:03 app: no host", None, "app", "no host"),
        (b"<13>just text", None, None, "just text"),
        (b"2026-03-07T01:02:03Z h /usr/sbin/cron[9]: x", "h", "cron", "x"),
        (b"Mar  7 01:02:03 2001:db8::1 app: x", "2001:db8::1", "app", "x"),
        (b"Mar  7 01:02:03.123 h app: \xff\x00", "h", "app", "\ufffd\x00"),
    ],
)
def test_header(line: bytes, host: str | None, program: str | None, message: str) -> None:
    fields = parse_line(line)
    assert (fields.get("host.name"), fields.get("process.name"), fields["message"]) == (
        host,
        program,
        message,
    )


@pytest.mark.parametrize("line", [b"", b"   ", b"no header at all", b"Mar 7 10:10", b"{}"])
def test_what_is_no_syslog_line_is_refused(line: bytes) -> None:
    with pytest.raises(DataError):
        parse_line(line)
