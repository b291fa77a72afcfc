"""Lines of any length and end; each keeps its number."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.intake import lines as module
from tocsin.intake.lines import MAX_RECORD, Loss, Record, lines


def chunks(content: bytes, *cuts: int) -> Iterator[bytes]:
    edges = [0, *sorted(cut % (len(content) + 1) for cut in cuts), len(content)]
    yield from (content[a:b] for a, b in pairwise(edges))


def read(content: bytes, *cuts: int) -> list[tuple[int, bytes]]:
    found = list(lines(chunks(content, *cuts)))
    assert all(isinstance(piece, Record) for piece in found)
    return [(piece.line, piece.content) for piece in found if isinstance(piece, Record)]


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", []),
        (b"a", [(1, b"a")]),
        (b"a\n", [(1, b"a")]),
        (b"a\r\nb\r\n", [(1, b"a"), (2, b"b")]),
        (b"\n\na\n\n\nb", [(3, b"a"), (6, b"b")]),
        (b"\r\n\r\na", [(3, b"a")]),
        (b"a\rb\n", [(1, b"a\rb")]),
        (b"\0a\0\nb\n", [(1, b"\0a\0"), (2, b"b")]),
        (b"\xff\xc3\n", [(1, b"\xff\xc3")]),
        ("a\u2028b\x85c\x0cd\n".encode(), [(1, "a\u2028b\x85c\x0cd".encode())]),
    ],
)
def test_lines(content: bytes, found: list[tuple[int, bytes]]) -> None:
    assert read(content) == found


@given(
    content=st.text("ab\r\n\0é", max_size=40).map(str.encode), cuts=st.lists(st.integers(0, 99), max_size=5)
)
def test_where_blocks_end_changes_nothing(content: bytes, cuts: list[int]) -> None:
    assert read(content, *cuts) == read(content)
    wanted = [(number, line.rstrip(b"\r")) for number, line in enumerate(content.split(b"\n"), 1)]
    assert read(content) == [(number, line) for number, line in wanted if line]


def test_a_line_over_the_limit_is_said_and_the_next_ones_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_RECORD", 100)
    content = b"a\n" + b"x" * 1_000 + b"\nb\n" + b"y" * 150 + b"\n\nc"
    blocks = [content[at : at + 30] for at in range(0, len(content), 30)]
    found = list(lines(iter(blocks)))
    assert [piece.line for piece in found] == [1, 2, 3, 4, 6]
    assert [piece.content for piece in found if isinstance(piece, Record)] == [b"a", b"b", b"c"]
    assert [piece.error.reason for piece in found if isinstance(piece, Loss)] == ["record too long"] * 2


@given(
    content=st.text("aab\r\n", max_size=60).map(str.encode),
    cuts=st.lists(st.integers(0, 99), max_size=5),
)
def test_the_limit_is_the_same_wherever_blocks_end(content: bytes, cuts: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MAX_RECORD", 5)
        found = list(lines(chunks(content, *cuts)))
    wanted = [(number, line.removesuffix(b"\r")) for number, line in enumerate(content.split(b"\n"), 1)]
    assert [(piece.line, isinstance(piece, Loss)) for piece in found] == [
        (number, len(line) > 5) for number, line in wanted if len(line) > 5 or line.rstrip(b"\r")
    ]


def test_a_line_just_over_the_limit_is_refused_in_one_block_too() -> None:
    (loss, record) = lines(iter([b"x" * (MAX_RECORD + 1) + b"\r\ny"]))
    assert isinstance(loss, Loss)
    assert record == Record(2, b"y")


def test_a_line_of_the_greatest_length() -> None:
    line = b"x" * MAX_RECORD
    assert read(line + b"\ny", 1, 1000) == [(1, line), (2, b"y")]
