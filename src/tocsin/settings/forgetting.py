"""Snapshots that nothing runs with any more: the latest are kept, for who asks what ran, the others are removed."""

import os
import shutil
import time
from collections.abc import Collection
from pathlib import Path

from tocsin.settings.snapshot import FRESH, SUFFIX, UNPACKED

KEPT = 20
"""Snapshots that are kept: the last that were in use."""
GONE = ".gone"
"""Of a folder that is being removed."""
WRITING_SECONDS = 3_600.0
"""Nobody writes a snapshot for so long: what is half there is of a process that was killed."""


def forget(folder: Path, in_use: Collection[str]) -> list[str]:
    """Remove what is not needed; returns the hashes. in_use: hashes that are kept in any case. Raises OSError.

    It may be killed anywhere: the next goes on. Unpacked files leave their place at once, so that nobody takes a part
    of them for all, and before their snapshot, so that they are found again. For whoever holds the supervisor's lock.
    """
    latest = sorted(folder.glob(f"*{SUFFIX}"), key=_used, reverse=True)
    old = [path.stem for path in latest[KEPT:] if path.stem not in in_use]
    for digest in old:
        _remove_unpacked(folder / f"{digest}{UNPACKED}")
        (folder / f"{digest}{SUFFIX}").unlink(missing_ok=True)
    _clear(folder)
    return old


def _remove_unpacked(unpacked: Path) -> None:
    gone = unpacked.with_suffix(GONE)
    if not unpacked.exists():
        return
    if gone.exists():
        shutil.rmtree(gone)
    unpacked.replace(gone)
    _sync(unpacked.parent)
    shutil.rmtree(gone)


def _clear(folder: Path) -> None:
    """Remove what those who were killed left half done."""
    for path in folder.glob(f"*{GONE}"):
        shutil.rmtree(path)
    for path in folder.glob(f"*{FRESH}"):
        if time.time() - _used(path) > WRITING_SECONDS:
            path.unlink(missing_ok=True)


def _used(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
