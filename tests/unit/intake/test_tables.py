"""CSV: a record for each row, and no cell lost."""

import csv
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.intake.lines import Record
from tocsin.intake.tables import is_table, table


def rows(text: str | bytes, size: int = 1 << 20) -> list[tuple[int, Any]]:
    content = text.encode() if isinstance(text, str) else text
    found = table(iter([content[at : at + size] for at in range(0, len(content), size)]))
    return [(p.line, orjson.loads(p.content) if isinstance(p, Record) else p.error.reason) for p in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", []),
        ("a,b\n", []),
        ("a,b\n1,2\n", [(2, {"a": "1", "b": "2"})]),
        ("a;b\r\n1;2\r\n", [(2, {"a": "1", "b": "2"})]),
        ("a\tb\n1\t2", [(2, {"a": "1", "b": "2"})]),
        ("a\n1\n\n2\n", [(2, {"a": "1"}), (4, {"a": "2"})]),
        ("a,b\n1\n,2\n", [(2, {"a": "1"}), (3, {"b": "2"})]),
        ("a,b\n1,2,3,4\n", [(2, {"a": "1", "b": "2", "column 3": "3", "column 4": "4"})]),
        (",a\n0,1\n", [(2, {"column 1": "0", "a": "1"})]),
        ("a,a\n1,2\n", [(2, {"a": "1", "column 2": "2"})]),
        ('a,b\n"x\ny",z\n1,2\n', [(2, {"a": "x\ny", "b": "z"}), (4, {"a": "1", "b": "2"})]),
        ('a,b\n"say ""hi""",z\n', [(2, {"a": 'say "hi"', "b": "z"})]),
        ("a\nx\0y\n", [(2, {"a": "x\ufffdy"})]),
        (b"a\n\xff\n", [(2, {"a": "\ufffd"})]),
        ("é\nß\n", [(2, {"é": "ß"})]),
    ],
)
@pytest.mark.parametrize("size", [1, 3, 1 << 20])
def test_rows(text: str, found: list[tuple[int, Any]], size: int) -> None:
    assert rows(text, size) == found


def test_what_is_no_csv_is_said_and_reading_goes_on() -> None:
    limit = csv.field_size_limit(100)
    try:
        found = rows("a,b\n1,2\nx," + "y" * 101 + "\n3,4\n")
    finally:
        csv.field_size_limit(limit)
    assert found == [(2, {"a": "1", "b": "2"}), (3, "not CSV"), (4, {"a": "3", "b": "4"})]


@given(content=st.text('a,";\n\r\t1', max_size=50).map(str.encode), size=st.integers(1, 50))
def test_any_text_is_read_alike_at_every_cut(content: bytes, size: int) -> None:
    assert rows(content, size) == rows(content)


@pytest.mark.parametrize("name", ["a.csv", "A.CSV", "a.tsv", "a.csv.gz", "a.csv.zst", "logs.zip!a.csv"])
def test_tables_by_name(name: str) -> None:
    assert is_table(name, b"a,b\n1,2\n")
    assert not is_table(name, b'{"a":1}\n')
    assert not is_table(name, b"")


@pytest.mark.parametrize("name", ["a.log", "csv", "a.csv.log", "a.json"])
def test_others_by_name(name: str) -> None:
    assert not is_table(name, b"a,b\n1,2\n")
