"""What roles say of themselves: written as a whole, read again, forgotten."""

from pathlib import Path

from tocsin.telemetry.status import Status, clear, read, read_one, write


def said(role: str) -> Status:
    return Status(role=role, pid=7, started=1.0, at=2.0, ready=True)


def test_what_was_written_is_read_by_name(tmp_path: Path) -> None:
    for role in ("worker-0", "hub"):
        write(said(role), tmp_path)
    assert list(read(tmp_path)) == [said("hub"), said("worker-0")]
    assert read_one("hub", tmp_path) == said("hub")


def test_what_is_no_status_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "hub.json").write_text("{")
    assert read_one("hub", tmp_path) is None
    assert read_one("store", tmp_path) is None
    assert list(read(tmp_path)) == []


def test_it_is_forgotten_and_nothing_else_is(tmp_path: Path) -> None:
    write(said("hub"), tmp_path)
    (tmp_path / "store.sock").touch()
    clear(tmp_path)
    clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["store.sock"]
