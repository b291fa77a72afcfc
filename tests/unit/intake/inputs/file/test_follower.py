"""Which files are known again, and how many there may be."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from tocsin.intake.inputs.file import finding, follower
from tocsin.intake.inputs.file.config import Config
from tocsin.intake.inputs.file.follower import Follower
from tocsin.intake.inputs.file.positions import DONE, Position
from tocsin.ports.input import Refusal
from tocsin.settings.paths import Pattern
from tocsin.settings.scalars import Duration


def made(folder: Path, positions: list[Position] | None = None) -> Follower:
    config = Config(paths=(Pattern(folder / "*.log"),), look=Duration(0.0))
    return Follower("logs", config, positions or [], first=False)


def read(one: Follower) -> list[bytes]:
    one.look()
    found = one.gather().records
    one.close()
    return found


def test_a_disk_with_another_number_has_the_same_files(tmp_path: Path) -> None:
    (tmp_path / "a.log").write_text("one\n")
    before = made(tmp_path)
    assert read(before) == [b"one"]
    moved = [replace(one, device=one.device + 1) for one in before.positions()]
    with (tmp_path / "a.log").open("a") as file:
        file.write("two\n")
    after = made(tmp_path, moved)
    assert read(after) == [b"two"]
    assert len(after.positions()) == 1


def test_files_above_the_limit_are_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finding, "FILES", 3)
    for number in range(10):
        (tmp_path / f"{number}.log").write_text("x\n")
    one = made(tmp_path)
    assert len(read(one)) == 3


def test_files_that_are_gone_are_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    one = made(tmp_path)
    assert read(one) == [b"one"]
    path.unlink()
    one.look()
    assert one.positions()[0].gone
    monkeypatch.setattr(follower, "FORGET", -1.0)
    one.look()
    assert one.positions() == []


def test_a_file_that_is_done_is_read_on_when_it_grows(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    one = made(tmp_path)
    one.look()
    assert one.gather().records == [b"one"]
    path.rename(tmp_path / "b.log")
    one.look()
    one.gather()
    assert [position.state for position in one.positions()] == [DONE]
    with (tmp_path / "b.log").open("a") as file:
        file.write("two\n")
    assert read(one) == [b"two"]


def test_a_name_of_any_bytes_is_followed(tmp_path: Path) -> None:
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff\n[x].log")).write_text("one\n")
    one = made(tmp_path)
    assert read(one) == [b"one"]
    assert read(made(tmp_path, one.positions())) == []


def test_what_was_lost_is_counted_once(tmp_path: Path) -> None:
    path = tmp_path / "a.log"
    path.write_text("one\n")
    before = made(tmp_path)
    read(before)
    path.rename(tmp_path / "elsewhere")
    one = made(tmp_path, before.positions())
    (tmp_path / "elsewhere").write_text("another\n")
    one.look()
    assert one.gather().refusals == {Refusal.LOST: 1}
    (tmp_path / "elsewhere").rename(path)
    one.look()
    batch = one.gather()
    assert batch.records == [b"another"]
    assert not batch.refusals
