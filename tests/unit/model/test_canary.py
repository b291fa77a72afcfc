"""Only who has the key makes a canary, and nothing else hides in one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.canary import EARLY, PREFIX, WINDOW, Canary, Marker, is_timely

MARKER = Marker(b"k" * 32)
ONE = Canary("web-2", "http", 1_795_000_000_123)
RECORD = MARKER.write(ONE)
NAMES = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,62}", fullmatch=True)
CANARIES = st.builds(
    Canary, NAMES, st.from_regex(r"[a-z0-9]{1,15}", fullmatch=True), st.integers(1, 10**15 - 1)
)


@given(canary=CANARIES)
def test_what_was_written_is_read(canary: Canary) -> None:
    assert MARKER.read(MARKER.write(canary)) == canary


@given(canary=CANARIES, at=st.integers(0), byte=st.integers(1, 255))
def test_no_change_of_one_byte_is_a_canary(canary: Canary, at: int, byte: int) -> None:
    record = bytearray(MARKER.write(canary))
    record[at % len(record)] ^= byte
    assert MARKER.read(bytes(record)) is None


@given(one=CANARIES, other=CANARIES)
def test_no_two_are_written_alike(one: Canary, other: Canary) -> None:
    assert (MARKER.write(one) == MARKER.write(other)) == (one == other)


@given(record=st.binary() | st.binary().map(lambda rest: PREFIX + rest))
def test_nothing_else_is_one(record: bytes) -> None:
    assert MARKER.read(record) is None


@pytest.mark.parametrize(
    "record",
    [
        RECORD[:-1],
        RECORD[1:],
        RECORD + b"\n",
        RECORD + b" user=root action=delete",
        b"<13>" + RECORD,
        b'{"a": "%s"}' % RECORD,
        RECORD + RECORD,
        RECORD[:-32] + RECORD[-32:].upper(),
        RECORD.replace(b"web-2", b"web-3"),
        RECORD.replace(b"-http-", b"-udp-"),
        RECORD.replace(b"-1795", b"-01795"),
        RECORD.replace(b"-1795", "-\u0661795".encode()),
        Marker(b"l" * 32).write(ONE),
        b"",
        PREFIX,
    ],
)
def test_forgeries(record: bytes) -> None:
    assert MARKER.read(RECORD) == ONE
    assert MARKER.read(record) is None


@pytest.mark.parametrize(
    ("after", "timely"),
    [(0, True), (WINDOW, True), (WINDOW + 1, False), (-EARLY, True), (-EARLY - 1, False), (-1e12, False)],
)
def test_one_that_was_kept_for_later_is_none(after: float, timely: bool) -> None:
    assert is_timely(Canary("a", "udp", 1_795_000_000_000), 1_795_000_000 + after) is timely


def test_a_key_is_no_guess() -> None:
    with pytest.raises(ValueError, match="16 bytes"):
        Marker(b"short")
