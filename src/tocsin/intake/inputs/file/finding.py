"""The files that the patterns of a file input stand for."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from tocsin.intake.inputs.file.positions import Key

FILES = 20_000
"""Files that one input follows; what a pattern finds beyond them is passed over, with a warning."""
_ENTRIES = 200_000  # names of one folder that are looked through for a file that was renamed


class Found(NamedTuple):
    """A file: where it is, without links, and its size when it was looked for."""

    path: str
    size: int


def find(patterns: Sequence[str], exclude: Sequence[str]) -> tuple[dict[Key, Found], bool]:
    """Return the files by what they are, and whether there were too many of them."""
    excluded = (
        {os.path.realpath(path) for pattern in exclude for path in _paths(pattern)} if exclude else set()
    )
    files: dict[Key, Found] = {}
    for path in (path for pattern in patterns for path in _paths(pattern)):
        real = os.path.realpath(path)
        if real in excluded:
            continue
        info = stat_of(real)
        if not info:
            continue
        if len(files) >= FILES and key_of(info) not in files:
            return files, True
        files.setdefault(key_of(info), Found(real, info.st_size))
    return files, False


def renamed(missing: Iterable[tuple[Key, str]]) -> dict[Key, Found]:
    """Find files by their inode in the folders where they were. missing: with their former paths."""
    folders: dict[str, set[Key]] = {}
    for key, path in missing:
        folders.setdefault(os.path.dirname(path), set()).add(key)  # noqa: PTH120 (as bytes of the disk, not normalised)
    return {key: found for folder, keys in folders.items() for key, found in _by_inode(folder, keys)}


def _by_inode(folder: str, keys: set[Key]) -> Iterator[tuple[Key, Found]]:
    inodes = {inode for _, inode in keys}
    try:
        with os.scandir(folder) as entries:
            for entry in islice(entries, _ENTRIES):
                if entry.inode() not in inodes:
                    continue
                info = stat_of(entry.path)
                if info and key_of(info) in keys:
                    yield key_of(info), Found(entry.path, info.st_size)
    except OSError:
        return


def stat_of(path: str) -> os.stat_result | None:
    """Return what a path leads to, if that is a file; a pipe or a device is none."""
    try:
        info = os.stat(path)  # noqa: PTH116 (asked for many files several times a second)
    except (OSError, ValueError):
        return None
    return info if stat.S_ISREG(info.st_mode) else None


def key_of(info: os.stat_result) -> Key:
    """Return what a file is, wherever it is."""
    return info.st_dev, info.st_ino


def _paths(pattern: str) -> Iterator[str]:
    # A name may have the characters of patterns in it.
    if os.path.lexists(pattern):
        return iter([pattern])
    return glob.iglob(pattern, recursive=True)  # noqa: PTH207 (absolute patterns too)
