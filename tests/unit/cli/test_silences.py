"""`tocsin silences`: made, listed, extended, ended; each with its record."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from databases import opened
from tocsin.cli.main import main
from tocsin.control.tables import AUDIT

ADD = ["add", "--entity", "user:alice", "--reason", "the red team \x1b is at work"]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "tocsin.toml").write_text('[tocsin]\ndata = "data"\n')
    (tmp_path / "data").mkdir()
    with opened(url(tmp_path)):
        return tmp_path


def url(place: Path) -> str:
    return f"sqlite:///{place}/data/control.db"


def run(place: Path, *words: str) -> int:
    return main(["silences", *words, "--config", str(place / "tocsin.toml")])


def answer(place: Path, capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, object]]:
    assert run(place, *words, "--format", "json") == 0
    found = json.loads(capsys.readouterr().out)
    assert isinstance(found, list)
    return found


def test_a_life_of_a_silence(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plain = [*ADD[:-1], "the red team is at work"]
    (made,) = answer(place, capsys, *plain, "--for", "8h", "--owner", "alice", "--level", "low")
    assert (made["owner"], made["levels"], made["entities"]) == ("alice", ["low"], ["user:alice"])
    key = str(made["id"])
    assert answer(place, capsys) == [made]
    (longer,) = answer(place, capsys, "extend", key, "--for", "2d")
    assert float(str(longer["until"])) > float(str(made["until"]))
    assert run(place, "list") == 0
    out = capsys.readouterr().out
    assert key in out
    assert "level low, user:alice\n    alice: the red team is at work\n" in out
    assert len(answer(place, capsys, "end", key)) == 1
    assert answer(place, capsys) == []
    with opened(url(place)) as database, database.read() as connection:
        rows = connection.execute(select(AUDIT.c.actor, AUDIT.c.action)).all()
    assert [row.action for row in rows] == ["silence.add", "silence.extend", "silence.end"]
    assert all(row.actor.startswith("user:") for row in rows)


@pytest.mark.parametrize(
    "words",
    [
        [*ADD, "--for", "8h"],  # an escape in the reason
        ["add", "--entity", "user:alice", "--for", "8h"],
        ["add", "--entity", "alice", "--for", "8h", "--reason", "x"],
        ["add", "--level", "low", "--for", "8h", "--reason", "x"],
        ["add", "--rule", "a", "--reason", "x"],
        ["add", "--rule", "a", "--reason", "x", "--for", "8h", "--until", "2099-01-01"],
        ["add", "--rule", "a", "--reason", "x", "--until", "2001-01-01"],
        ["add", "--rule", "a", "--reason", "x", "--for", "soon"],
        ["end"],
        ["end", "no-such"],
        ["extend", "no-such", "--for", "1h"],
        ["list", "some"],
    ],
)
def test_wrong_use_leaves_nothing(words: list[str], place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, *words) == 2
    assert "\x1b" not in capsys.readouterr().err
    assert answer(place, capsys) == []
