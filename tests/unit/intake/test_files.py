"""Files to records: the right reader for each, ranges that fit together, and nothing passed over."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.intake import files
from tocsin.intake.files import Progress, Unit, count_lines, read, split_plain
from tocsin.intake.lines import Record
from tocsin.sources import catalog

SOURCES = list(catalog().values())


def records(path: Path, content: bytes) -> list[bytes]:
    path.write_bytes(content)
    found = [piece for _, piece in read(Unit(str(path)), SOURCES, Progress())]
    assert all(isinstance(piece, Record) for piece in found), found
    return [piece.content for piece in found if isinstance(piece, Record)]


ONE, TWO = {"ts": "2026-11-23T07:21:26Z", "a": 1}, {"ts": "2026-11-23T07:21:27Z", "b": [{"c": 2}]}


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("shape", ["lines", "list", "Records", "value"])
def test_json_of_every_shape(shape: str, end: str, encoding: str, indent: int | None, tmp_path: Path) -> None:
    if shape == "lines":
        text = "\n".join(json.dumps(event, indent=indent) for event in (ONE, TWO)) + "\n"
    else:
        text = json.dumps([ONE, TWO] if shape == "list" else {"x": "y", shape: [ONE, TWO]}, indent=indent)
    content = text.replace("\n", end).encode(encoding)
    assert [json.loads(found) for found in records(tmp_path / "a.json", content)] == [ONE, TWO]


def test_an_event_with_a_list_of_its_own_is_no_envelope(tmp_path: Path) -> None:
    lines = [json.dumps(ONE | {"items": [{"sku": number}]}).encode() for number in range(3)]
    assert records(tmp_path / "a.log", b"\n".join(lines)) == lines


def test_envelopes_a_line(tmp_path: Path) -> None:
    lines = [json.dumps({"logGroup": "g", "logEvents": [{"id": n}, {"id": n + 1}]}).encode() for n in (0, 2)]
    found = records(tmp_path / "a.log", b"\n".join(lines))
    assert [json.loads(event)["id"] for event in found] == [0, 1, 2, 3]


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("first", [[1, 2, "x[{", None], [-1.5e3], ["a\\", True], ["", False]])
def test_an_array_that_begins_with_no_event_is_a_document(
    first: list[object], indent: int | None, tmp_path: Path
) -> None:
    content = json.dumps([*first, ONE, 7, TWO], indent=indent).encode()
    assert [json.loads(found) for found in records(tmp_path / "a.json", content)] == [*first, ONE, 7, TWO]


def test_long_first_lines(tmp_path: Path) -> None:
    lines = [json.dumps({"a": "x" * 100_000}).encode(), b'{"a":1}']
    assert records(tmp_path / "a.log", b"\n".join(lines)) == lines
    document = json.dumps({"Records": [{"a": "x" * 1_000}] * 200}).encode()
    assert len(records(tmp_path / "b.log", document)) == 200


def test_lines_that_are_no_json(tmp_path: Path) -> None:
    lines = [b"{not json} at all", b"[error] x", b"[1] y", b"[1, {x} y", b'["a", "b"] y {"']
    for first in lines:
        assert records(tmp_path / "a.log", first + b"\nnext line\n") == [first, b"next line"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_csv_of_any_encoding_and_end(encoding: str, end: str, tmp_path: Path) -> None:
    content = f"user,host,ip{end}ä,b,203.0.113.7{end}".encode(encoding)
    assert records(tmp_path / "a.csv", content) == ['{"user":"ä","host":"b","ip":"203.0.113.7"}'.encode()]


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    ((origin, piece),) = read(Unit(str(tmp_path / "none")), SOURCES, Progress())
    assert origin.name == str(tmp_path / "none")
    assert not isinstance(piece, Record)
    assert piece.error.reason == "cannot be read"


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.binary(max_size=30).filter(lambda line: b"\n" not in line), max_size=30),
    piece=st.integers(1, 60),
)
def test_ranges_together_are_the_file(lines: list[bytes], piece: int, tmp_path: Path) -> None:
    content = b"first\n" + b"\n".join(lines)
    path = tmp_path / "a.log"
    whole = records(path, content)
    units = split_plain(str(path), len(content), piece)
    assert [unit.start for unit in units[1:]] == [unit.end for unit in units[:-1]]
    found: list[bytes] = []
    ends = 0
    for unit in units:
        progress = Progress()
        found += [piece.content for _, piece in read(unit, SOURCES, progress) if isinstance(piece, Record)]
        ends += progress.lines
        assert count_lines(unit) == (progress.lines if unit.end else 0)
    assert found == whole
    assert len(units) == 1 or ends == content.count(b"\n")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa\n",
        "a\n".encode("utf-16"),
        "a line\n".encode("utf-16-le"),
        "a line\n".encode("utf-16-be"),
        b"\xff\xfe\0\0" + "a\n".encode("utf-32-le"),
        b"a\r",
        b"\x1f\x8b\x08a\n",
        b"#separator\n",
        b"ElfFile\0\n",
        b"[\n{}\n",
        b"{\n",
    ],
)
def test_only_plain_lines_are_split(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_bytes(content * 100)
    assert split_plain(str(path), len(content) * 100, 10) == [Unit(str(path))]


@pytest.mark.usefixtures("nobody")
def test_a_file_that_cannot_be_read_is_left_to_reading() -> None:
    Path("a.log").write_text("x\n" * 100)
    Path("a.log").chmod(0)
    assert split_plain("a.log", 200, 10) == [Unit("a.log")]


def test_a_file_without_line_ends_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_RECORD", 1_000)
    path = tmp_path / "a.log"
    path.write_bytes(b"a\n" * 600 + b"x" * 50_000)
    assert split_plain(str(path), 51_200, 600) == [
        Unit(str(path), 0, 602),
        Unit(str(path), 602, 51_200),
    ]
