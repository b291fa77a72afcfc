"""What paths, folders, patterns and `-` stand for: files. What cannot be looked into is listed too: reading it says why."""

import glob
import os
import stat
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tocsin.errors import ConfigError
from tocsin.intake.containers import STDIN


def find_files(patterns: Iterable[str]) -> list[str]:
    """List the files, sorted within each path, each file once."""
    found: dict[object, str] = {}
    for pattern in patterns:
        try:
            matching = _matching(pattern)
        except (OSError, ValueError) as error:
            raise ConfigError(f"{pattern}: {getattr(error, 'strerror', None) or error}") from None
        if not matching:
            raise ConfigError(f"{pattern}: no such file or folder, and nothing fits it as a pattern")
        for path in matching:
            found.setdefault(_identity(path), path)
    return [path for path in found.values() if path]


def _matching(pattern: str) -> list[str]:
    if not pattern:
        raise ConfigError(
            "'': an empty path; name a file or folder (an unset variable?), or . for this folder"
        )
    if pattern == STDIN:
        return [STDIN]
    try:
        if Path(pattern).is_dir():
            return sorted(_within(pattern)) or [""]
        if Path(pattern).exists():
            return [pattern]
    except PermissionError:
        if not _has_magic(pattern):
            raise
    return sorted({*filter(is_to_read, glob.glob(pattern, recursive=True)), *_shut(pattern)})  # noqa: PTH207 (absolute patterns too)


def _within(top: str) -> list[str]:
    """Files of a folder, but for hidden files and folders; and the folders that cannot be read."""
    shut: list[OSError] = []
    found: list[str] = []
    for folder, folders, names in os.walk(top, onerror=shut.append):
        folders[:] = [name for name in folders if not name.startswith(".")]
        paths = [str(Path(folder, name)) for name in names if not name.startswith(".")]
        found += [path for path in paths if is_to_read(path)]
    return found + [str(Path(error.filename)) for error in shut]


def _shut(pattern: str) -> Iterator[str]:
    """Yield the folders on a pattern's way that cannot be looked into: glob passes over them without a word."""
    for base, listed in _bases(pattern):
        for folder in glob.iglob(base, recursive=True):  # noqa: PTH207
            if why_shut(folder, listed=listed):
                yield str(Path(folder))


def _bases(pattern: str) -> Iterator[tuple[str, bool]]:
    """Yield patterns of the folders that a pattern leads through, and whether their names have to be listed."""
    parts = Path(pattern).parts
    for place, name in enumerate(parts):
        yield _folder(parts[:place]), _has_magic(name)
        if name == "**":
            yield _folder(parts[: place + 1]), True


def _folder(parts: Sequence[str]) -> str:
    """Join a pattern that only folders fit: it ends with a slash."""
    return os.path.join(os.curdir, *parts, "")  # noqa: PTH118 (a Path drops it)


def _has_magic(pattern: str) -> bool:
    return any(character in pattern for character in "*?[")


def why_shut(folder: str, *, listed: bool = True) -> OSError | None:
    """Return why a folder's files cannot be reached, or their names not listed; None if they can."""
    try:
        os.stat(os.path.join(folder, os.curdir))  # noqa: PTH116, PTH118 (a Path drops the `.`)
        if listed:
            os.scandir(folder).close()
    except OSError as error:
        return error
    return None


def is_to_read(path: str) -> bool:
    """Tell a file from pipes and the like; what cannot be told is to be read."""
    try:
        return stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116 (a path of a folder of millions)
    except FileNotFoundError:
        return False
    except OSError:
        return True


def _identity(path: str) -> object:
    """Tell a file by what it is, not by how it is spelt."""
    if path == STDIN:
        return STDIN
    try:
        info = Path(path).stat()
    except OSError:
        return path
    return info.st_dev, info.st_ino
