"""A store that could not be made to its end is made anew; one that is there is left alone."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from tocsin.store.making import NOTE, making

OPEN = """
import sys
from pathlib import Path
from tocsin.store.database import Database
from tocsin.store.making import making
from tocsin.store.schema import migrate
folder = Path(sys.argv[1])
with making(folder):
    database = Database(folder)
    migrate(database, token_index=False)
    if len(sys.argv) > 2:
        raise OSError(sys.argv[2])
database.close()
"""


def opened(folder: Path, *trouble: str) -> bool:
    command = [sys.executable, "-c", OPEN, str(folder), *trouble]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_what_a_full_disk_left_of_a_first_start_is_made_anew(tmp_path: Path) -> None:
    assert not opened(tmp_path, "no room")
    (tables,) = tmp_path.rglob("events.sql")
    tables.write_bytes(b"")  # so chDB leaves it
    assert opened(tmp_path)
    assert not (tmp_path / NOTE).exists()
    assert opened(tmp_path)


def test_a_store_that_is_there_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for _ in range(2):
        with pytest.raises(OSError, match="disk"), making(tmp_path):
            raise OSError("disk")
    assert (tmp_path / "data").is_dir()
    assert not (tmp_path / NOTE).exists()


def test_what_is_removed_is_within_the_folder(tmp_path: Path) -> None:
    outside, folder = tmp_path / "outside", tmp_path / "store"
    (outside / "kept").mkdir(parents=True)
    folder.mkdir()
    with suppress(OSError), making(folder):
        (folder / "link").symlink_to(outside)
        (folder / "file").touch()
        raise OSError("disk")
    with making(folder):
        assert [path.name for path in folder.iterdir()] == [NOTE]
    assert (outside / "kept").is_dir()
