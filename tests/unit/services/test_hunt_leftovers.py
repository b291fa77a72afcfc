"""Leftovers are deleted only if their process is gone, nobody holds them, and the name fits."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.services.hunt.leftovers import clear, held

NAME = re.compile(r"x-([0-9]{1,9})-end")


@pytest.fixture(scope="module")
def gone() -> int:
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    return done.pid


def test_only_leftovers_go(gone: int, tmp_path: Path) -> None:
    (tmp_path / f"x-{gone}-end" / "deep").mkdir(parents=True)
    (tmp_path / f"x-{os.getpid()}-end").touch()  # of an earlier run in a container, where ids come again
    kept = {f"x-{os.getppid()}-end", f"x-{gone}-end.bak", "x-0-end", f"x-0{gone}-end"}
    for name in kept - {f"x-0{gone}-end"}:
        (tmp_path / name).touch()
    (tmp_path / f"x-0{gone}-end").symlink_to(tmp_path)
    clear(tmp_path, NAME)
    assert {path.name for path in tmp_path.iterdir()} == kept


@pytest.mark.parametrize("kind", [Path.touch, Path.mkdir])
def test_what_is_held_stays_whatever_its_process(kind: object, gone: int, tmp_path: Path) -> None:
    path = tmp_path / f"x-{gone}-end"
    kind(path)  # type: ignore[operator]
    with held(path):
        clear(tmp_path, NAME)
        assert path.exists()
    clear(tmp_path, NAME)
    assert not path.exists()


def test_a_folder_that_is_not_there_is_no_matter(tmp_path: Path) -> None:
    clear(tmp_path / "none", NAME)
