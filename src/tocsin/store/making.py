"""A store that is made for the first time. What a full disk or a kill leaves of that can never be opened, and holds nothing."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tocsin.store.durable import sync

NOTE = "unfinished"
"""Is in the folder of a store until its tables are there for the first time."""


@contextmanager
def making(folder: Path) -> Iterator[None]:
    """Note, around the block that opens a store and makes its tables, that it is being made, if it is new. Raises OSError.

    What an earlier attempt left is removed before. Only for the role that is the store.
    """
    note = folder / NOTE
    if note.exists():
        for path in folder.iterdir():
            if path != note:
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
    elif not any(folder.iterdir()):
        note.touch(mode=0o600)
        sync(folder)
    yield
    note.unlink(missing_ok=True)
    sync(folder)  # a note that came back after a loss of power would cost all that was stored since
