"""`tocsin outbox`: what was given up is shown, and sent anew."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select

from databases import opened
from tocsin.cli.main import main
from tocsin.control import outbox
from tocsin.control.tables import AUDIT
from tocsin.model.message import Message

NOW = 1_795_000_000.0


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "tocsin.toml").write_text('[tocsin]\ndata = "data"\n')
    (tmp_path / "data").mkdir()
    with opened(url(tmp_path)) as database, database.write() as connection:
        messages = [Message(f"key-{number}", "oncall", {}, "a1") for number in range(3)]
        outbox.enqueue(connection, messages, NOW)
        for one in outbox.take(connection, "hub", NOW)[:2]:
            outbox.failed(connection, one, "the answer was 410\x1b[2J", again=None)
    return tmp_path


def url(place: Path) -> str:
    return f"sqlite:///{place}/data/control.db"


def run(place: Path, *words: str) -> int:
    return main(["outbox", *words, "--config", str(place / "tocsin.toml")])


def states(place: Path) -> dict[str, int]:
    with opened(url(place)) as database, database.read() as connection:
        return {name: count for name, count in outbox.states(connection).items() if count}


def test_a_list_as_text_and_as_json(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "list") == 1
    assert capsys.readouterr().out == (
        "1  oncall  1 attempts  key-0\n    the answer was 410\\x1b[2J\n"
        "2  oncall  1 attempts  key-1\n    the answer was 410\\x1b[2J\n"
    )
    assert run(place) == 1
    assert "key-0" in capsys.readouterr().out
    assert run(place, "list", "--after", "1", "--format", "json") == 1
    (one,) = json.loads(capsys.readouterr().out)
    assert (one["number"], one["channel"], one["alert"], one["key"]) == (2, "oncall", "a1", "key-1")


def test_a_replay_by_number_and_of_all(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(place, "replay", "2", "99") == 0
    assert states(place) == {"waiting": 1, "leased": 1, "dead": 1}
    assert run(place, "replay", "--all") == 0
    assert states(place) == {"waiting": 2, "leased": 1}
    assert run(place, "replay", "--all") == 1
    assert capsys.readouterr().out == "1 to be sent anew\n1 to be sent anew\n0 to be sent anew\n"
    assert run(place, "list") == 0
    with opened(url(place)) as database, database.read() as connection:
        actors = connection.scalars(select(AUDIT.c.actor).where(AUDIT.c.action == "outbox.replay")).all()
    assert len(actors) == 2
    assert all(actor.startswith("user:") for actor in actors)


@pytest.mark.parametrize("words", [["replay"], ["replay", "1", "--all"]])
def test_what_to_replay_is_said(place: Path, words: list[str]) -> None:
    assert run(place, *words) == 2
    assert states(place) == {"leased": 1, "dead": 2}


def test_no_database_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "tocsin.toml").write_text('[tocsin]\ndata = "data"\n')
    assert run(tmp_path, "list") == 2
    assert "is not there" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()
