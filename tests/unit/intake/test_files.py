"""Files to records: the right reader for each, ranges that fit together, and nothing passed over."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.errors import ConfigError
from tocsin.intake import files
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


def test_long_first_lines(tmp_path: Path) -> None:
    lines = [json.dumps({"a": "x" * 100_000}).encode(), b'{"a":1}']
    assert records(tmp_path / "a.log", b"\n".join(lines)) == lines
    document = json.dumps({"Records": [{"a": "x" * 1_000}] * 200}).encode()
    assert len(records(tmp_path / "b.log", document)) == 200


def test_lines_that_are_no_json(tmp_path: Path) -> None:
    lines = [b"{not json} at all", b"[error] x", b"[1] y"]
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


@pytest.fixture
def nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder in which permissions count, for root too: tests work in it by relative paths."""
    monkeypatch.chdir(tmp_path)
    tmp_path.chmod(0o755)
    user = os.geteuid()
    if user == 0:
        os.chown(tmp_path, 65_534, -1)
        os.seteuid(65_534)
    yield tmp_path
    os.seteuid(user)
    for folder in tmp_path.rglob("*"):
        folder.chmod(0o755)


@pytest.mark.usefixtures("nobody")
def test_a_folder_that_cannot_be_read_is_said() -> None:
    for name in ("a/shut/x.log", "a/z.log"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("x\n")
    Path("a/shut").chmod(0)
    for top, found in (("a", ["a/shut", "a/z.log"]), ("a/shut", ["a/shut"])):
        assert find_files([top]) == found
    ((_, piece),) = read(Unit("a/shut"), SOURCES, Progress())
    assert not isinstance(piece, Record)
    assert str(piece.error) == "cannot be read: Permission denied"
    with pytest.raises(ConfigError, match=r"a/shut/x.log: Permission denied"):
        find_files(["a/shut/x.log"])


@pytest.mark.usefixtures("nobody")
def test_a_file_that_cannot_be_read_is_left_to_reading() -> None:
    Path("a.log").write_text("x\n" * 100)
    Path("a.log").chmod(0)
    assert split_plain("a.log", 200, 10) == [Unit("a.log")]


def test_odd_paths_are_refused() -> None:
    for pattern in ("x" * 5_000, "x\0y"):
        with pytest.raises(ConfigError):
            find_files([pattern])


def test_a_file_of_several_names_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.log").write_text("x\n")
    Path("b.log").hardlink_to("a.log")
    Path("c.log").symlink_to("a.log")
    Path("gone.log").symlink_to("none")
    assert find_files([".", "./a.log", str(tmp_path), "*.log"]) == ["a.log"]
    assert find_files(["c.log", "."]) == ["c.log"]


def test_hidden_folders_are_passed_over(tmp_path: Path) -> None:
    for name in (".git/a.log", "b/.cache/c/d.log", "b/e.log"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    assert find_files([str(tmp_path)]) == [f"{tmp_path}/b/e.log"]
    assert find_files([f"{tmp_path}/.git"]) == [f"{tmp_path}/.git/a.log"]


def test_a_file_without_line_ends_is_not_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_RECORD", 1_000)
    path = tmp_path / "a.log"
    path.write_bytes(b"a\n" * 600 + b"x" * 50_000)
    assert split_plain(str(path), 51_200, 600) == [
        Unit(str(path), 0, 602),
        Unit(str(path), 602, 51_200),
    ]
