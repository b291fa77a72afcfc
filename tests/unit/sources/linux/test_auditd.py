"""What is remembered of audit records makes no difference to what is read."""

import pytest

from random_rules import samples
from tocsin.errors import DataError
from tocsin.sources.auditd import parser


def test_records_that_come_again_are_read_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    readable = 0
    for record in samples("auditd"):
        try:
            first = parser.parse_record(record)
        except DataError:
            continue
        again = parser.parse_record(record)
        with monkeypatch.context() as patched:
            patched.setattr(parser, "_LONGEST_REMEMBERED", -1)
            assert again == first == parser.parse_record(record)
        first.clear()
        assert parser.parse_record(record) == again
        readable += 1
    assert readable > 20


def test_records_that_say_the_same_keep_their_own_time_and_number() -> None:
    records = [b"type=CWD msg=audit(160000000%d.5:%d): cwd=2F746D70" % (number, number) for number in (1, 2)]
    one, other = map(parser.parse_record, records)
    assert one["cwd"] == other["cwd"] == "/tmp"
    assert (one["timestamp"], one["serial"]) == ("1600000001.5", "1")
    assert (other["timestamp"], other["serial"]) == ("1600000002.5", "2")
    written = parser.parse_record(b"type=CWD msg=audit(03/07/2026 01:02:03.500:9) : cwd=2F746D70")
    assert written["cwd"] == "2F746D70"
