"""`tocsin search` against a real store behind its socket."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from store_samples import ARRIVED, Filled, event
from tocsin.cli.main import main
from tocsin.services.search import socket_of
from tocsin.store.server import Server

HOSTILE = "\x1b[2Jred\u202e"
SECOND = 1_000_000


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("search")
    toml = folder / "tocsin.toml"
    toml.write_text('[tocsin]\ndata = "data"\n')
    with Filled(folder / "data") as store:
        store.load(
            [
                event('{"n": 1}', user__name="alice", event__action="repo.create", time=ARRIVED - 3 * SECOND),
                event(
                    '{"n": 2}', user__name="=cmd()", event__action="repo.destroy", time=ARRIVED - 2 * SECOND
                ),
                event(f"sshd: {HOSTILE}", user__name=HOSTILE, time=ARRIVED - SECOND),
                event(b"\xff raw", refused="no source"),
            ]
        )
        server = Server(store.reader, socket_of(folder / "data"))
        yield str(toml)
        server.close()


def asked(capsys: pytest.CaptureFixture[str], config: str, *words: str) -> tuple[int, str]:
    code = main(["search", "--config", config, *words])
    return code, capsys.readouterr().out


def test_events_are_a_line_each_newest_first(capsys: pytest.CaptureFixture[str], config: str) -> None:
    code, out = asked(capsys, config)
    lines = out.splitlines()
    assert code == 0
    assert [line.split()[1] for line in lines] == ["0-0-3", "0-0-2", "0-0-1", "0-0-0"]
    assert "event.action=repo.create user.name=alice" in lines[3]
    assert r"\xff raw" in lines[0]


@pytest.mark.parametrize("form", ["table", "ndjson", "csv"])
@pytest.mark.parametrize("more", [(), ("--top", "user"), ("--by", "user,source")])
def test_what_logs_say_cannot_move_a_cursor(
    capsys: pytest.CaptureFixture[str], config: str, form: str, more: tuple[str, ...]
) -> None:
    code, out = asked(capsys, config, "--format", form, *more)
    assert code == 0
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "red" in out


def test_json_lines_have_all_of_an_event(capsys: pytest.CaptureFixture[str], config: str) -> None:
    _, out = asked(capsys, config, "--format", "ndjson", "user:alice")
    assert json.loads(out) == {
        "id": "0-0-0",
        "time": "2026-11-18T11:06:37.000000Z",
        "arrived": "2026-11-18T11:06:40.000000Z",
        "source": "test",
        "input": "hook",
        "retention": "standard",
        "event.action": "repo.create",
        "user.name": "alice",
        "fields": {"n": "1"},
        "raw": '{"n": 1}',
    }


def test_csv_has_no_formulas(capsys: pytest.CaptureFixture[str], config: str) -> None:
    _, out = asked(capsys, config, "--format", "csv", "action:repo.destroy")
    (row,) = csv.DictReader(io.StringIO(out))
    assert row["user.name"] == "'=cmd()"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--count"], "4\n"),
        (["--count", "--since", "2026-11-18T11:06:38Z", "--until", "2026-11-18T11:06:40Z"], "2\n"),
        (["--count", "--since", "2026-11-19"], "0\n"),
        (["--top", "action", "--format", "csv", "action:*"], "action,count\r\nrepo.create,1\r\nrepo.destroy,1\r\n"),
        (["--by", "source, refused", "--format", "csv", "--limit", "1"], "source,refused,count\r\ntest,,3\r\n"),
        (["--histogram", "1d", "--format", "csv"], "time,count\r\n2026-11-18T00:00:00.000000Z,4\r\n"),
        (["--limit", "1", "--format", "csv", "nothing-of-the-kind"], None),
    ],
)  # fmt: skip
def test_answers(
    capsys: pytest.CaptureFixture[str], config: str, words: list[str], expected: str | None
) -> None:
    code, out = asked(capsys, config, *words)
    assert code == (0 if expected not in {None, "0\n"} else 1)
    assert expected is None or out == expected


def test_an_export_is_a_parquet_file_of_all_events(
    capsys: pytest.CaptureFixture[str], config: str, tmp_path: Path
) -> None:
    path = tmp_path / "out.parquet"
    assert asked(capsys, config, "--export", str(path))[0] == 0
    rows = {row["id"]: row for row in pq.read_table(path).to_pylist()}
    assert len(rows) == 4
    assert rows["0-0-3"]["raw"] == b"\xff raw"
    assert rows["0-0-0"]["fields"] == [("n", "1")]
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "words",
    [["(a"], ["--limit", "0"], ["--histogram", "x"], ["--since", "never"], ["--since", "1h", "--until", "2h"], ["--by", "a,,b"], ["--by", ""], ["--top", ""]],
)  # fmt: skip
def test_wrong_use_exits_with_2(capsys: pytest.CaptureFixture[str], config: str, words: list[str]) -> None:
    assert asked(capsys, config, *words)[0] == 2


def test_a_failed_export_leaves_nothing(
    capsys: pytest.CaptureFixture[str], config: str, tmp_path: Path
) -> None:
    assert asked(capsys, config, "--export", str(tmp_path / "out.parquet"), "(a")[0] == 2
    assert asked(capsys, config, "--export", str(tmp_path / "none" / "out.parquet"))[0] == 2
    assert list(tmp_path.iterdir()) == []


def test_without_a_store_it_says_so_and_exits_with_3(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "tocsin.toml").write_text("")
    assert main(["search", "--config", str(tmp_path / "tocsin.toml")]) == 3
    assert "no store answers here" in capsys.readouterr().err
