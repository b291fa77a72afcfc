"""How far each file has been read: in a file of ours, and beside every batch in the journal."""

import os
from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path
from typing import TypeAlias

import msgspec
from msgspec import Struct

from tocsin.errors import ConfigError, DataError
from tocsin.model.unreadable import UNREADABLE

HEAD = 1024
"""So many first bytes of a file tell it from another that has its inode now, and from its own past."""

ACTIVE, ROTATED, DONE = 0, 1, 2
"""A file is where it was found; it was moved away or deleted and may still grow; nothing more is waited for."""

Key: TypeAlias = tuple[int, int]
"""Device and inode."""


class Position(Struct, frozen=True, array_like=True):
    """How far one file has been read. length, digest: of its first bytes. gone: since when it is not found, Unix time."""

    device: int
    inode: int
    path: bytes
    offset: int
    length: int
    digest: bytes
    state: int = ACTIVE
    gone: float = 0.0

    @property
    def key(self) -> Key:
        """Device and inode."""
        return self.device, self.inode


class Part(Struct, frozen=True, array_like=True):
    """What of one file is in a batch: from `begin` to the offset of `end`."""

    begin: int
    end: Position


class _Saved(Struct, frozen=True, tag="positions-1"):
    positions: list[Position]


_saved = msgspec.msgpack.Decoder(_Saved)
_parts = msgspec.msgpack.Decoder(list[Part])


def digest(head: bytes) -> bytes:
    """Return what tells a file's beginning."""
    return blake2b(head, digest_size=16).digest()


def dump(parts: list[Part]) -> bytes:
    """Write what goes with a batch."""
    return msgspec.msgpack.encode(parts)


def load(redo: bytes) -> list[Part]:
    """Read it back; raises DataError."""
    try:
        return _parts.decode(redo)
    except UNREADABLE as error:
        raise DataError("no parts of files", str(error)) from None


def read(path: Path) -> dict[Key, Position] | None:
    """Return the positions that were written; None if none ever were. Raises ConfigError."""
    try:
        return {one.key: one for one in _saved.decode(path.read_bytes()).positions}
    except FileNotFoundError:
        return None
    except UNREADABLE:
        raise ConfigError(
            f"{path}: damaged; restore it, or delete it to read all files from their beginning again"
        ) from None
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}; it must be possible to read and write it") from None


def write(path: Path, positions: Iterable[Position]) -> None:
    """Replace the positions, durably: after a crash there are the old ones or these. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f"{path.name}.new")
    with temporary.open("wb") as file:
        file.write(msgspec.msgpack.encode(_Saved(list(positions))))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
