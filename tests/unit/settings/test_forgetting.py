"""Old snapshots go, those in use and the latest stay, and whoever is killed on the way leaves nothing half there."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tocsin.settings import forgetting
from tocsin.settings.forgetting import KEPT, forget
from tocsin.settings.snapshot import keep, kept, snapshot
from tocsin.settings.tables import Settings

COUNT = KEPT + 5
KILLED = """
import os, sys
from pathlib import Path
from tocsin.settings.forgetting import forget
left = int(sys.argv[2])

def end(event, _):
    global left
    if event in ("os.rename", "os.remove", "os.rmdir", "os.unlink", "shutil.rmtree"):
        left -= 1
        if left < 0:
            os.kill(os.getpid(), 9)

sys.addaudithook(end)
forget(Path(sys.argv[1]), ())
"""


def filled(folder: Path) -> list[str]:
    """Keep snapshots, the first of them the oldest, each with unpacked files; return their hashes."""
    found = []
    for number in range(COUNT):
        one = snapshot(Settings(), {"rules": {"a": b"%d" % number}})
        os.utime(keep(one, folder), (number + 1, number + 1))
        unpacked = folder / f"{one.hash}.files" / "identities" / "etc"
        unpacked.mkdir(parents=True)
        (unpacked / "people.csv").write_text("x")
        (unpacked.parents[1] / "complete").touch()
        found.append(one.hash)
    return found


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def both(hashes: list[str]) -> set[str]:
    return {one + suffix for one in hashes for suffix in (".snapshot", ".files")}


def test_the_latest_stay_and_those_in_use(tmp_path: Path) -> None:
    hashes = filled(tmp_path)
    assert sorted(forget(tmp_path, hashes[:2])) == sorted(hashes[2:5])
    assert names(tmp_path) == both(hashes[:2] + hashes[5:])
    assert [kept(one, tmp_path).hash for one in hashes[:2]] == hashes[:2]
    assert forget(tmp_path, hashes[:2]) == []


def test_what_is_used_again_is_new_again(tmp_path: Path) -> None:
    hashes = filled(tmp_path)
    keep(kept(hashes[0], tmp_path), tmp_path)
    assert hashes[0] not in forget(tmp_path, ())
    assert names(tmp_path) == both([hashes[0], *hashes[6:]])


def test_what_is_half_written_goes_when_it_is_old(tmp_path: Path) -> None:
    for name, age in (("a.new", 1), ("b.new", None)):
        (tmp_path / name).touch()
        if age is not None:
            os.utime(tmp_path / name, (age, age))
    (tmp_path / "c.gone").mkdir()
    forget(tmp_path, ())
    assert names(tmp_path) == {"b.new"}


@pytest.mark.parametrize("after", range(0, 24, 3))
def test_killed_anywhere_the_next_goes_on(tmp_path: Path, after: int) -> None:
    hashes = filled(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(after)], check=False)
    assert done.returncode == -9
    for one in hashes:
        if (unpacked := tmp_path / f"{one}.files").exists():
            assert (unpacked / "complete").exists()
            assert (unpacked / "identities" / "etc" / "people.csv").exists()
            assert kept(one, tmp_path) is not None
    forget(tmp_path, ())
    assert names(tmp_path) == both(hashes[-forgetting.KEPT :])
