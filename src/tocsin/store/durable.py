"""Small files that are there whole or not at all, even after a loss of power."""

import os
import stat
from pathlib import Path


def write(path: Path, content: bytes, *, like: Path | None = None) -> None:
    """Put a file in its place, durably. like: a file whose owner and permissions it gets; else it is its maker's alone."""
    fresh = path.with_name(f"{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        if like:
            _own_like(descriptor, like.stat())
        file.write(content)
        file.flush()
        os.fsync(descriptor)
    fresh.replace(path)
    sync(path.parent)


def _own_like(descriptor: int, other: os.stat_result) -> None:
    os.fchown(descriptor, other.st_uid, other.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(other.st_mode))


def sync(path: Path) -> None:
    """Make a file's content, or the names in a folder, durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
