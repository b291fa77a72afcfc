"""What a killed run left behind. Its name has the process's id and its maker holds a lock, so that nobody's can be told."""

import fcntl
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def held(path: str | os.PathLike[str]) -> Iterator[None]:
    """Lock a file or folder while it is in use; where locks are not known, the process's id has to do."""
    handle = os.open(path, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def clear(folder: Path, name: re.Pattern[str]) -> None:
    """Delete what is called so, of this user, and of processes that are gone. Group 1 of the name is the process's id."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            found = name.fullmatch(entry.name)
            if found and not _is_alive(int(found[1])):
                with suppress(OSError):
                    _delete(entry)


def _is_alive(process: int) -> bool:
    if process == os.getpid():  # in a container each run may have the id of the last one
        return False
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _delete(entry: os.DirEntry[str]) -> None:
    """Only what nobody has locked: a process of another container has an id of its own there."""
    info = entry.stat(follow_symlinks=False)
    if info.st_uid != os.geteuid() or not (stat.S_ISREG(info.st_mode) or stat.S_ISDIR(info.st_mode)):
        return
    handle = os.open(entry.path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if stat.S_ISDIR(info.st_mode):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink()
    finally:
        os.close(handle)
