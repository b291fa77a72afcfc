"""How far a consumer has come: one small file of two slots, written in turn, and a note of what is durable.

A commit overwrites the older slot and syncs. A write that a loss of power tears spoils that slot only, and the
other one still says the offset before it. The note is written after the sync and never synced, like a
partition's end (marker.py): while the machine runs, only what it says counts. Without it retention could
believe a commit whose sync is under way, or has failed, and delete what a loss of power would make wanted.

The file never grows, so a full disk does not stop consumers.
"""

import struct
from pathlib import Path
from typing import NamedTuple
from zlib import crc32

from tocsin.errors import DamageError
from tocsin.journal.disk import Disk, File
from tocsin.journal.segment import FRESH

SUFFIX = ".offset"
_SLOT = 4096
"""A page each: no disk writes two of them as one."""
_NOTE = 2 * _SLOT
_LENGTH = 3 * _SLOT
_FORMAT = struct.Struct("<QQ16s")
_CRC = struct.Struct("<I")
_SIZE = _FORMAT.size + _CRC.size
_TRIES = 100


class _Commit(NamedTuple):
    number: int
    offset: int
    boot: bytes


def path_of(folder: Path, name: str) -> Path:
    """Return where a consumer's progress is."""
    return folder / f"{name}{SUFFIX}"


def committed(disk: Disk, folder: Path, name: str) -> int:
    """Return the offset that is committed for good, 0 if there is none; for others than the consumer."""
    try:
        file = disk.open(path_of(folder, name))
    except FileNotFoundError:
        return 0
    try:
        return _last(disk, file, path_of(folder, name)).offset
    finally:
        file.close()


class Progress:
    """The file, open for its consumer."""

    def __init__(self, disk: Disk, folder: Path, name: str) -> None:
        path = path_of(folder, name)
        if path.name not in disk.names(folder):
            _make(disk, path)
        self._boot = disk.boot()
        self._file = disk.open(path)
        try:
            self._last = _last(disk, self._file, path)
            self._note(self._last)
        except BaseException:
            self._file.close()
            raise

    @property
    def offset(self) -> int:
        """Return the last committed offset."""
        return self._last.offset

    def commit(self, offset: int) -> None:
        """Store durably."""
        # A commit that failed has not moved _last: its slot, not the good one, is written again.
        commit = _Commit(self._last.number + 1, offset, self._boot)
        self._file.write(_slot(commit), commit.number % 2 * _SLOT)
        self._file.sync()
        self._note(commit)
        self._last = commit

    def _note(self, commit: _Commit) -> None:
        self._file.write(_slot(commit._replace(boot=self._boot)), _NOTE)

    def close(self) -> None:
        """Close."""
        self._file.close()


def _make(disk: Disk, path: Path) -> None:
    """Make both slots under another name first: a file of that name is never half made."""
    fresh = path.with_suffix(SUFFIX + FRESH)
    file = disk.open(fresh, create=True)
    try:
        file.write(_slot(_Commit(0, 0, bytes(16))).ljust(_LENGTH, b"\0"), 0)
        file.sync()
    finally:
        file.close()
    disk.rename(fresh, path)
    disk.sync_folder(path.parent)


def _slot(commit: _Commit) -> bytes:
    data = _FORMAT.pack(*commit)
    return data + _CRC.pack(crc32(data))


def _last(disk: Disk, file: File, path: Path) -> _Commit:
    for _ in range(_TRIES):
        note = _read(file, _NOTE)
        if note and note.boot == disk.boot():
            return note
        # No consumer was here since the machine started, so both slots are as the disk has them.
        found = [one for one in (_read(file, 0), _read(file, _SLOT)) if one]
        if found and _read(file, _NOTE) == note:
            return max(found)
    raise DamageError(
        "journal progress damaged",
        f"{path}: neither slot is whole. Delete it to let this consumer begin anew (it skips what it has done)",
    )


def _read(file: File, at: int) -> _Commit | None:
    data = file.read(_SIZE, at)
    if len(data) < _SIZE or _CRC.unpack_from(data, _FORMAT.size)[0] != crc32(data[: _FORMAT.size]):
        return None
    return _Commit(*_FORMAT.unpack_from(data))
