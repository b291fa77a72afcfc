"""What `tocsin doctor` finds in a monitor that does not run; a running one is in tests/e2e/test_serve_itself.py."""

import json
import os
import socket
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from databases import opened
from live_load.monitor import free_port
from tocsin.cli.main import main
from tocsin.control import audit
from tocsin.journal.local import LocalJournal
from tocsin.ports.journal import Frame
from tocsin.services.kinds import load_settings
from tocsin.services.live.topics import EVENTS, topics_of

SETTINGS = """\
[tocsin]
data = "data"
[metrics]
listen = "127.0.0.1:{port}"
[journal]
reserve = "1MiB"
scarce = "1MiB"
{more}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    write(tmp_path)
    for folder in ("data", "data/journal", "data/store", "data/run"):
        (tmp_path / folder).mkdir(mode=0o700)
    with opened(f"sqlite:///{tmp_path}/data/control.db") as database, database.write() as connection:
        audit.append(connection, audit.Entry(1, "user:ann", "test", "thing", {}))
    return tmp_path


def write(place: Path, port: int | None = None, more: str = "") -> None:
    (place / "tocsin.toml").write_text(SETTINGS.format(port=port or free_port(), more=more))


def found(place: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """Return the exit code, and what -> levels and findings."""
    capsys.readouterr()
    code = main(["doctor", "--format", "json", "--config", str(place / "tocsin.toml")])
    lines: dict[str, list[tuple[str, str]]] = {}
    for one in json.loads(capsys.readouterr().out):
        assert one["level"] == "ok" or one["todo"] or one["what"].startswith("role")
        lines.setdefault(one["what"], []).append((one["level"], one["found"]))
    return code, lines


def test_a_monitor_that_does_not_run(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = found(place, capsys)
    levels = {what: {level for level, _ in some} for what, some in lines.items()}
    assert levels.pop("roles") == {"warn"}
    settings = levels.pop("settings")  # no input and no channel yet: as `tocsin check` has it
    assert settings <= {"ok", "warn"}
    assert set.union(*levels.values()) == {"ok"}
    assert code == 1
    assert any("all 1 records" in told for _, told in lines["control database"])


@pytest.mark.parametrize("folder", ["data/dead-letters/worker", "data/store/dead"])
def test_dead_letters_are_told(place: Path, capsys: pytest.CaptureFixture[str], folder: str) -> None:
    assert found(place, capsys)[1]["dead letters"] == [("ok", "there are none")]
    (place / folder).mkdir(parents=True)
    (place / folder / "0-1").write_bytes(b"12345")
    ((level, told),) = found(place, capsys)[1]["dead letters"]
    assert level == "warn"
    assert told.startswith("1 files of 5 bytes")


def test_settings_that_are_wrong(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, more="[inputz]")
    code, lines = found(place, capsys)
    assert (code, list(lines)) == (2, ["settings"])
    code = main(["doctor", "--config", str(place / "none.toml")])
    assert code == 2
    assert capsys.readouterr().out.startswith("fail  settings")


def test_nothing_there_yet(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tmp_path)
    code, lines = found(tmp_path, capsys)
    assert code == 1
    assert lines["journal"] == [("warn", "is not there yet")]
    assert not (tmp_path / "data").exists()


def test_a_port_that_another_has(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        write(place, port)
        code, lines = found(place, capsys)
    ((level, told),) = lines[f"port {port}/tcp"]
    assert (code, level) == (2, "fail")
    assert "Address already in use" in told


def test_a_folder_that_others_may_read(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "data" / "store").chmod(0o755)
    code, lines = found(place, capsys)
    assert (code, lines["folder store"][0][0]) == (1, "warn")


def test_a_full_disk(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(place, more="[store]\n")
    config = place / "tocsin.toml"
    config.write_text(config.read_text().replace('scarce = "1MiB"', 'scarce = "900000GiB"'))
    assert found(place, capsys)[1]["disk"][0][0] == "warn"
    config.write_text(config.read_text().replace('reserve = "1MiB"', 'reserve = "800000GiB"'))
    assert found(place, capsys)[1]["disk"][0][0] == "fail"


def test_a_clock_that_was_set_back(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "data" / "run" / "hub.json").write_text("{}")
    os.utime(place / "data" / "run" / "hub.json", (4_000_000_000, 4_000_000_000))
    assert found(place, capsys)[1]["clock"][0][0] == "warn"


def test_an_audit_trail_that_was_changed(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(f"sqlite:///{place}/data/control.db") as database, database.write() as connection:
        for (name,) in connection.execute(
            text("SELECT name FROM sqlite_master WHERE type='trigger'")
        ).fetchall():
            connection.execute(text(f"DROP TRIGGER {name}"))
        connection.execute(text("UPDATE audit SET actor = 'user:eve'"))
    code, lines = found(place, capsys)
    assert code == 2
    assert any(
        level == "fail" and "audit trail: record 1" in told for level, told in lines["control database"]
    )


def test_a_database_of_another_version(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with opened(f"sqlite:///{place}/data/control.db") as database, database.write() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    code, lines = found(place, capsys)
    assert (code, [level for level, _ in lines["control database"]]) == (2, ["fail"])


def test_a_journal_that_is_damaged(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load_settings(place / "tocsin.toml").journal
    journal = LocalJournal(place / "data" / "journal", topics_of(settings))
    with closing(journal.appender(EVENTS, 0)) as appender:
        for number in range(3):
            appender.append([Frame(b"%d" % number * 1_000)]).result()
    assert found(place, capsys)[0] == 1
    (segment,) = (place / "data" / "journal" / EVENTS / "0").glob("*.log")
    content = bytearray(segment.read_bytes())
    content[1_500] ^= 0xFF
    segment.write_bytes(content)
    code, lines = found(place, capsys)
    assert code == 2
    assert "fail" in {level for level, _ in lines["journal"]}
