"""Files to records: the right reader for each, ranges that fit together, and nothing passed over."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.intake.files import Progress, Unit, find_files, read, split_plain
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
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("shape", ["lines", "list", "Records", "value"])
def test_json_of_every_shape(shape: str, encoding: str, indent: int | None, tmp_path: Path) -> None:
    if shape == "lines":
        text = "\n".join(json.dumps(event, indent=indent) for event in (ONE, TWO)) + "\n"
    else:
        text = json.dumps([ONE, TWO] if shape == "list" else {"x": "y", shape: [ONE, TWO]}, indent=indent)
    assert [json.loads(found) for found in records(tmp_path / "a.json", text.encode(encoding))] == [ONE, TWO]


def test_an_event_with_a_list_of_its_own_is_no_envelope(tmp_path: Path) -> None:
    lines = [json.dumps(ONE | {"items": [{"sku": number}]}).encode() for number in range(3)]
    assert records(tmp_path / "a.log", b"\n".join(lines)) == lines


def test_envelopes_a_line(tmp_path: Path) -> None:
    lines = [json.dumps({"logGroup": "g", "logEvents": [{"id": n}, {"id": n + 1}]}).encode() for n in (0, 2)]
    found = records(tmp_path / "a.log", b"\n".join(lines))
    assert [json.loads(event)["id"] for event in found] == [0, 1, 2, 3]


def test_long_first_lines(tmp_path: Path) -> None:
    lines = [json.dumps({"a": "x" * 100_000}).encode(), b'{"a":1}']
    assert records(tmp_path / "a.log", b"\n".join(lines)) == lines
    document = json.dumps({"Records": [{"a": "x" * 1_000}] * 200}).encode()
    assert len(records(tmp_path / "b.log", document)) == 200


def test_lines_that_are_no_json(tmp_path: Path) -> None:
    lines = [b"{not json} at all", b"[error] x", b"[1] y"]
    for first in lines:
        assert records(tmp_path / "a.log", first + b"\nnext line\n") == [first, b"next line"]


def test_a_csv_in_utf_16(tmp_path: Path) -> None:
    assert records(tmp_path / "a.csv", "user,host\nä,b\n".encode("utf-16")) == [
        '{"user":"ä","host":"b"}'.encode()
    ]


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
    assert found == whole
    assert len(units) == 1 or ends == content.count(b"\n")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbfa\n",
        "a\n".encode("utf-16"),
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


def test_files_are_found(tmp_path: Path) -> None:
    for name in ("b.log", "a.log", "deep/c.log", ".hidden"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("x")
    top = str(tmp_path)
    everything = [f"{top}/{name}" for name in ("a.log", "b.log", "deep/c.log")]
    assert find_files([top]) == everything
    assert find_files([f"{top}/*.log"]) == everything[:2]
    assert find_files([f"{top}/**/*.log"]) == everything
    assert find_files([f"{top}/b.log", top, "-", "-"]) == [everything[1], everything[0], everything[2], "-"]
    assert find_files([f"{top}/.hidden"]) == [f"{top}/.hidden"]
    with pytest.raises(ConfigError, match="no such file"):
        find_files([f"{top}/nothing*"])
