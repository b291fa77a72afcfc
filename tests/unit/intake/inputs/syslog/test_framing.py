"""Whatever the split, the messages of a connection are the same."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.intake.inputs.syslog.framing import ENDS, LONGEST_COUNT, Framing

LIMIT = 50
MESSAGES = [b"<13>Nov 23 10:00:00 h app: one", b"<13>1 - h app - - - two", b"<1>x" * 3]


def counted(messages: list[bytes]) -> bytes:
    return b"".join(b"%d %s" % (len(one), one) for one in messages)


def run(chunks: list[bytes]) -> tuple[list[bytes], int, bool]:
    framing = Framing(LIMIT)
    whole: list[bytes] = []
    cut = 0
    for chunk in chunks:
        made = framing.feed(chunk)
        whole += made.whole
        cut += made.cut
        if made.broken:
            return whole, cut, True
    made = framing.close()
    return whole + made.whole, cut + made.cut, made.broken


def split(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(edges)]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\n".join(MESSAGES) + b"\n", (MESSAGES, 0, False)),
        (b"\n".join(MESSAGES), (MESSAGES, 0, False)),
        (b"\r\n".join(MESSAGES) + b"\r\n", (MESSAGES, 0, False)),
        (b"\0\n".join(MESSAGES) + b"\0\n", (MESSAGES, 0, False)),
        (counted(MESSAGES), (MESSAGES, 0, False)),
        (counted([one + b"\n" for one in MESSAGES]), (MESSAGES, 0, False)),
        (counted([b"two\nlines\n", b"x"]), ([b"two\nlines", b"x"], 0, False)),
        (b"2026-11-23T10:00:00Z h app: x\n9 y\n", ([b"2026-11-23T10:00:00Z h app: x", b"9 y"], 0, False)),
        (b"\n\n<1>a\n\n", ([b"<1>a"], 0, False)),
        (b"<1>" + b"a" * 60 + b"\n<1>b\n", ([b"<1>" + b"a" * 47, b"<1>b"], 1, False)),
        (b"<1>" + b"a" * 200, ([b"<1>" + b"a" * 47], 1, False)),
        (
            counted([b"a" * 51, b"b" * 50, b"c" * 999, b"d"]),
            ([b"a" * 50, b"b" * 50, b"c" * 50, b"d"], 2, False),
        ),
        (b"3 abc" + b"x 3 abc", ([b"abc"], 0, True)),
        (b"3 abc" + b"03 abc", ([b"abc"], 0, True)),
        (b"3 abc" + b"123456789 abc", ([b"abc"], 0, True)),
        (b"3 abc5 ab", ([b"abc"], 0, True)),
        (b"3 abc5", ([b"abc"], 0, True)),
        (b"3 abc%d x" % (LONGEST_COUNT + 1), ([b"abc"], 0, True)),
        (b"", ([], 0, False)),
        (b"12", ([b"12"], 0, False)),
    ],
)
def test_messages(data: bytes, expected: tuple[list[bytes], int, bool], size: int) -> None:
    assert run([data[at : at + size] for at in range(0, len(data), size)]) == expected


@given(
    st.lists(st.binary(min_size=1, max_size=LIMIT).filter(lambda one: one.rstrip(ENDS) == one), max_size=8),
    st.lists(st.integers(0, 10_000), max_size=20),
)
def test_counted_messages_come_back_however_they_are_split(messages: list[bytes], cuts: list[int]) -> None:
    assert run(split(counted(messages), cuts)) == (messages, 0, False)


@given(st.binary(max_size=400), st.lists(st.integers(0, 10_000), max_size=20))
def test_any_bytes_give_the_same_however_they_are_split(data: bytes, cuts: list[int]) -> None:
    whole, cut, broken = run([data])
    assert run(split(data, cuts)) == (whole, cut, broken)
    assert all(0 < len(one) <= LIMIT for one in whole)


@given(
    st.lists(
        st.sampled_from([b"1", b"2", b"30", b"0", b" ", b"\n", b"<1>", b"a" * 20, b"\0", b"\r"]), max_size=40
    ),
    st.lists(st.integers(0, 10_000), max_size=20),
)
def test_framing_like_bytes_give_the_same_however_they_are_split(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    assert run(split(data, cuts)) == run([data])
