"""A backup is whole or none, and a restore touches nothing that it should not."""

import fcntl
import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tocsin.errors import ConfigError
from tocsin.services.backup import backup, restore
from tocsin.services.backup_manifest import FILES, NAME, Manifest, read, verify

FILES_OF = {
    "redaction.key": b"k" * 32,
    "journal/events/0/00000000000000000000.log": b"\0frames",
    "journal/events/0/writer": b"",
    "store/store/0a8/part/data.bin": b"columns",
    "inputs/hosts/positions": b"12",
}


@pytest.fixture
def config(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    for name, content in FILES_OF.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_bytes(content)
    (data / "run").mkdir()
    (data / "run" / "hub.json").write_text("{}")
    (data / "store" / "data").mkdir()
    (data / "store" / "data" / "events").symlink_to("../store/0a8")
    (data / "empty").mkdir()
    with closing(sqlite3.connect(data / "control.db")) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE one (x)")
        connection.execute("INSERT INTO one VALUES (7)")
        connection.commit()
    (tmp_path / "tocsin.toml").write_text('[tocsin]\ndata = "data"\n')
    return tmp_path / "tocsin.toml"


def there(data: Path) -> dict[str, bytes | str | None]:
    """Return name -> content, target or None of all that a backup is about, but the control database."""
    found: dict[str, bytes | str | None] = {}
    for path in sorted(data.rglob("*")):
        name = path.relative_to(data).as_posix()
        if name.startswith(("run", "control.db", "before-restore")):
            continue
        if path.is_symlink():
            found[name] = str(path.readlink())
        else:
            found[name] = path.read_bytes() if path.is_file() else None
    return found


def rows(data: Path) -> list[tuple[int]]:
    with closing(sqlite3.connect(data / "control.db")) as connection:
        return connection.execute("SELECT x FROM one").fetchall()


def test_all_comes_back_and_what_was_there_is_kept(config: Path) -> None:
    data, folder = config.parent / "data", config.parent / "backup"
    before = there(data)
    made = backup(config, folder)
    assert made == read(folder)
    assert made.control == "sqlite"
    (data / "redaction.key").write_bytes(b"another")
    (data / "later").write_text("x")
    with pytest.raises(ConfigError, match="has data already"):
        restore(config, folder)
    aside = restore(config, folder, force=True)
    assert aside
    assert (aside / "later").read_text() == "x"
    assert (aside / "redaction.key").read_bytes() == b"another"
    assert there(data) == before
    assert rows(data) == [(7,)]


def test_into_an_empty_place(config: Path) -> None:
    data, folder = config.parent / "data", config.parent / "backup"
    before = there(data)
    backup(config, folder)
    data.rename(config.parent / "gone")
    assert restore(config, folder) is None
    assert there(data) == before
    assert {path.stat().st_mode & 0o77 for path in data.rglob("*") if not path.is_symlink()} == {0}


@pytest.mark.parametrize("name", ["run/supervisor.lock", "journal/events/0/writer"])
def test_not_while_it_runs(config: Path, name: str) -> None:
    folder = config.parent / "backup"
    with (config.parent / "data" / name).open("ab") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        with pytest.raises(ConfigError, match="the monitor runs; stop it first"):
            backup(config, folder)
    assert not folder.exists()
    backup(config, folder)


def test_places_that_cannot_be(config: Path, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "x").touch()
    for folder in ("data/backup", "full", "tocsin.toml"):
        with pytest.raises(ConfigError):
            backup(config, tmp_path / folder)
    with pytest.raises(ConfigError, match="is no backup"):
        restore(config, tmp_path / "full", force=True)


@pytest.mark.parametrize("name", ["redaction.key", "control.db"])
@pytest.mark.parametrize("way", ["cut", "change", "remove", "link"])
def test_damage_is_found_before_anything_is_touched(config: Path, name: str, way: str) -> None:
    data, folder = config.parent / "data", config.parent / "backup"
    backup(config, folder)
    file = folder / FILES / name
    content = file.read_bytes()
    file.unlink()
    if way == "link":
        file.symlink_to(data / "redaction.key")
    elif way != "remove":
        file.write_bytes(content[:-1] if way == "cut" else content[:-1] + bytes([content[-1] ^ 1]))
    before = there(data)
    with pytest.raises(ConfigError, match=f"damaged\n{name}: is not"):
        restore(config, folder, force=True)
    assert there(data) == before


@pytest.mark.parametrize(
    "change",
    [
        {"files": {"../x": {"size": 0, "sha256": ""}}},
        {"files": {"/etc/passwd": {"size": 0, "sha256": ""}}},
        {"folders": ["a/../../b"]},
        {"links": {"store/x": "../../out"}},
        {"links": {"store/x": "/etc"}},
        {"links": {"store/x": "y/../z"}},
        {"links": {"": "x"}},
        {"format": 2},
        {"files": []},
    ],
)
def test_a_hostile_manifest_is_refused(config: Path, change: dict[str, object]) -> None:
    folder = config.parent / "backup"
    backup(config, folder)
    made = json.loads((folder / NAME).read_bytes())
    (folder / NAME).write_text(json.dumps({**made, **change}))
    with pytest.raises(ConfigError):
        restore(config, folder, force=True)


def test_another_kind_of_control_database_is_refused(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = config.parent / "backup"
    backup(config, folder)
    monkeypatch.setenv("CONTROL_URL", "postgresql://u@localhost/tocsin")
    config.write_text('[tocsin]\ndata = "data"\n[control]\nurl = { env = "CONTROL_URL" }\n')
    with pytest.raises(ConfigError, match=r"control database was sqlite"):
        restore(config, folder, force=True)


def test_what_is_verified_is_what_is_named(tmp_path: Path) -> None:
    verify(tmp_path, Manifest(1, "", "", "", "sqlite", {}))
